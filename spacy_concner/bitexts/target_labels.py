"""Entities onto the tokens of a translation: by their characters, or along aligned words."""

from dataclasses import dataclass

from spacy.tokens import Doc, Token

from ..corpora.segments import annotate, token_tag
from ..projection.alignment import UNALIGNED, project_spans
from ..projection.pharaoh import Links
from ..projection.types import LabelledSpan, Lost, Projection

OUTSIDE = "O"
MISSING = "-"
OVERLAP = "entities share a token"
MISALIGNED = "entity crosses words"
BURIED = "entity inside a longer word"
# Characters that may be glued to an entity, such as a case ending, if it is shorter itself.
LONGEST_ENDING = 4


@dataclass(frozen=True)
class Labelled:
    """What a translation was labelled with.

    n_entities: Its entities.
    n_widened: Those of them that were widened to whole tokens.
    problems: What a person may want to look at, in words.
    """

    n_entities: int
    n_widened: int = 0
    problems: tuple[str, ...] = ()


def words_of(doc: Doc) -> list[str]:
    """Give the words that an aligner sees: tokens but for white space."""
    return [token.text for token in word_tokens(doc)]


def word_tokens(doc: Doc) -> list[Token]:
    """Give the tokens of a Doc but for white space."""
    return [token for token in doc if not token.is_space]


def leave_unlabelled(doc: Doc) -> None:
    """Leave the annotation of a Doc missing."""
    annotate(doc, [MISSING] * len(doc))


def label_by_characters(
    target: Doc, projection: Projection, outside: str = OUTSIDE
) -> Labelled | Lost:
    """Set the entities of a translation where placeholders or markers stood.

    target (Doc): The translation, changed in place unless something is lost.
    projection (Projection): Its text and its entities in characters.
    outside (str): Tag of tokens in no entity: "O", or "-" where their annotation is missing.
    RETURNS (Labelled | Lost): What was set, or the first entity that fits no tokens.
    """
    tags = [outside] * len(target)
    taken: set[int] = set()
    n_widened = 0
    for place in projection.spans:
        entity = projection.text[place.start : place.end]
        span = target.char_span(place.start, place.end)
        if span is None:
            n_widened += 1
            span = target.char_span(place.start, place.end, alignment_mode="expand")
        if span is None or len(span.text.split()) != len(entity.split()):
            return Lost(MISALIGNED, entity)
        if len(span.text) - len(entity) > max(len(entity), LONGEST_ENDING):
            return Lost(BURIED, entity)
        if taken.intersection(range(span.start, span.end)):
            return Lost(OVERLAP, entity)
        taken.update(range(span.start, span.end))
        _tag(tags, span.start, span.end, place.label)
    annotate(target, tags)
    return Labelled(len(projection.spans), n_widened, projection.problems)


def label_by_alignment(
    source: Doc, target: Doc, links: Links, min_entities_kept: float = 1.0
) -> Labelled | Lost:
    """Set the entities of a translation from those of its source, along aligned words.

    Where an entity found no place, the words of the target that are in no entity might
    belong to it: their annotation is missing then.

    source (Doc): Labelled source.
    target (Doc): Its translation, changed in place; unannotated where too much is lost.
    links (Links): Positions in the words of `words_of`.
    min_entities_kept (float): Share of the entities that must find a place.
    RETURNS (Labelled | Lost): What was set, or the first entity that found no place.
    """
    source_words, target_words = word_tokens(source), word_tokens(target)
    places = {token.i: n for n, token in enumerate(source_words)}
    spans = []
    for entity in source.ents:
        inside = [places[token.i] for token in entity if token.i in places]
        if inside:
            spans.append(LabelledSpan(inside[0], inside[-1] + 1, entity.label_))
    crossed = project_spans(spans, links, words_of(source), words_of(target))
    if spans and len(crossed.spans) / len(spans) < min_entities_kept:
        leave_unlabelled(target)
        lost = crossed.unaligned[0]
        words = [token.text for token in source_words[lost.start : lost.end]]
        return Lost(UNALIGNED, " ".join(words))
    is_partial = crossed.unaligned or any(token_tag(token) == MISSING for token in source)
    tags = [MISSING if is_partial else OUTSIDE] * len(target)
    for span in crossed.spans:
        _tag(tags, target_words[span.start].i, target_words[span.end - 1].i + 1, span.label)
    annotate(target, tags)
    return Labelled(len(crossed.spans), problems=tuple(crossed.problems))


def _tag(tags: list[str], start: int, end: int, label: str) -> None:
    tags[start:end] = [f"B-{label}", *[f"I-{label}"] * (end - start - 1)]
