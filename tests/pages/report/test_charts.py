import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_concner.calibration.measure import reliability_bins
from spacy_concner.pages.report.charts import (
    HEIGHT,
    SQUARE,
    WIDTH,
    line_chart,
    number_label,
    reliability_chart,
    round_ticks,
    scatter,
)
from spacy_concner.pages.report.vectors import Cloud

NUMBERS = st.floats(-1e6, 1e6)


@given(NUMBERS, NUMBERS)
def test_ticks_span_the_range(a, b):
    low, high = min(a, b), max(a, b)
    ticks = round_ticks(low, high)
    slack = 1e-6 * max(1.0, abs(low), abs(high))
    assert ticks[0] <= low + slack and ticks[-1] >= high - slack
    assert 2 <= len(ticks) <= 9 and ticks == sorted(set(ticks))


@pytest.mark.parametrize(
    "low, high, ticks",
    [(0, 100, [0, 20, 40, 60, 80, 100]), (0, 350, [0, 100, 200, 300, 400]), (3, 3, None)],
)
def test_ticks_are_round(low, high, ticks):
    found = round_ticks(low, high)
    assert found == ticks if ticks else found[0] < low < found[-1]


@given(st.lists(st.one_of(st.none(), NUMBERS), min_size=1, max_size=8))
def test_lines_stay_on_the_chart_and_gaps_stay_gaps(values):
    chart = line_chart("t", "x", "y", [("a", 9, list(range(len(values))), values)])
    (curve,) = chart.curves
    assert len(curve.marks) == sum(value is not None for value in values)
    assert all(0 <= mark.x <= WIDTH and 0 <= mark.y <= HEIGHT for mark in curve.marks)
    parts = "".join("1" if value is not None else " " for value in values).split()
    assert curve.path.count("M") == len(parts)


def test_reliability_shows_filled_bins():
    bins = reliability_bins([0.9, 0.95, 0.3], [True, False, False])
    chart = reliability_chart("t", [("a", 0, bins)])
    marks = chart.curves[0].marks
    assert [mark.title for mark in marks] == [
        "a: probability 0.30, right 0.00, 1 entities",
        "a: probability 0.90, right 1.00, 1 entities",
        "a: probability 0.95, right 0.00, 1 entities",
    ]
    assert marks[0].y > marks[1].y and chart.diagonal


def test_dots_keep_their_proportions_and_shapes():
    points = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 5.0]])
    cloud = Cloud(points, [("en", ""), ("bg", ""), ("bg", "")], np.array([[0, 1]]), 1.0)
    chart = scatter("t", cloud, ["en", "bg"], "en")
    assert [(d.name, d.shape, d.style) for d in chart.dots] == [
        ("en", "round", 0),
        ("bg", "square", 1),
    ]
    assert chart.dots[0].path == "M10 175h0" and chart.dots[1].path == "M230 175h0M230 65h0"
    assert chart.lines == "M10 175L230 175"
    alone = scatter(
        "t", Cloud(np.zeros((1, 2)), [("en", "")], np.zeros((0, 2), int), 0), ["en"], ""
    )
    assert alone.dots[0].path == f"M{SQUARE / 2:g} {SQUARE / 2:g}h0"


def test_numbers_stay_short():
    assert [number_label(v) for v in (0, 0.25, 1e6, 0.00002)] == ["0", "0.25", "1.0e+06", "2.0e-05"]
