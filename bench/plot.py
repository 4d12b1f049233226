"""A picture of pipelines by their speed, their F1 and their size, as SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import combinations, product
from pathlib import Path
from typing import NamedTuple, TypeAlias

WIDTH, HEIGHT = 760, 380
LEFT, RIGHT, TOP, BOTTOM = 70, 40, 40, 60
STYLE = (
    'text{font:14px "DejaVu Sans",Verdana,sans-serif;fill:#1b1b1b}'
    ".note{font-size:12px;fill:#444}.grid{stroke:#e4e4e4}"
)
# Pixels of radius for the root of a megabyte.
SCALE = 2.2
F1_STEP = 5
# Pixels that a letter takes, at most, and a label's two lines.
LETTER, LINES = 7.2, 40
# Its middle, to the right and downwards, and its radius, in pixels.
Circle: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True)
class Point:
    """A pipeline.

    name: What it is called.
    speed: Words a second.
    f1: F1, 0 to 100.
    size: Megabytes.
    color: Of its circle.
    """

    name: str
    speed: float
    f1: float
    size: float
    color: str


class Box(NamedTuple):
    """What a circle or a label takes, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def shared_with(self, other: "Box") -> float:
        """Give how much of both lies in the same place, in square pixels."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(across, 0) * max(down, 0)


def places_beside(x: float, y: float, radius: float, width: float) -> list[Box]:
    """Give where the label of a circle may stand: below, above, right or left of it.

    x (float): Middle of the circle.
    y (float): The same downwards.
    radius (float): Its radius.
    width (float): Pixels of the label.
    RETURNS (list[Box]): The places, within the picture and off the numbers beside it.
    """
    left = min(max(x - width / 2, LEFT), WIDTH - RIGHT / 2 - width)
    corners = [(left, y + radius), (left, y - radius - LINES)]
    corners += [(x + radius, y - LINES / 2), (x - radius - width, y - LINES / 2)]
    return [Box(left, top, left + width, top + LINES) for left, top in corners]


def place_labels(circles: Sequence[Circle], widths: Sequence[float]) -> Sequence[Box]:
    """Give each label the place beside its circle where all of them together hide least.

    circles (Sequence[Circle]): Middle and radius of each circle.
    widths (Sequence[float]): Pixels of each label.
    RETURNS (Sequence[Box]): The places.
    """
    inside = Box(LEFT, 0, WIDTH, HEIGHT - BOTTOM)
    boxes = [Box(x - r, y - r, x + r, y + r) for x, y, r in circles]

    def hidden(places: Sequence[Box]) -> int:
        outside = sum(p.shared_with(p) - p.shared_with(inside) for p in places)
        over_circles = sum(p.shared_with(box) for p in places for box in boxes)
        over_labels = sum(p.shared_with(other) for p, other in combinations(places, 2))
        return round(outside + over_circles + over_labels)

    choices = [places_beside(*circle, width) for circle, width in zip(circles, widths, strict=True)]
    return min(product(*choices), key=hidden)


def draw(points: Sequence[Point], path: Path, title: str) -> None:
    """Draw pipelines: to the right the faster, above the better, larger circles for more bytes.

    points (Sequence[Point]): The pipelines.
    path (Path): SVG file.
    title (str): What is shown, for those who cannot see it.
    """
    low, high = (math.log10(side(p.speed for p in points)) for side in (min, max))
    low, high = math.floor(low * 2) / 2, math.ceil(high * 2) / 2
    least = F1_STEP * math.floor(min(p.f1 for p in points) / F1_STEP - 0.5)
    most = F1_STEP * math.ceil(max(p.f1 for p in points) / F1_STEP + 0.2)

    def across(speed: float) -> float:
        share = (math.log10(speed) - low) / (high - low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def down(f1: float) -> float:
        return TOP + (most - f1) / (most - least) * (HEIGHT - TOP - BOTTOM)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}">',
        f"<style>{STYLE}</style>",
        '<rect width="100%" height="100%" rx="8" fill="#ffffff" stroke="#dddddd"/>',
        f'<text class="note" x="{LEFT - 50}" y="24">F1</text>',
        f'<text class="note" x="{WIDTH - RIGHT}" y="{HEIGHT - 14}" text-anchor="end">'
        "words a second</text>",
    ]
    for f1 in range(least, most + 1, F1_STEP):
        y = down(f1)
        lines.append(f'<path class="grid" d="M{LEFT} {y:.0f}H{WIDTH - RIGHT}"/>')
        lines.append(
            f'<text class="note" x="{LEFT - 12}" y="{y + 4:.0f}" text-anchor="end">{f1}</text>'
        )
    for power in range(math.ceil(low), math.floor(high) + 1):
        for speed in (10**power, 3 * 10**power):
            if not low <= math.log10(speed) <= high:
                continue
            x = across(speed)
            lines.append(f'<path class="grid" d="M{x:.0f} {TOP}V{HEIGHT - BOTTOM}"/>')
            lines.append(
                f'<text class="note" x="{x:.0f}" y="{HEIGHT - BOTTOM + 20}" '
                f'text-anchor="middle">{speed:,}</text>'
            )
    circles = [(across(p.speed), down(p.f1), SCALE * math.sqrt(p.size)) for p in points]
    labels = [(p.name, f"F1 {p.f1:.1f}, {p.speed:,.0f} words/s, {p.size:.0f} MB") for p in points]
    places = place_labels(circles, [LETTER * max(map(len, label)) for label in labels])
    for point, (x, y, radius), label, place in zip(points, circles, labels, places, strict=True):
        lines.append(
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.1f}" fill="{point.color}" '
            'fill-opacity="0.75"/>'
        )
        middle = (place.left + place.right) / 2
        for kind, text, row in zip(("", "note"), label, (15, 32), strict=True):
            lines.append(
                f'<text class="{kind}" x="{middle:.0f}" y="{place.top + row:.0f}" '
                f'text-anchor="middle">{escape(text)}</text>'
            )
    path.write_text("\n".join([*lines, "</svg>", ""]), encoding="utf8")
