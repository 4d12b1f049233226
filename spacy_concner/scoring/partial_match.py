"""Partial matches of entities as SemEval-2013 task 9.1 and nervaluate count them (pure).

nervaluate needs Python 3.11, so the four strategies are written out here; the tests hold
them against the library. Predictions are taken in order, and each takes its gold entity
away from those after it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Strategy = Literal["strict", "exact", "partial", "type"]
STRATEGIES: tuple[Strategy, ...] = ("strict", "exact", "partial", "type")


class LabelledSpan(Protocol):
    """Anything with a first token, the token after the last, and a label."""

    @property
    def start(self) -> int:
        """First token."""

    @property
    def end(self) -> int:
        """Token after the last."""

    @property
    def label(self) -> str:
        """Entity type."""


@dataclass(frozen=True)
class MatchCounts:
    """How predicted entities meet gold ones under a strategy.

    correct: match as the strategy demands.
    incorrect: overlap, but fail it.
    partial: overlap with other boundaries; of the strategy "partial" alone.
    missed: gold entities that no prediction meets.
    spurious: predictions that meet no gold entity.
    """

    correct: int = 0
    incorrect: int = 0
    partial: int = 0
    missed: int = 0
    spurious: int = 0

    def __add__(self, other: "MatchCounts") -> "MatchCounts":
        """Add counts, as of several documents."""
        return MatchCounts(
            self.correct + other.correct,
            self.incorrect + other.incorrect,
            self.partial + other.partial,
            self.missed + other.missed,
            self.spurious + other.spurious,
        )

    @property
    def credit(self) -> float:
        """What counts as found: correct ones, and partial ones by half."""
        return self.correct + 0.5 * self.partial

    @property
    def precision(self) -> float:
        """Share of the predictions that is found, 0 without predictions."""
        actual = self.correct + self.incorrect + self.partial + self.spurious
        return self.credit / actual if actual else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold entities that is found, 0 without gold entities."""
        possible = self.correct + self.incorrect + self.partial + self.missed
        return self.credit / possible if possible else 0.0

    @property
    def f_score(self) -> float:
        """Harmonic mean of precision and recall, 0 if both are."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def count_matches(
    gold: Sequence[LabelledSpan], predicted: Sequence[LabelledSpan], strategy: Strategy
) -> MatchCounts:
    """Count how the predicted entities of a document meet its gold ones.

    "strict" wants boundaries and type, "exact" boundaries alone, "partial" any overlap
    (half the credit where boundaries differ), "type" any overlap with the right type.

    gold (Sequence[LabelledSpan]): Gold entities in order.
    predicted (Sequence[LabelledSpan]): Predicted entities in order.
    strategy (str): "strict", "exact", "partial" or "type".
    RETURNS (MatchCounts): The counts.
    """
    free = dict(enumerate(gold))
    correct = overlapping = spurious = 0
    for span in predicted:
        matching = [i for i in free if _MATCHES[strategy](span, free[i])]
        if strategy == "type":
            matching.sort(key=lambda i: _distance(span, free[i]))
        met = [i for i in free if _overlap(span, free[i])]
        if matching:
            correct += 1
            del free[matching[0]]
        elif met:
            overlapping += 1
            del free[met[0]]
        else:
            spurious += 1
    if strategy == "partial":
        return MatchCounts(correct, 0, overlapping, len(free), spurious)
    return MatchCounts(correct, overlapping, 0, len(free), spurious)


def sum_matches(
    pairs: Iterable[tuple[Sequence[LabelledSpan], Sequence[LabelledSpan]]], strategy: Strategy
) -> MatchCounts:
    """Count matches over documents.

    pairs (Iterable[tuple]): Gold and predicted entities of each document.
    strategy (str): As for `count_matches`.
    RETURNS (MatchCounts): The summed counts.
    """
    return sum((count_matches(*pair, strategy) for pair in pairs), MatchCounts())


def _overlap(a: LabelledSpan, b: LabelledSpan) -> bool:
    return a.start < b.end and b.start < a.end


def _same_boundaries(a: LabelledSpan, b: LabelledSpan) -> bool:
    return (a.start, a.end) == (b.start, b.end)


def _distance(a: LabelledSpan, b: LabelledSpan) -> int:
    return abs(a.start - b.start) + abs(a.end - b.end)


_MATCHES: dict[Strategy, Callable[[LabelledSpan, LabelledSpan], bool]] = {
    "strict": lambda a, b: _same_boundaries(a, b) and a.label == b.label,
    "exact": _same_boundaries,
    "partial": _same_boundaries,
    "type": lambda a, b: _overlap(a, b) and a.label == b.label,
}
