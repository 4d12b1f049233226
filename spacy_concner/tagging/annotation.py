"""Decoded entities into a Doc's annotation, and their probabilities out of it."""

import warnings
from collections.abc import Sequence

import numpy as np
from spacy.tokens import Doc, Span, SpanGroup

from ..corpora.segments import get_segments
from ..errors import Warnings
from .decoding import Entity

SCORE_EXTENSION = "concner_score"
# Tells our groups from those of other components that keep scores, whatever their key.
WRITER = "concner"


def set_scored_spans(doc: Doc, key: str, spans: Sequence[Span], scores: Sequence[float]) -> None:
    """Write spans and their scores to `doc.spans[key]`.

    doc (Doc): The Doc, changed in place.
    key (str): Key of the group.
    spans (Sequence[Span]): The spans.
    scores (Sequence[float]): A score for each, which becomes `attrs["scores"]`, float32.
    """
    group = SpanGroup(doc, name=key, spans=list(spans))
    group.attrs["scores"] = np.asarray(scores, dtype="f4")
    group.attrs["writer"] = WRITER
    doc.spans[key] = group


def scored_spans(doc: Doc) -> list[SpanGroup]:
    """Give the groups of predicted entities that `concner` components have written.

    doc (Doc): The Doc.
    RETURNS (list[SpanGroup]): Groups with `attrs["scores"]`, a float32 for each span.
    """
    return [
        group
        for group in doc.spans.values()
        if group.attrs.get("writer") == WRITER and len(group.attrs.get("scores", ())) == len(group)
    ]


def get_score(span: Span) -> float | None:
    """Give the probability of a predicted entity: `span._.concner_score`.

    span (Span): Any span.
    RETURNS (float | None): The probability that `concner` gave to exactly this entity,
        boundaries and type, or None if it predicted no such entity.
    """
    wanted = (span.start, span.end, span.label)
    for group in scored_spans(span.doc):
        for found, score in zip(group, group.attrs["scores"], strict=True):
            if (found.start, found.end, found.label) == wanted:
                return float(score)
    return None


def register_score_extension() -> None:
    """Register `span._.concner_score`, unless the user has an extension of that name."""
    if Span.has_extension(SCORE_EXTENSION):
        getter = Span.get_extension(SCORE_EXTENSION)[2]
        # By name: a reloaded module has another function of the same name.
        ours = (get_score.__module__, get_score.__qualname__)
        if (getattr(getter, "__module__", None), getattr(getter, "__qualname__", None)) != ours:
            warnings.warn(Warnings.W001.format(name=SCORE_EXTENSION), stacklevel=2)
            return
    Span.set_extension(SCORE_EXTENSION, getter=get_score, force=True)


def word_positions(doc: Doc) -> list[list[int]]:
    """Give the positions of the tokens that are no white space, segment by segment.

    doc (Doc): The Doc.
    RETURNS (list[list[int]]): Positions in the Doc; no list for a segment of white space.
    """
    segments = [[t.i for t in segment if not t.is_space] for segment in get_segments(doc)]
    return [positions for positions in segments if positions]


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
