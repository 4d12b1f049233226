"""Precision, recall and F1 of a corpus, with bootstrap intervals (pure)."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from spacy.scorer import PRFScore

from ...scoring.bootstrap import bootstrap_interval, f_score
from ...scoring.gain import Estimate, count_sentences, paired_gain
from ...scoring.matches import Comparison, EntitySpan, score_counts


@dataclass(frozen=True)
class Rates:
    """Precision, recall and F1, 0 to 1, each None where there is nothing to count."""

    precision: float | None
    recall: float | None
    f_score: float | None


@dataclass(frozen=True)
class Estimates:
    """Precision, recall and F1 of whole entities on a corpus."""

    precision: Estimate
    recall: Estimate
    f_score: Estimate


def rates(score: PRFScore) -> Rates:
    """Give precision, recall and F1 of counts.

    score (PRFScore): Right, wrong and missed entities.
    RETURNS (Rates): The figures.
    """
    return Rates(
        score.precision if score.tp + score.fp else None,
        score.recall if score.tp + score.fn else None,
        score.fscore if len(score) else None,
    )


def mean_rates(estimates: Sequence[Estimates]) -> Rates:
    """Give the means of several corpora, each counting the same.

    estimates (Sequence[Estimates]): A pipeline's figures on the corpora.
    RETURNS (Rates): The mean of each figure over the corpora that have it.
    """
    return Rates(
        precision=_mean(found.precision.value for found in estimates),
        recall=_mean(found.recall.value for found in estimates),
        f_score=_mean(found.f_score.value for found in estimates),
    )


def estimate(comparisons: Sequence[Comparison]) -> Estimates:
    """Give precision, recall and F1 with their intervals.

    comparisons (Sequence[Comparison]): Sentences.
    RETURNS (Estimates): The figures.
    """
    counts = count_sentences(comparisons)
    found = rates(score_counts(counts.sum(axis=0).tolist()))

    def precision(sums: np.ndarray) -> np.ndarray:
        return np.asarray(score_counts(sums).precision)

    def recall(sums: np.ndarray) -> np.ndarray:
        return np.asarray(score_counts(sums).recall)

    return Estimates(
        Estimate(found.precision, *bootstrap_interval(counts, precision)),
        Estimate(found.recall, *bootstrap_interval(counts, recall)),
        Estimate(found.f_score, *bootstrap_interval(counts, f_score)),
    )


def estimate_recall(
    comparisons: Sequence[Comparison], keep: Callable[[EntitySpan], bool]
) -> Estimate:
    """Give the recall of some gold entities with its interval.

    comparisons (Sequence[Comparison]): Sentences.
    keep (Callable[[EntitySpan], bool]): Tells which entities count.
    RETURNS (Estimate): The recall; no value without such an entity.
    """
    return estimate([comparison.only(keep) for comparison in comparisons]).recall


def difference(first: Sequence[Comparison], second: Sequence[Comparison]) -> Estimate | None:
    """Give how much better in F1 the second of two pipelines is, sentences paired.

    first (Sequence[Comparison]): Sentences as the first pipeline sees them.
    second (Sequence[Comparison]): The same sentences as the second sees them.
    RETURNS (Estimate | None): The difference; None if these are not the same sentences.
    """
    if [c.gold for c in first] != [c.gold for c in second]:
        return None
    return paired_gain(first, second)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None
