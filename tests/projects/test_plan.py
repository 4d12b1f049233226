import pytest

from spacy_concner.projects.plan import (
    ENOUGH_FOR_SMALL,
    STUDENT_STEPS,
    TEACHER_STEPS,
    WORDS_A_STEP,
    Amounts,
    Plan,
    estimate_cost,
    make_plan,
)


def amounts(labelled=8000, bitexts=0, raw=40_000, sentences=4000, parallel=False) -> Amounts:
    languages = {"bg": raw, "de": raw}
    counts = dict.fromkeys(languages, sentences)
    return Amounts(labelled, bitexts, languages, counts, parallel)


def test_a_thousand_sentences_and_eight_thousand_raw_ones():
    plan = make_plan(amounts())
    assert (plan.teacher_steps, plan.student_steps) == (320, 320)
    assert (plan.raw_sentences, plan.n_teachers, plan.n_students) == (0, 1, 1)


@pytest.mark.parametrize("words", [0, 1, 100, 10**4, 10**6, 10**9])
def test_steps_stay_within_bounds_and_above_the_warm_up(words):
    plan = make_plan(amounts(labelled=words, raw=words))
    assert TEACHER_STEPS[0] <= plan.teacher_steps <= TEACHER_STEPS[1]
    assert STUDENT_STEPS[0] <= plan.student_steps <= STUDENT_STEPS[1]
    # Warm-up of the configs.
    assert min(TEACHER_STEPS[0], STUDENT_STEPS[0]) > 35


def test_of_much_raw_text_as_much_is_read_as_the_student_gets_to_see():
    plan = make_plan(amounts(raw=10**6, sentences=100_000))
    assert plan.student_steps == STUDENT_STEPS[1]
    # Ten words a sentence, two languages.
    assert plan.raw_sentences == STUDENT_STEPS[1] * WORDS_A_STEP / 10 / 2
    assert "what the student" in plan.notes["raw_sentences"]


def test_translations_and_parallel_text_bring_teachers_and_rounds():
    plan = make_plan(amounts(bitexts=16_000, parallel=True))
    assert (plan.teacher_steps, plan.n_teachers, plan.n_students) == (640, 3, 4)


def test_the_cost_grows_with_steps_and_text():
    plan = Plan(100, 100, 0, 1, 1, {})
    small = estimate_cost(plan, amounts(), 1.0, 2.0)
    assert small.gigabytes == 2.0
    assert estimate_cost(plan, amounts(raw=80_000), 1.0, 2.0).minutes > small.minutes
    assert estimate_cost(Plan(200, 100, 0, 1, 1, {}), amounts(), 1.0, 2.0).minutes > small.minutes
    assert estimate_cost(plan, amounts(), 2.0, 2.0).minutes > small.minutes


def test_small_pipelines_where_there_is_raw_text_enough():
    few = make_plan(amounts(raw=ENOUGH_FOR_SMALL // 2 - 1))
    enough = make_plan(amounts(raw=ENOUGH_FOR_SMALL // 2))
    assert (few.small_languages, enough.small_languages) == ([], ["bg", "de"])
    assert "499,998 raw words; 500,000 are enough" in few.notes["small_languages"]
    assert make_plan(amounts(), "both").small_languages == ["bg", "de"]
    assert make_plan(amounts(raw=10**7), "base").small_languages == []
    assert (
        estimate_cost(enough, amounts(raw=250_000), 1.0, 2.0).minutes
        > estimate_cost(few, amounts(raw=250_000), 1.0, 2.0).minutes
    )
