"""A picture of pipelines by their speed, their F1 and their size, as SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

WIDTH, HEIGHT = 760, 380
LEFT, RIGHT, TOP, BOTTOM = 70, 40, 40, 60
STYLE = (
    'text{font:14px "DejaVu Sans",Verdana,sans-serif;fill:#1b1b1b}'
    ".note{font-size:12px;fill:#444}.grid{stroke:#e4e4e4}"
)
# Pixels of radius for the root of a megabyte.
SCALE = 2.2
F1_STEP = 5
# Half of the pixels that a label takes.
HALF_LABEL = 110


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
    for point in points:
        x, y, radius = across(point.speed), down(point.f1), SCALE * math.sqrt(point.size)
        lines.append(
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.1f}" fill="{point.color}" '
            'fill-opacity="0.75"/>'
        )
        # Below its circle, and within the picture.
        told = f"F1 {point.f1:.1f}, {point.speed:,.0f} words/s, {point.size:.0f} MB"
        middle = min(max(x, HALF_LABEL), WIDTH - HALF_LABEL)
        for kind, text, row in (("", point.name, 18), ("note", told, 35)):
            lines.append(
                f'<text class="{kind}" x="{middle:.0f}" y="{y + radius + row:.0f}" '
                f'text-anchor="middle">{escape(text)}</text>'
            )
    path.write_text("\n".join([*lines, "</svg>", ""]), encoding="utf8")
