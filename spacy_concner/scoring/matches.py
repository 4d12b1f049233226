"""Examples into gold and predicted entities side by side, as spaCy's scorer compares them."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from spacy.scorer import PRFScore
from spacy.tokens import Doc, Span
from spacy.training import Example

from ..corpora.segments import get_segments
from ..entity_scores import scored_spans


@dataclass(frozen=True)
class EntitySpan:
    """An entity in the tokens of the gold Doc.

    start: first token.
    end: token after the last.
    label: entity type.
    text: its text in the gold Doc.
    score: predicted probability; None for gold entities and for those without one.
    """

    start: int
    end: int
    label: str
    text: str
    score: float | None = None

    @property
    def key(self) -> tuple[int, int, str]:
        """What must agree for a prediction to be right."""
        return (self.start, self.end, self.label)


@dataclass(frozen=True)
class Comparison:
    """Gold and predicted entities of a sentence: a Doc, or a segment of a bitext.

    language: language code, empty where unknown.
    gold: gold entities in order.
    predicted: predicted entities in order, without those that have a token whose
        annotation is missing: they are neither right nor wrong.
    """

    language: str
    gold: tuple[EntitySpan, ...]
    predicted: tuple[EntitySpan, ...]

    def counts(self) -> tuple[int, int, int]:
        """Give true positives, false positives and false negatives."""
        right = len({span.key for span in self.gold} & {span.key for span in self.predicted})
        return right, len(self.predicted) - right, len(self.gold) - right

    def outcomes(self) -> list[tuple[float, bool]]:
        """Give score and rightness of each predicted entity that has a score."""
        gold = {span.key for span in self.gold}
        return [(s.score, s.key in gold) for s in self.predicted if s.score is not None]

    def only(self, keep: Callable[[EntitySpan], bool]) -> "Comparison":
        """Give the gold and predicted entities that something is true of."""
        gold, predicted = tuple(filter(keep, self.gold)), tuple(filter(keep, self.predicted))
        return Comparison(self.language, gold, predicted)


def compare(example: Example) -> list[Comparison]:
    """Put gold and predicted entities side by side.

    example (Example): Predicted and gold Doc.
    RETURNS (list[Comparison]): One for each segment of the gold Doc (a plain Doc is one);
        none if it has no annotation.
    """
    reference = example.reference
    if not len(reference) or not reference.has_annotation("ENT_IOB"):
        return []
    scores = entity_scores(example.predicted)
    alignment = example.alignment.x2y
    predicted: list[EntitySpan] = []
    for entity in example.predicted.ents:
        tokens = alignment[entity.start : entity.end]
        if not len(tokens):
            continue
        span = reference[int(tokens[0]) : int(tokens[-1]) + 1]
        if all(token.ent_iob != 0 for token in span):
            score = scores.get((entity.start, entity.end, entity.label_))
            predicted.append(_entity(span, entity.label_, score))
    gold = [_entity(span, span.label_) for span in reference.ents]
    fallback = str(reference.user_data.get("language", ""))

    def within(spans: Sequence[EntitySpan], segment: Span) -> tuple[EntitySpan, ...]:
        return tuple(span for span in spans if segment.start <= span.start < segment.end)

    return [
        Comparison(segment.label_ or fallback, within(gold, segment), within(predicted, segment))
        for segment in get_segments(reference)
    ]


def entity_scores(doc: Doc) -> dict[tuple[int, int, str], float]:
    """Give the probability of each entity that a `concner` component has predicted.

    doc (Doc): The Doc.
    RETURNS (dict): Scores by start, end and label; empty without predictions.
    """
    return {(span.start, span.end, span.label_): score for span, score in scored_spans(doc)}


def sum_counts(
    comparisons: Iterable[Comparison], keep: Callable[[EntitySpan], bool] | None = None
) -> tuple[int, int, int]:
    """Count right, wrong and missed entities.

    comparisons (Iterable[Comparison]): Sentences.
    keep (Callable[[EntitySpan], bool]): Counts only the gold and predicted entities that it
        is true of; all without it.
    RETURNS (tuple[int, int, int]): True positives, false positives and false negatives.
    """
    total = Counter({"tp": 0, "fp": 0, "fn": 0})
    for comparison in comparisons:
        if keep is not None:
            comparison = comparison.only(keep)
        total.update(dict(zip(("tp", "fp", "fn"), comparison.counts(), strict=True)))
    return total["tp"], total["fp"], total["fn"]


def score_counts(counts: Sequence[int] | np.ndarray) -> PRFScore:
    """Give what precision, recall and F1 come from.

    counts (Sequence[int] | ndarray): True positives, false positives and false negatives; or
        `(…, 3)` of them.
    RETURNS (PRFScore): The score; its `precision`, `recall` and `fscore` are numbers, or `(…)`
        arrays of them, 0 where nothing is counted.
    """
    right, wrong, missed = np.moveaxis(counts, -1, 0) if isinstance(counts, np.ndarray) else counts
    return PRFScore(tp=right, fp=wrong, fn=missed)


def _entity(span: Span, label: str, score: float | None = None) -> EntitySpan:
    return EntitySpan(span.start, span.end, label, span.text, score)
