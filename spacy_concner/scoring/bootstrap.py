"""Bootstrap intervals of scores that are made of counts (pure)."""

from collections.abc import Callable

import numpy as np

from .matches import score_counts

# Samples drawn at once, so that the weights of many documents stay small in memory.
CHUNK = 100


def bootstrap_interval(
    counts: np.ndarray,
    statistic: Callable[[np.ndarray], np.ndarray],
    *,
    n_samples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """Give the percentile bootstrap interval of a score, documents drawn with replacement.

    counts (ndarray): `(n_docs, n_counts)`, what each document adds to the sums that the
        score is made of.
    statistic (Callable[[ndarray], ndarray]): From sums `(n_samples, n_counts)` to
        `(n_samples,)` scores, such as `f_score`.
    n_samples (int): Samples to draw.
    level (float): Share of the samples within the interval.
    seed (int): Seed of the draw: the same counts give the same interval.
    RETURNS (tuple[float, float]): Lower and upper bound; NaN without documents.
    """
    counts = np.asarray(counts, dtype="f8")
    n_docs = len(counts)
    if not n_docs:
        return float("nan"), float("nan")
    rng = np.random.default_rng(seed)
    scores = []
    for first in range(0, n_samples, CHUNK):
        n_drawn = min(CHUNK, n_samples - first)
        weights = rng.multinomial(n_docs, np.full(n_docs, 1 / n_docs), size=n_drawn)
        scores.append(statistic(weights @ counts))
    tail = (1 - level) / 2
    low, high = np.quantile(np.concatenate(scores), [tail, 1 - tail])
    return float(low), float(high)


def f_score(counts: np.ndarray) -> np.ndarray:
    """Give F1 of counts.

    counts (ndarray): `(…, 3)`: true positives, false positives, false negatives.
    RETURNS (ndarray): `(…)` F1 between 0 and 1, 0 where nothing is counted.
    """
    return np.asarray(score_counts(counts).fscore)
