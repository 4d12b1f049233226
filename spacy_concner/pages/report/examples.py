"""Sentences worth reading: the surest mistakes and the least sure hits, with displaCy."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape
from spacy.displacy.render import EntityRenderer

from ...scoring.matches import EntitySpan
from ..inspect.views import choose_colours, text_direction
from .figures import RIGHT, outcome
from .results import CorpusResult, Sentence

# Lean beside displaCy's own, for a page holds many; {note} and {focus} come with an entity.
TEMPLATE = (
    '<mark class="entity{focus}" style="background:{bg}">{text} '
    "<span>{label}{note}</span>{kb_link}</mark>"
)


@dataclass(frozen=True)
class Instance:
    """A predicted entity in its sentence.

    sentence: the sentence.
    span: the entity.
    outcome: what it is: right, or in which way a mistake.
    """

    sentence: Sentence
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


def view_instance(found: Instance, language: str, colours: Mapping[str, str]) -> InstanceView:
    """Give a predicted entity as it is shown.

    found (Instance): The entity.
    language (str): Language code, for sentences that do not tell.
    colours (Mapping[str, str]): Colours of entity types, as of `type_colours`.
    RETURNS (InstanceView): The view.
    """
    language = found.sentence.comparison.language or language
    direction = text_direction(language)
    comparison = found.sentence.comparison
    gold = render_entities(found.sentence, comparison.gold, None, direction, colours)
    predicted = render_entities(
        found.sentence, comparison.predicted, found.span, direction, colours
    )
    return InstanceView(found.outcome, found.span.score, language, direction, gold, predicted)


def render_entities(
    sentence: Sentence,
    entities: Iterable[EntitySpan],
    focus: EntitySpan | None,
    direction: str,
    colours: Mapping[str, str],
) -> Markup:
    """Mark entities in a sentence.

    sentence (Sentence): The sentence.
    entities (Iterable[EntitySpan]): Its entities, in order.
    focus (EntitySpan | None): The one to set apart.
    direction (str): "ltr" or "rtl".
    colours (Mapping[str, str]): Colours of entity types.
    RETURNS (Markup): HTML, everything from the corpus escaped.
    """
    marks = []
    reached = 0
    for entity in entities:
        start, end = sentence.characters(entity)
        # Where tokens differ, two predictions may share a gold token: the text stands once.
        if start < reached:
            continue
        reached = end
        note = "" if entity.score is None else f" {entity.score:.2f}"
        marks.append(
            {
                "start": start,
                "end": end,
                # displaCy escapes the text, but not the labels.
                "label": str(escape(entity.label)),
                "params": {"note": note, "focus": " focus" if entity is focus else ""},
            }
        )
    renderer = EntityRenderer(
        {
            "colors": {str(escape(label)): colour for label, colour in colours.items()},
            "template": TEMPLATE,
        }
    )
    parsed = {"text": sentence.text, "ents": marks, "settings": {"direction": direction}}
    return Markup(renderer.render([parsed]))


def type_colours(results: Iterable[CorpusResult]) -> dict[str, str]:
    """Give the colours of all entity types, gold and predicted.

    results (Iterable[CorpusResult]): What the page shows.
    RETURNS (dict[str, str]): Colours by type, of those for which displaCy has none.
    """
    return choose_colours(
        span.label
        for result in results
        for comparison in result.comparisons
        for span in (*comparison.gold, *comparison.predicted)
    )


def _instances(result: CorpusResult) -> Iterable[Instance]:
    for sentence in result.sentences:
        for span in sentence.comparison.predicted:
            yield Instance(sentence, span, outcome(span, sentence.comparison))


def _score(found: Instance) -> float:
    return -1.0 if found.span.score is None else found.span.score


def _first(instances: Iterable[Instance], limit: int) -> list[Instance]:
    chosen: dict[tuple[str, tuple[int, int, str]], Instance] = {}
    for found in instances:
        if len(chosen) == limit:
            break
        place = found.sentence.characters(found.span)
        chosen.setdefault((found.sentence.text, (*place, found.span.label)), found)
    return list(chosen.values())
