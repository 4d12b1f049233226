"""How far the entities' probabilities can be trusted (pure)."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from ...calibration.measure import (
    ReliabilityBin,
    brier_score,
    expected_calibration_error,
    reliability_bins,
)
from ...scoring.matches import Comparison
from .charts import LineChart, Point, Series, line_chart

QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Trust:
    """How far the entities' probabilities can be trusted.

    n: predicted entities that have a probability.
    ece: expected calibration error.
    brier: Brier score.
    overconfidence: mean probability less the share that is right, from -1 to 1.
    bins: the reliability curve.
    """

    n: int
    ece: float
    brier: float
    overconfidence: float
    bins: list[ReliabilityBin]


def measure_trust(comparisons: Iterable[Comparison]) -> Trust | None:
    """Measure the calibration of entities' probabilities.

    comparisons (Iterable[Comparison]): Sentences.
    RETURNS (Trust | None): The figures; None if no predicted entity has a probability.
    """
    outcomes = [pair for comparison in comparisons for pair in comparison.outcomes()]
    if not outcomes:
        return None
    scores, right = [score for score, _ in outcomes], [is_right for _, is_right in outcomes]
    ece, brier = expected_calibration_error(scores, right), brier_score(scores, right)
    return Trust(
        n=len(outcomes),
        ece=ece or 0.0,
        brier=brier or 0.0,
        overconfidence=fmean(scores) - fmean(right),
        bins=reliability_bins(scores, right),
    )


def reliability_chart(title: str, trusts: Mapping[str, Trust | None]) -> LineChart | None:
    """Draw how often entities of a probability are right.

    title (str): What the chart is called.
    trusts (Mapping[str, Trust | None]): By name of the pipeline; None without probabilities.
    RETURNS (LineChart | None): A curve for each pipeline that has some; None without any.
    """
    series = [
        Series(number, _points(name, trust.bins))
        for number, (name, trust) in enumerate(trusts.items())
        if trust is not None
    ]
    if not series:
        return None
    return line_chart(
        title,
        series,
        x_label="probability",
        y_label="share right",
        ticks=QUARTERS,
        diagonal=True,
    )


def _points(name: str, bins: Iterable[ReliabilityBin]) -> list[Point]:
    """Give a point for each bin that is not empty; its area grows with its entities."""
    filled = [found for found in bins if found.n]
    most = max(found.n for found in filled)
    return [
        Point(
            found.confidence,
            found.accuracy,
            f"{name}: probability {found.confidence:.2f}, right {found.accuracy:.2f}, "
            f"{found.n} entities",
            round(1.5 + 4.5 * math.sqrt(found.n / most), 1),
        )
        for found in filled
    ]
