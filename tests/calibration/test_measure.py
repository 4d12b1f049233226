import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_concner.calibration.measure import (
    brier_score,
    expected_calibration_error,
    multiclass_brier_score,
    reliability_bins,
)

PREDICTIONS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50)


def test_known_values():
    confidences, correct = [0.9, 0.9, 0.6, 0.6], [True, True, True, False]
    assert expected_calibration_error(confidences, correct, 10) == pytest.approx(0.1)
    assert brier_score(confidences, correct) == pytest.approx((0.01 + 0.01 + 0.16 + 0.36) / 4)


def test_bounds_belong_to_the_bin_below():
    bins = reliability_bins([0.0, 0.5, 0.51, 1.0], [False, True, True, True], 2)
    assert [b.n for b in bins] == [2, 2]
    assert (bins[0].confidence, bins[0].accuracy) == (0.25, 0.5)
    assert (bins[0].low, bins[1].high) == (0.0, 1.0)


def test_sure_and_right_is_perfect_sure_and_wrong_is_worst():
    assert expected_calibration_error([1.0, 0.0], [True, False]) == 0.0
    assert expected_calibration_error([1.0, 0.0], [False, True]) == 1.0
    assert brier_score([1.0, 0.0], [False, True]) == 1.0


def test_nothing_to_count():
    assert expected_calibration_error([], []) is None
    assert brier_score([], []) is None
    assert multiclass_brier_score(np.zeros((0, 3)), np.zeros(0, dtype=int)) is None
    assert [b.n for b in reliability_bins([], [], 3)] == [0, 0, 0]


@given(PREDICTIONS, st.integers(1, 20))
def test_error_is_bounded_and_bins_hold_everything(predictions, n_bins):
    confidences, correct = zip(*predictions, strict=True)
    bins = reliability_bins(confidences, correct, n_bins)
    assert sum(b.n for b in bins) == len(predictions)
    for b in bins:
        assert not b.n or b.low - 1e-9 <= b.confidence <= b.high + 1e-9
    error = expected_calibration_error(confidences, correct, n_bins)
    # With one bin it is the distance of the means, and more bins only add to that.
    assert abs(np.mean(confidences) - np.mean(correct)) - 1e-9 <= error <= 1 + 1e-9


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1, max_size=20))
def test_two_classes_count_twice(rows):
    first = np.array([p for p, _ in rows])
    gold = np.array([g for _, g in rows])
    both = multiclass_brier_score(np.stack([first, 1 - first], axis=1), gold)
    assert both == pytest.approx(2 * brier_score(first, gold == 0))
