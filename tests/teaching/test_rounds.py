import pytest

from spacy_concner.teaching.rounds import (
    Pairs,
    ParallelTeacher,
    Round,
    is_taken,
    plan_rounds,
    settings_for,
)


def test_one_round():
    assert plan_rounds(["a", "b"]) == [Round("round-1", ("a", "b"), "b")]


def test_the_student_before_labels_beside_the_teachers():
    assert plan_rounds(["a", "b"], rounds=3) == [
        Round("round-1", ("a", "b"), "b"),
        Round("round-2", ("a", "b", "round-1"), "round-1"),
        Round("round-3", ("a", "b", "round-2"), "round-2"),
    ]


@pytest.mark.parametrize("rounds", [1, 2])
def test_parallel_text_brings_two_rounds_more(rounds):
    before = plan_rounds(["a"], rounds)
    student = f"round-{rounds}"
    next_one, last = f"round-{rounds + 1}", f"round-{rounds + 2}"
    assert plan_rounds(["a"], rounds, parallel=True) == [
        *before,
        Pairs(student),
        ParallelTeacher(student),
        Round(next_one, (student, "parallel"), student),
        Round(last, (student, "parallel", next_one), next_one),
    ]


@pytest.mark.parametrize("parallel", [False, True])
def test_the_least_confidence_holds_from_the_second_round_on(parallel):
    steps = plan_rounds(["a"], 2, 0.5, parallel)
    found = [step.min_confidence for step in steps if isinstance(step, Round)]
    assert found == [0.0] + [0.5] * (len(found) - 1) and len(found) == (4 if parallel else 2)


def test_names_that_the_plan_gives():
    steps = plan_rounds(["a"], 2, parallel=True)
    assert all(is_taken(step.name) for step in steps)
    assert not is_taken("a") and not is_taken("concner")


def test_few_steps_have_less_warm_up_than_the_configs():
    assert "training.optimizer.learn_rate.warmup_steps" not in settings_for(100)
    assert settings_for(50)["training.optimizer.learn_rate.warmup_steps"] == 5
    assert settings_for(50)["training.max_steps"] == 50
