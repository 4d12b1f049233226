import numpy as np
import pytest
from spacy.scorer import PRFScore

from spacy_concner.pages.report.estimates import (
    Estimate,
    Estimates,
    Rates,
    difference,
    estimate,
    mean_rates,
    rates,
)

from .comparisons import comparison, span


def test_figures_and_their_intervals():
    found = [comparison([span(0, 1)], [span(0, 1)])] * 30
    found += [comparison([span(0, 1)], [span(2, 3)])] * 10
    scores = estimate(found)
    for figure in (scores.precision, scores.recall, scores.f_score):
        assert figure.value == pytest.approx(0.75)
        assert 0.55 < figure.low < 0.75 < figure.high < 0.95
    empty = estimate([comparison([], [])])
    assert (empty.precision.value, empty.recall.value, empty.f_score.value) == (None, None, None)


def test_what_cannot_be_counted_has_no_rate():
    assert rates(PRFScore(fn=1)) == Rates(None, 0, 0)
    assert rates(PRFScore(fp=1)) == Rates(0, None, 0)


def test_means_are_over_the_corpora_that_have_a_figure():
    low, high, none = (Estimate(value, 0, 1) for value in (0.2, 0.6, None))
    found = mean_rates([Estimates(low, none, none), Estimates(high, none, high)])
    assert found == Rates(pytest.approx(0.4), None, 0.6)


def test_the_difference_is_paired():
    rng = np.random.default_rng(0)
    worse = [
        comparison([span(0, 1)], [span(0, 1)] if right else []) for right in rng.random(200) < 0.5
    ]
    better = [*worse[:-20], *[comparison([span(0, 1)], [span(0, 1)])] * 20]
    gain = difference(worse, better)
    assert gain is not None and gain.value is not None
    assert 0 < gain.low < gain.value < gain.high < 0.15
    assert difference(worse, worse) == Estimate(0.0, 0.0, 0.0)
    assert difference(worse, worse[1:]) is None
