"""Figures into places on charts, which the template draws as SVG (pure)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ...calibration.measure import ReliabilityBin
from .vectors import Cloud

# Small enough that a phone shows a chart at its own size, so that its letters stay legible.
WIDTH, HEIGHT = 320, 220
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 10, 34
SQUARE = 240
MARGIN = 10
N_TICKS = 5
N_STYLES = 8
# Ranges below it, beside the numbers themselves, are rounding.
SMALLEST = 1e-9
MOST_PAIRS = 60
Point = tuple[float, float]


@dataclass(frozen=True)
class Tick:
    """A mark on an axis.

    place: where, in units of the chart.
    label: what it says.
    """

    place: float
    label: str


@dataclass(frozen=True)
class Mark:
    """A point of a curve.

    x, y: where, in units of the chart.
    size: radius.
    title: what it says when pointed at.
    """

    x: float
    y: float
    size: float
    title: str


@dataclass(frozen=True)
class Curve:
    """A line of a chart.

    name: what it stands for.
    style: number of its colour and dashes.
    path: SVG path.
    marks: its points.
    """

    name: str
    style: int
    path: str
    marks: list[Mark]


@dataclass(frozen=True)
class LineChart:
    """Curves over two axes.

    title: what they show.
    x_label, y_label: names of the axes.
    x_ticks, y_ticks: marks on them.
    curves: the curves.
    diagonal: SVG path of a line to compare with, empty without one.
    """

    title: str
    x_label: str
    y_label: str
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    curves: list[Curve]
    diagonal: str = ""


@dataclass(frozen=True)
class Dots:
    """Points of one kind on a scatter chart.

    name: what they stand for.
    style: number of their colour.
    shape: "round" or "square".
    path: SVG path, a line of no length for each point.
    """

    name: str
    style: int
    shape: str
    path: str


@dataclass(frozen=True)
class Scatter:
    """Points in the plane.

    title: what they show.
    dots: the points by kind.
    lines: SVG path that joins points, may be empty.
    """

    title: str
    dots: list[Dots] = field(default_factory=list)
    lines: str = ""


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


def line_chart(
    title: str,
    x_label: str,
    y_label: str,
    curves: Sequence[tuple[str, int, Sequence[float], Sequence[float | None]]],
) -> LineChart:
    """Draw curves.

    title (str): What they show.
    x_label (str): Name of the axis to the right.
    y_label (str): Name of the axis upwards.
    curves (Sequence[tuple]): Name, style, x values and y values of each; None for a gap.
    RETURNS (LineChart): The chart.
    """
    xs = [x for _, _, x_values, _ in curves for x in x_values]
    ys = [y for *_, y_values in curves for y in y_values if y is not None]
    x_ticks = round_ticks(min(xs, default=0), max(xs, default=1))
    y_ticks = round_ticks(min(ys, default=0), max(ys, default=1))
    frame = _Frame(x_ticks[0], x_ticks[-1], y_ticks[0], y_ticks[-1])
    drawn = []
    for name, style, x_values, y_values in curves:
        points = [
            None if y is None else (frame.x(x), frame.y(y))
            for x, y in zip(x_values, y_values, strict=True)
        ]
        marks = [
            Mark(*point, 2.5, f"{name}: {number_label(y)} at {number_label(x)}")
            for point, x, y in zip(points, x_values, y_values, strict=True)
            if point is not None and y is not None
        ]
        drawn.append(Curve(name, style % N_STYLES, _path(points), marks))
    return LineChart(title, x_label, y_label, frame.x_ticks(x_ticks), frame.y_ticks(y_ticks), drawn)


def reliability_chart(
    title: str, curves: Sequence[tuple[str, int, Sequence[ReliabilityBin]]]
) -> LineChart:
    """Draw reliability curves: how often entities of a probability are right.

    title (str): What they show.
    curves (Sequence[tuple]): Name, style and bins of each.
    RETURNS (LineChart): The chart; the area of a mark grows with its entities.
    """
    ticks = [0.0, 0.25, 0.5, 0.75, 1.0]
    frame = _Frame(0, 1, 0, 1)
    drawn = []
    for name, style, bins in curves:
        filled = [found for found in bins if found.n]
        most = max((found.n for found in filled), default=1)
        marks = [
            Mark(
                frame.x(found.confidence),
                frame.y(found.accuracy),
                round(1.5 + 4.5 * math.sqrt(found.n / most), 1),
                f"{name}: probability {found.confidence:.2f}, right {found.accuracy:.2f}, "
                f"{found.n} entities",
            )
            for found in filled
        ]
        path = _path([(mark.x, mark.y) for mark in marks])
        drawn.append(Curve(name, style % N_STYLES, path, marks))
    diagonal = _path([(frame.x(0), frame.y(0)), (frame.x(1), frame.y(1))])
    x_ticks, y_ticks = frame.x_ticks(ticks), frame.y_ticks(ticks)
    return LineChart(title, "probability", "share right", x_ticks, y_ticks, drawn, diagonal)


def scatter(title: str, cloud: Cloud, styles: Sequence[str], source: str) -> Scatter:
    """Draw points, sentences coloured by language, entity tokens by type.

    title (str): What they show.
    cloud (Cloud): The points.
    styles (Sequence[str]): Languages or types in the order of their colours.
    source (str): Language whose points are round; those of others are square.
    RETURNS (Scatter): The chart.
    """
    places = _fit(cloud.points)
    kinds = sorted(set(cloud.groups), key=lambda kind: (kind[0] != source, kind))
    dots = []
    for language, label in kinds:
        rows = [i for i, kind in enumerate(cloud.groups) if kind == (language, label)]
        path = "".join(f"M{places[i][0]:g} {places[i][1]:g}h0" for i in rows)
        name = f"{language} {label}".strip()
        shape = "round" if language == source else "square"
        dots.append(Dots(name, styles.index(label or language) % N_STYLES, shape, path))
    every = max(1, math.ceil(len(cloud.pairs) / MOST_PAIRS))
    lines = "".join(_path([places[a], places[b]]) for a, b in cloud.pairs[::every].tolist())
    return Scatter(title, dots, lines)


def number_label(value: float) -> str:
    """Give a number in a few characters."""
    if value and not 1e-3 <= abs(value) < 1e5:
        return f"{value:.1e}"
    return f"{value:.4g}"


@dataclass(frozen=True)
class _Frame:
    x_low: float
    x_high: float
    y_low: float
    y_high: float

    def x(self, value: float) -> float:
        share = (value - self.x_low) / (self.x_high - self.x_low)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        share = (value - self.y_low) / (self.y_high - self.y_low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    def x_ticks(self, values: Sequence[float]) -> list[Tick]:
        return [Tick(self.x(value), number_label(value)) for value in values]

    def y_ticks(self, values: Sequence[float]) -> list[Tick]:
        return [Tick(self.y(value), number_label(value)) for value in values]


def _path(points: Sequence[Point | None]) -> str:
    parts = []
    pen = "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        parts.append(f"{pen}{point[0]:g} {point[1]:g}")
        pen = "L"
    return "".join(parts)


def _fit(points: np.ndarray) -> list[Point]:
    """Scale points into a square, the same in both directions."""
    low, high = points.min(axis=0), points.max(axis=0)
    span = float((high - low).max()) or 1.0
    places = (points - (low + high) / 2) / span * (SQUARE - 2 * MARGIN) + SQUARE / 2
    return [(round(x, 1), round(SQUARE - y, 1)) for x, y in places.tolist()]
