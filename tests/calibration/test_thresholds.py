import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_concner.calibration.maps import Calibration
from spacy_concner.calibration.thresholds import (
    Goal,
    GoldEntities,
    find_threshold,
    find_thresholds,
    total,
)
from spacy_concner.errors import ConcnerError
from tests.calibration.drawn import draw

F1 = Goal("f1")


def scores(probabilities, correct, n_gold, threshold):
    """Give precision, recall and F1 of the entities that are kept."""
    kept = [right for p, right in zip(probabilities, correct, strict=True) if p >= threshold]
    right = sum(kept)
    precision = right / len(kept) if kept else 0.0
    return precision, right / n_gold if n_gold else 0.0, 2 * right / max(len(kept) + n_gold, 1)


@pytest.mark.parametrize("text", ["f1", "precision=0.9", " recall=0.25 "])
def test_goals(text):
    assert str(Goal.of(text)) == text.strip()


@pytest.mark.parametrize(
    "text", ["", "f2", "precision", "f1=0.5", "recall=much", "precision=1.1", "recall=nan"]
)
def test_what_is_no_goal(text):
    with pytest.raises(ConcnerError, match="C526"):
        Goal.of(text)


def test_by_hand():
    probabilities, correct = [0.9, 0.8, 0.6, 0.6, 0.3], [1, 1, 0, 1, 0]
    assert find_threshold(probabilities, correct, 4, F1) == (pytest.approx(0.45), True)
    assert find_threshold(probabilities, correct, 4, Goal("precision", 0.9)) == (0.7, True)
    assert find_threshold(probabilities, correct, 4, Goal("precision", 0.5)) == (0.0, True)
    assert find_threshold(probabilities, correct, 4, Goal("recall", 0.5)) == (0.7, True)
    # What no threshold reaches: all that are right, and all that are found.
    assert find_threshold(probabilities[2:], correct[2:], 4, Goal("precision", 0.9)) == (
        pytest.approx(0.45),
        False,
    )
    assert find_threshold(probabilities, correct, 4, Goal("recall", 0.9)) == (0.0, False)
    assert find_threshold([], [], 4, F1) == (0.0, True)


entities = st.lists(
    st.tuples(st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9]), st.integers(0, 1)), min_size=1
)


@given(entities, st.integers(0, 5), st.sampled_from([0.3, 0.5, 0.8, 1.0]))
def test_no_other_threshold_is_better(found, n_missed, value):
    probabilities, correct = zip(*found, strict=True)
    n_gold = sum(correct) + n_missed
    tried = [scores(probabilities, correct, n_gold, t) for t in (0, 0.2, 0.4, 0.6, 0.8)]

    def reach(goal):
        threshold, reached = find_threshold(probabilities, correct, n_gold, goal)
        return scores(probabilities, correct, n_gold, threshold), reached

    assert reach(F1)[0][2] == max(f for _, _, f in tried)
    (precision, recall, _), reached = reach(Goal("precision", value))
    assert reached == any(p >= value for p, _, _ in tried)
    if reached:
        assert precision >= value and recall == max(r for p, r, _ in tried if p >= value)
    (precision, recall, _), reached = reach(Goal("recall", value))
    assert reached == any(r >= value for _, r, _ in tried)
    if reached:
        assert recall >= value


def test_gold_entities_are_counted_where_they_begin():
    predictions = draw(200, 1.0, 0)
    gold = GoldEntities.of(predictions)
    assert len(gold.types) == (predictions.tags == 0).sum()
    assert set(gold.types) == {"PER"} and (np.diff(gold.sequences) >= 0).all()


def test_thresholds_of_a_corpus():
    predictions = draw(400, 2.0, 0)
    found = find_thresholds(predictions, Calibration(), Goal("precision", 0.8))
    assert set(found.thresholds) == {"*", "PER"} and not found.missed
    assert found.thresholds["PER"] == found.thresholds["*"] > 0
    before, after = total(found.before), total(found.held_out)
    assert before.precision < 0.75 < after.precision and after.recall < before.recall
    assert before.tp + before.fn == after.tp + after.fn == (predictions.tags == 0).sum()


def test_of_a_type_with_few_entities_there_is_no_own_threshold():
    predictions = draw(10, 2.0, 0)
    found = find_thresholds(predictions, Calibration(), F1)
    assert set(found.thresholds) == {"*"}
    missed = find_thresholds(predictions, Calibration(), Goal("recall", 1.0))
    assert missed.missed == ["*"] and missed.thresholds == {"*": 0.0}
