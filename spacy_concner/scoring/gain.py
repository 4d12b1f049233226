"""How much better in F1 one of two readings of the same sentences is, with an interval (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .bootstrap import bootstrap_interval, f_score
from .matches import Comparison


@dataclass(frozen=True)
class Estimate:
    """A figure of a corpus, and its 95% bootstrap interval over sentences.

    value: the figure; None where there is nothing to count.
    low, high: bounds of the interval.
    """

    value: float | None
    low: float
    high: float

    @property
    def is_chance(self) -> bool:
        """Tell whether a difference is one that the choice of the sentences explains."""
        return not (self.low > 0 or self.high < 0)


def paired_gain(first: Sequence[Comparison], second: Sequence[Comparison]) -> Estimate:
    """Give how much better in F1 the second of two readings is, sentence by sentence.

    first (Sequence[Comparison]): Sentences.
    second (Sequence[Comparison]): As many, each the other form of the one in the same place.
    RETURNS (Estimate): The difference.
    """
    counts = np.concatenate([count_sentences(first), count_sentences(second)], axis=1)

    def gain(sums: np.ndarray) -> np.ndarray:
        return f_score(sums[..., 3:]) - f_score(sums[..., :3])

    return Estimate(float(gain(counts.sum(axis=0))), *bootstrap_interval(counts, gain))


def count_sentences(comparisons: Sequence[Comparison]) -> np.ndarray:
    """Give `(n_sentences, 3)` counts: right, wrong and missed entities."""
    return np.array([c.counts() for c in comparisons], dtype="i8").reshape(-1, 3)
