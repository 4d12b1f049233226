"""How far probabilities can be trusted: calibration error, Brier score, reliability (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

N_BINS = 15


@dataclass(frozen=True)
class ReliabilityBin:
    """Predictions whose confidence falls between two bounds.

    low: lower bound, exclusive but for the first bin.
    high: upper bound, inclusive.
    n: predictions.
    confidence: their mean confidence, 0 without predictions.
    accuracy: share of them that is right, 0 without predictions.
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


def reliability_bins(
    confidences: Sequence[float] | np.ndarray,
    correct: Sequence[bool] | np.ndarray,
    n_bins: int = N_BINS,
) -> list[ReliabilityBin]:
    """Sort predictions into bins of equal width: the points of a reliability curve.

    confidences (Sequence[float]): Probability of each prediction, 0 to 1.
    correct (Sequence[bool]): Whether each is right.
    n_bins (int): Number of bins.
    RETURNS (list[ReliabilityBin]): All bins in order, empty ones included.
    """
    confidence = np.asarray(confidences, dtype="f8")
    right = np.asarray(correct, dtype="f8")
    edges = np.linspace(0.0, 1.0, n_bins + 1)
    which = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, n_bins - 1)
    counts = np.bincount(which, minlength=n_bins)
    divisors = np.maximum(counts, 1)
    means = np.bincount(which, weights=confidence, minlength=n_bins) / divisors
    shares = np.bincount(which, weights=right, minlength=n_bins) / divisors
    return [
        ReliabilityBin(
            float(edges[i]), float(edges[i + 1]), int(counts[i]), float(means[i]), float(shares[i])
        )
        for i in range(n_bins)
    ]


def expected_calibration_error(
    confidences: Sequence[float] | np.ndarray,
    correct: Sequence[bool] | np.ndarray,
    n_bins: int = N_BINS,
) -> float | None:
    """Give the expected calibration error (Naeini et al. 2015, Guo et al. 2017).

    The mean distance between confidence and accuracy over bins of equal width, weighted by
    the predictions in each.

    confidences (Sequence[float]): Probability of each prediction, 0 to 1.
    correct (Sequence[bool]): Whether each is right.
    n_bins (int): Number of bins.
    RETURNS (float | None): The error, 0 to 1; None without predictions.
    """
    if not len(confidences):
        return None
    bins = reliability_bins(confidences, correct, n_bins)
    return sum(b.n * abs(b.confidence - b.accuracy) for b in bins) / len(confidences)


def brier_score(
    confidences: Sequence[float] | np.ndarray, correct: Sequence[bool] | np.ndarray
) -> float | None:
    """Give the mean squared distance of confidence from outcome (Brier 1950).

    confidences (Sequence[float]): Probability of each prediction, 0 to 1.
    correct (Sequence[bool]): Whether each is right.
    RETURNS (float | None): The score, 0 (best) to 1; None without predictions.
    """
    if not len(confidences):
        return None
    distance = np.asarray(confidences, dtype="f8") - np.asarray(correct, dtype="f8")
    return float(np.mean(distance**2))


def multiclass_brier_score(probabilities: np.ndarray, gold: np.ndarray) -> float | None:
    """Give the Brier score of whole distributions, summed over classes.

    probabilities (ndarray): `(n, n_classes)`, rows sum to one.
    gold (ndarray): `(n,)` int, the right class of each row.
    RETURNS (float | None): The score, 0 (best) to 2; None without rows.
    """
    if not len(probabilities):
        return None
    distance = np.array(probabilities, dtype="f8")
    distance[np.arange(len(gold)), gold] -= 1.0
    return float(np.mean((distance**2).sum(axis=1)))
