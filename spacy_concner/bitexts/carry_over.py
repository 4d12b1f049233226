"""Entities of a Doc onto its translation, across a word alignment."""

from dataclasses import dataclass

from spacy.tokens import Doc, Token

from ..corpora.segments import annotate, token_tag
from ..projection.pharaoh import Links
from ..projection.spans import UNALIGNED, project_spans
from ..projection.types import LabelledSpan, Loss

OUTSIDE = "O"
MISSING = "-"


@dataclass(frozen=True)
class Crossing:
    """What an alignment carried over.

    n_entities: Entities of the target.
    share: Share of the source's entities that found a place; 1 if there are none.
    problems: What a person may want to look at, in words.
    """

    n_entities: int
    share: float
    problems: list[str]


def words_of(doc: Doc) -> list[str]:
    """Give the words that an aligner sees: tokens but for white space."""
    return [token.text for token in _words(doc)]


def carry_over(source: Doc, target: Doc, links: Links, least_share: float = 1.0) -> Crossing | Loss:
    """Set the entities of a translation from those of its source.

    Where an entity found no place, the words of the target that are in no entity might
    belong to it: their annotation is missing then.

    source (Doc): Labelled source.
    target (Doc): Its translation, changed in place; all of it is missing after a loss.
    links (Links): Positions in the words of `words_of`.
    least_share (float): Share of the entities that must find a place.
    RETURNS (Crossing | Loss): What was carried over, or the first entity that was not.
    """
    source_words, target_words = _words(source), _words(target)
    places = {token.i: n for n, token in enumerate(source_words)}
    spans = []
    for entity in source.ents:
        inside = [places[token.i] for token in entity if token.i in places]
        if inside:
            spans.append(LabelledSpan(inside[0], inside[-1] + 1, entity.label_))
    crossed = project_spans(
        spans, links, [token.text for token in source_words], [t.text for t in target_words]
    )
    share = len(crossed.spans) / len(spans) if spans else 1.0
    if share < least_share:
        annotate(target, [MISSING] * len(target))
        lost = crossed.unaligned[0]
        words = [token.text for token in source_words[lost.start : lost.end]]
        return Loss(UNALIGNED, " ".join(words))
    is_partial = crossed.unaligned or any(token_tag(token) == MISSING for token in source)
    tags = [MISSING if is_partial else OUTSIDE] * len(target)
    for span in crossed.spans:
        first, last = target_words[span.start].i, target_words[span.end - 1].i
        tags[first : last + 1] = [f"I-{span.label}"] * (last + 1 - first)
        tags[first] = f"B-{span.label}"
    annotate(target, tags)
    return Crossing(len(crossed.spans), share, crossed.problems)


def _words(doc: Doc) -> list[Token]:
    return [token for token in doc if not token.is_space]
