import pytest

from spacy_concner.pages.report.reliability import measure_trust, reliability_chart

from .comparisons import comparison, span


def test_trust_needs_probabilities():
    assert measure_trust([comparison([], [span(0, 1)])]) is None
    trust = measure_trust(
        [comparison([span(0, 1)], [span(0, 1, score=0.8), span(2, 3, score=0.8)])]
    )
    assert trust is not None and trust.n == 2
    assert trust.overconfidence == pytest.approx(0.3)
    assert trust.ece == pytest.approx(0.3) and trust.brier == pytest.approx((0.04 + 0.64) / 2)


def test_the_curve_shows_filled_bins():
    gold = [span(0, 1)]
    trust = measure_trust(
        [
            comparison(gold, [span(0, 1, score=0.9)]),
            comparison(gold, [span(2, 3, score=0.95), span(4, 5, score=0.3)]),
        ]
    )
    chart = reliability_chart("t", {"none": None, "a": trust})
    assert chart is not None and chart.diagonal
    (curve,) = chart.curves
    assert curve.number == 1
    assert [point.title for point in curve.points] == [
        "a: probability 0.30, right 0.00, 1 entities",
        "a: probability 0.90, right 1.00, 1 entities",
        "a: probability 0.95, right 0.00, 1 entities",
    ]
    assert reliability_chart("t", {"none": None}) is None
