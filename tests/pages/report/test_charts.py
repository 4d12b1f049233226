import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_concner.pages.report.charts import (
    LineChart,
    Point,
    Series,
    line_chart,
    number_label,
    round_ticks,
)

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


def draw(*series: Series) -> LineChart:
    return line_chart("t", series, x_label="x", y_label="y")


@given(st.lists(st.one_of(st.none(), NUMBERS), min_size=1, max_size=8))
def test_lines_stay_on_the_chart_and_gaps_stay_gaps(values):
    points = [None if y is None else Point(x, y, "a") for x, y in enumerate(values)]
    chart = draw(Series(9, points))
    (curve,) = chart.curves
    assert curve.number == 9
    assert len(curve.points) == sum(value is not None for value in values)
    frame = chart.frame
    assert all(frame.left <= point.x <= frame.right for point in curve.points)
    assert all(frame.top <= point.y <= frame.bottom for point in curve.points)
    parts = "".join("1" if value is not None else " " for value in values).split()
    assert curve.path.count("M") == len(parts)


def test_no_points_make_no_fault():
    assert [tick.label for tick in draw().x_ticks] == ["0", "0.2", "0.4", "0.6", "0.8", "1"]


def test_given_ticks_and_the_diagonal():
    series = Series(0, [Point(0.3, 0.1, "a"), Point(0.9, 1.0, "b")])
    chart = line_chart("t", [series], x_label="x", y_label="y", ticks=(0, 0.5, 1), diagonal=True)
    assert [tick.label for tick in chart.y_ticks] == ["0", "0.5", "1"]
    frame = chart.frame
    assert chart.diagonal == f"M{frame.left} {frame.bottom}L{frame.right} {frame.top}"
    low, high = chart.curves[0].points
    assert low.y > high.y == frame.top


def test_numbers_stay_short():
    assert [number_label(v) for v in (0, 0.25, 1e6, 0.00002)] == ["0", "0.25", "1.0e+06", "2.0e-05"]
