"""Gold and predicted entities into the figures of the report (pure)."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from spacy.scorer import PRFScore

from ...calibration.measure import (
    ReliabilityBin,
    brier_score,
    expected_calibration_error,
    reliability_bins,
)
from ...scoring.bootstrap import bootstrap_interval, f_score
from ...scoring.matches import Comparison, EntitySpan, score_counts
from .results import ScoredSentence

ENTITY_LENGTHS = ("1 word", "2 words", "3 words", "4 words and more")
SENTENCE_LENGTHS = ((10, "up to 10 words"), (20, "11 to 20 words"), (40, "21 to 40 words"))
LONGEST = "41 words and more"
NO_LETTERS, MIXED = "no letters", "mixed"
RIGHT, MISSED = "right", "missed"
WRONG_TYPE, WRONG_BOUNDS, WRONG_BOTH, INVENTED = (
    "wrong type",
    "wrong boundaries",
    "wrong type and boundaries",
    "not an entity",
)
OUTCOMES = (RIGHT, WRONG_TYPE, WRONG_BOUNDS, WRONG_BOTH, INVENTED, MISSED)


@dataclass(frozen=True)
class Rates:
    """Precision, recall and F1, 0 to 1, each None where there is nothing to count."""

    precision: float | None
    recall: float | None
    f_score: float | None


@dataclass(frozen=True)
class Estimate:
    """A figure of a corpus, and its 95% bootstrap interval over sentences.

    value: the figure; None where there is nothing to count.
    low, high: bounds of the interval.
    """

    value: float | None
    low: float
    high: float


@dataclass(frozen=True)
class Estimates:
    """Precision, recall and F1 of whole entities on a corpus."""

    precision: Estimate
    recall: Estimate
    f_score: Estimate


@dataclass(frozen=True)
class Trust:
    """How far the entities' probabilities can be trusted.

    n: predicted entities that have a probability.
    ece: expected calibration error.
    brier: Brier score.
    bins: the reliability curve.
    """

    n: int
    ece: float
    brier: float
    bins: list[ReliabilityBin]


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


def difference(first: Sequence[Comparison], second: Sequence[Comparison]) -> Estimate | None:
    """Give how much better in F1 the second of two pipelines is, sentences paired.

    first (Sequence[Comparison]): Sentences as the first pipeline sees them.
    second (Sequence[Comparison]): The same sentences as the second sees them.
    RETURNS (Estimate | None): The difference; None if these are not the same sentences.
    """
    if [c.gold for c in first] != [c.gold for c in second]:
        return None
    counts = np.concatenate([count_sentences(first), count_sentences(second)], axis=1)

    def gain(sums: np.ndarray) -> np.ndarray:
        return f_score(sums[..., 3:]) - f_score(sums[..., :3])

    return Estimate(float(gain(counts.sum(axis=0))), *bootstrap_interval(counts, gain))


def count_sentences(comparisons: Sequence[Comparison]) -> np.ndarray:
    """Give `(n_sentences, 3)` counts: right, wrong and missed entities."""
    return np.array([c.counts() for c in comparisons], dtype="i8").reshape(-1, 3)


def score_groups(
    sentences: Iterable[ScoredSentence], group: Callable[[ScoredSentence, EntitySpan], str]
) -> dict[str, PRFScore]:
    """Count entities by groups.

    sentences (Iterable[ScoredSentence]): Sentences.
    group (Callable[[ScoredSentence, EntitySpan], str]): Gives the group of a gold or predicted
        entity; equal entities must have the same.
    RETURNS (dict[str, PRFScore]): Right, wrong and missed entities by group.
    """
    scores: defaultdict[str, PRFScore] = defaultdict(PRFScore)
    for sentence in sentences:
        gold = {span.key: span for span in sentence.comparison.gold}
        for span in sentence.comparison.predicted:
            score = scores[group(sentence, span)]
            if gold.pop(span.key, None) is None:
                score.fp += 1
            else:
                score.tp += 1
        for span in gold.values():
            scores[group(sentence, span)].fn += 1
    return dict(scores)


def entity_type(sentence: ScoredSentence, span: EntitySpan) -> str:
    """Group entities by type."""
    return span.label


def entity_length(sentence: ScoredSentence, span: EntitySpan) -> str:
    """Group entities by their words."""
    return ENTITY_LENGTHS[min(span.end - span.start, len(ENTITY_LENGTHS)) - 1]


def sentence_length(sentence: ScoredSentence, span: EntitySpan) -> str:
    """Group entities by the words of their sentence."""
    n_words = len(sentence.offsets)
    return next((name for most, name in SENTENCE_LENGTHS if n_words <= most), LONGEST)


def entity_script(sentence: ScoredSentence, span: EntitySpan) -> str:
    """Group entities by the script that they are written in."""
    return script_of(span.text)


def script_of(text: str) -> str:
    """Name the script of a text, as Unicode names its letters.

    text (str): The text.
    RETURNS (str): Such as "Latin", or "mixed", or "no letters".
    """
    scripts = {_script(letter) for letter in text if letter.isalpha()}
    if len(scripts) > 1:
        return MIXED
    return scripts.pop() if scripts else NO_LETTERS


def count_outcomes(comparisons: Iterable[Comparison]) -> Counter[str]:
    """Count what became of entities: right, or in which way a mistake.

    comparisons (Iterable[Comparison]): Sentences.
    RETURNS (Counter[str]): Predicted entities by outcome, and gold entities that no
        predicted one overlaps as "missed".
    """
    counts: Counter[str] = Counter()
    for comparison in comparisons:
        counts.update(outcome(span, comparison) for span in comparison.predicted)
        counts[MISSED] += sum(
            not any(_overlap(span, other) for other in comparison.predicted)
            for span in comparison.gold
        )
    return counts


def outcome(span: EntitySpan, comparison: Comparison) -> str:
    """Tell what a predicted entity is.

    span (EntitySpan): A predicted entity.
    comparison (Comparison): Its sentence.
    RETURNS (str): One of `OUTCOMES`.
    """
    met = [gold for gold in comparison.gold if _overlap(span, gold)]
    if any(gold.key == span.key for gold in met):
        return RIGHT
    if any(gold.key[:2] == span.key[:2] for gold in met):
        return WRONG_TYPE
    if any(gold.label == span.label for gold in met):
        return WRONG_BOUNDS
    return WRONG_BOTH if met else INVENTED


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
    return Trust(len(outcomes), ece or 0.0, brier or 0.0, reliability_bins(scores, right))


@cache
def _script(letter: str) -> str:
    name = unicodedata.name(letter, "")
    return name.split()[0].capitalize() if name else "unknown"


def _overlap(a: EntitySpan, b: EntitySpan) -> bool:
    return a.start < b.end and b.start < a.end
