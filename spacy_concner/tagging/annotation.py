"""Decoded entities into a Doc's own, beside those of other components."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from spacy.attrs import IDX, IS_SPACE
from spacy.tokens import Doc, Span

from ..corpora.segments import SEGMENTS_KEY, get_segments
from .decoding import Entity

Positions: TypeAlias = Sequence[int]


class TokenView(NamedTuple):
    """What is to be known of the tokens of a Doc.

    is_word: `(n_tokens,)` bool, False for white space.
    starts: What `entity_scores.token_starts` gives.
    """

    is_word: np.ndarray
    starts: bytes


def word_positions(docs: Sequence[Doc], are_words: Sequence[np.ndarray]) -> list[list[Positions]]:
    """Give the positions of the tokens that are no white space, Doc by Doc, segment by segment.

    docs (Sequence[Doc]): The Docs.
    are_words (Sequence[ndarray]): Which tokens of each are no white space, as `TokenView` has it.
    RETURNS (list[list[Positions]]): Positions in the Doc; none for a segment of white space.
    """
    # Nearly all Docs have neither white space nor segments: one look at all of them is enough.
    has_segments = any(SEGMENTS_KEY in doc.spans for doc in docs)
    if not has_segments and docs and np.concatenate(are_words).all():
        return [[range(len(doc))] if len(doc) else [] for doc in docs]
    return [_positions(doc, is_word) for doc, is_word in zip(docs, are_words, strict=True)]


def _positions(doc: Doc, is_word: np.ndarray) -> list[Positions]:
    positions = is_word.nonzero()[0]
    parts = [positions]
    # Spans are slow to make.
    if SEGMENTS_KEY in doc.spans:
        ends = [segment.end for segment in get_segments(doc)]
        parts = np.split(positions, np.searchsorted(positions, ends[:-1]))
    return [part.tolist() for part in parts if len(part)]


def view_tokens(doc: Doc) -> TokenView:
    """Ask a Doc once for what decoding and writing want to know of its tokens.

    To ask takes the same time for one attribute as for two.

    doc (Doc): The Doc.
    RETURNS (TokenView): Words and starts.
    """
    found = doc.to_array([IS_SPACE, IDX])
    return TokenView(found[:, 0] == 0, found[:, 1].tobytes())


def to_span(doc: Doc, positions: Sequence[int], entity: Entity) -> Span:
    """Give a decoded entity as a span.

    doc (Doc): The Doc.
    positions (Sequence[int]): Positions in the Doc of the tokens that were decoded.
    entity (Entity): The entity, counted in those tokens.
    RETURNS (Span): The span.
    """
    last = positions[entity.end - 1]
    return Span(doc, positions[entity.start], last + 1, label=entity.label)


def set_entities(doc: Doc, spans: Sequence[Span], *, overwrite: bool) -> None:
    """Write predictions to `doc.ents`, beside what others set unless told to overwrite.

    doc (Doc): The Doc, changed in place.
    spans (Sequence[Span]): Predicted entities, which do not overlap each other.
    overwrite (bool): Replace entities and blocked tokens of other components, instead of
        leaving out predictions that overlap with them.
    """
    if overwrite or not doc.has_annotation("ENT_IOB"):
        doc.set_ents(list(spans), default="outside")
        return
    # A token that a component has blocked begins an entity without a type.
    blocked = [doc[t.i : t.i + 1] for t in doc if t.ent_iob == 3 and not t.ent_type]
    kept = list(doc.ents)
    taken = {i for span in [*kept, *blocked] for i in range(span.start, span.end)}
    free = [span for span in spans if taken.isdisjoint(range(span.start, span.end))]
    doc.set_ents([*kept, *free], blocked=blocked, default="outside")
