import numpy as np
import pytest

from spacy_concner.scoring.bootstrap import bootstrap_interval, f_score


def test_f_score():
    assert f_score(np.array([[2, 1, 1], [0, 0, 0]])).tolist() == pytest.approx([2 / 3, 0.0])


def test_interval_holds_the_score_and_narrows_with_documents():
    rng = np.random.default_rng(1)
    counts = rng.integers(0, 3, size=(400, 3))
    score = f_score(counts.sum(axis=0))
    low, high = bootstrap_interval(counts, f_score, seed=0)
    assert low < score < high
    few_low, few_high = bootstrap_interval(counts[:40], f_score, seed=0)
    assert few_high - few_low > high - low
    assert (low, high) == bootstrap_interval(counts, f_score, seed=0)


def test_width_is_that_of_the_normal_approximation():
    right = np.random.default_rng(2).random(2000) < 0.8
    counts = np.stack([right, np.ones(2000)], axis=1)
    low, high = bootstrap_interval(counts, lambda sums: sums[:, 0] / sums[:, 1], n_samples=2000)
    expected = 2 * 1.96 * np.sqrt(right.mean() * (1 - right.mean()) / 2000)
    assert high - low == pytest.approx(expected, rel=0.1)


def test_same_documents_leave_no_doubt():
    assert bootstrap_interval(np.tile([3, 1, 1], (10, 1)), f_score) == pytest.approx((0.75, 0.75))


def test_no_documents():
    assert all(np.isnan(bound) for bound in bootstrap_interval(np.zeros((0, 3)), f_score))
