"""Figures into places on charts, which the template draws as SVG (pure).

Their colours stand in `shell/colours.css`, by the number of a series.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

N_TICKS = 5
# Ranges below it, beside the numbers themselves, are rounding.
SMALLEST = 1e-9


@dataclass(frozen=True)
class Point:
    """A point of a series.

    x, y: where, in the units of the figures; on a chart, in those of the chart.
    title: what it says when pointed at.
    size: radius.
    """

    x: float
    y: float
    title: str
    size: float = 2.5


@dataclass(frozen=True)
class Series:
    """Points that belong together.

    number: of the series, which gives its colour and dashes.
    points: the points in order, None for a gap.
    """

    number: int
    points: Sequence[Point | None]


@dataclass(frozen=True)
class Tick:
    """A mark on an axis.

    place: where, in units of the chart.
    label: what it says.
    """

    place: float
    label: str


@dataclass(frozen=True)
class Curve:
    """A series on a chart.

    number: of the series, which gives its colour and dashes.
    path: SVG path.
    points: its points.
    """

    number: int
    path: str
    points: list[Point]


@dataclass(frozen=True)
class Frame:
    """The ranges of the axes, and where they stand on a chart."""

    # Small enough that a phone shows a chart at its own size, so that its letters stay legible.
    width: ClassVar[int] = 320
    height: ClassVar[int] = 220
    left: ClassVar[int] = 46
    right: ClassVar[int] = 308
    top: ClassVar[int] = 10
    bottom: ClassVar[int] = 186

    x_low: float
    x_high: float
    y_low: float
    y_high: float

    def x(self, value: float) -> float:
        """Give the place of a value to the right."""
        share = (value - self.x_low) / (self.x_high - self.x_low)
        return round(self.left + share * (self.right - self.left), 1)

    def y(self, value: float) -> float:
        """Give the place of a value upwards."""
        share = (value - self.y_low) / (self.y_high - self.y_low)
        return round(self.bottom - share * (self.bottom - self.top), 1)


@dataclass(frozen=True)
class LineChart:
    """Curves over two axes.

    title: what they show.
    x_label, y_label: names of the axes.
    frame: where the axes stand.
    x_ticks, y_ticks: marks on them.
    curves: the curves.
    diagonal: SVG path of a line to compare with, empty without one.
    """

    title: str
    x_label: str
    y_label: str
    frame: Frame
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    curves: list[Curve]
    diagonal: str = ""


def line_chart(
    title: str,
    series: Sequence[Series],
    *,
    x_label: str,
    y_label: str,
    ticks: Sequence[float] | None = None,
    diagonal: bool = False,
) -> LineChart:
    """Draw series as curves.

    title (str): What they show.
    series (Sequence[Series]): The series.
    x_label (str): Name of the axis to the right.
    y_label (str): Name of the axis upwards.
    ticks (Sequence[float] | None): Marks on both axes, from end to end; round numbers that
        span the points without.
    diagonal (bool): Draw the line on which both are the same.
    RETURNS (LineChart): The chart.
    """
    points = [point for one in series for point in one.points if point is not None]
    xs, ys = [point.x for point in points], [point.y for point in points]
    x_ticks = ticks or round_ticks(min(xs, default=0), max(xs, default=1))
    y_ticks = ticks or round_ticks(min(ys, default=0), max(ys, default=1))
    frame = Frame(x_low=x_ticks[0], x_high=x_ticks[-1], y_low=y_ticks[0], y_high=y_ticks[-1])
    curves = []
    for one in series:
        placed = [
            None if point is None else replace(point, x=frame.x(point.x), y=frame.y(point.y))
            for point in one.points
        ]
        found = [point for point in placed if point is not None]
        curves.append(Curve(one.number, _path(placed), found))
    line = f"M{frame.left} {frame.bottom}L{frame.right} {frame.top}" if diagonal else ""
    return LineChart(
        title=title,
        x_label=x_label,
        y_label=y_label,
        frame=frame,
        x_ticks=[Tick(frame.x(value), number_label(value)) for value in x_ticks],
        y_ticks=[Tick(frame.y(value), number_label(value)) for value in y_ticks],
        curves=curves,
        diagonal=line,
    )


def round_ticks(low: float, high: float, n: int = N_TICKS) -> list[float]:
    """Give round numbers that span a range.

    low (float): Lower end.
    high (float): Upper end.
    n (int): About how many.
    RETURNS (list[float]): The first is not above `low`, the last not below `high`.
    """
    if high - low <= SMALLEST * max(1.0, abs(low), abs(high)):
        low, high = low - 0.5, high + 0.5
    raw = (high - low) / n
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= raw * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


def number_label(value: float) -> str:
    """Give a number in a few characters."""
    if value and not 1e-3 <= abs(value) < 1e5:
        return f"{value:.1e}"
    return f"{value:.4g}"


def _path(points: Sequence[Point | None]) -> str:
    parts = []
    pen = "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        parts.append(f"{pen}{point.x:g} {point.y:g}")
        pen = "L"
    return "".join(parts)
