"""Sentences worth reading: the surest mistakes and the least sure hits."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from ...scoring.matches import EntitySpan
from ..entities import EntityMarker, MarkedEntity, text_direction
from .outcomes import RIGHT, outcome
from .results import CorpusResult, ScoredSentence


@dataclass(frozen=True)
class Instance:
    """A predicted entity in its sentence.

    sentence: the sentence.
    span: the entity.
    outcome: what it is: right, or in which way a mistake.
    """

    sentence: ScoredSentence
    span: EntitySpan
    outcome: str


@dataclass(frozen=True)
class InstanceView:
    """A predicted entity as it is shown.

    outcome: what it is.
    score: its probability, None if it has none.
    language: language code, empty where unknown.
    direction: "ltr" or "rtl".
    gold: the sentence with its gold entities, HTML.
    predicted: the sentence with the predicted ones, this one set apart, HTML.
    """

    outcome: str
    score: float | None
    language: str
    direction: str
    gold: Markup
    predicted: Markup


def surest_mistakes(result: CorpusResult, limit: int) -> list[Instance]:
    """Give the wrong entities of the highest probability, those without one last.

    result (CorpusResult): A pipeline's predictions on a corpus.
    limit (int): The most to give; sentences that repeat count once.
    RETURNS (list[Instance]): The mistakes.
    """
    mistakes = [found for found in _instances(result) if found.outcome != RIGHT]
    return _first(sorted(mistakes, key=lambda found: -_score(found)), limit)


def unsurest_hits(result: CorpusResult, limit: int) -> list[Instance]:
    """Give the right entities of the lowest probability; none without probabilities.

    result (CorpusResult): A pipeline's predictions on a corpus.
    limit (int): The most to give; sentences that repeat count once.
    RETURNS (list[Instance]): The hits.
    """
    hits = [
        found
        for found in _instances(result)
        if found.outcome == RIGHT and found.span.score is not None
    ]
    return _first(sorted(hits, key=_score), limit)


def view_instance(found: Instance, language: str, marker: EntityMarker) -> InstanceView:
    """Give a predicted entity as it is shown.

    found (Instance): The entity.
    language (str): Language code, for sentences that do not tell.
    marker (EntityMarker): Marks entities in their colours.
    RETURNS (InstanceView): The view.
    """
    sentence = found.sentence
    language = sentence.comparison.language or language
    direction = text_direction(language)

    def mark(span: EntitySpan) -> MarkedEntity:
        start, end = sentence.characters(span)
        focus = span is found.span
        return MarkedEntity(start, end, span.label, score=span.score, focus=focus)

    def show(spans: Iterable[EntitySpan]) -> Markup:
        return marker.mark(sentence.text, map(mark, spans), direction)

    return InstanceView(
        outcome=found.outcome,
        score=found.span.score,
        language=language,
        direction=direction,
        gold=show(sentence.comparison.gold),
        predicted=show(sentence.comparison.predicted),
    )


def _instances(result: CorpusResult) -> Iterable[Instance]:
    for sentence in result.sentences:
        for span in sentence.comparison.predicted:
            yield Instance(sentence, span, outcome(span, sentence.comparison))


def _score(found: Instance) -> float:
    return -1.0 if found.span.score is None else found.span.score


def _first(instances: Iterable[Instance], limit: int) -> list[Instance]:
    chosen: dict[tuple[str, int, int, str], Instance] = {}
    for found in instances:
        if len(chosen) == limit:
            break
        start, end = found.sentence.characters(found.span)
        chosen.setdefault((found.sentence.text, start, end, found.span.label), found)
    return list(chosen.values())
