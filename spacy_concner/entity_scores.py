"""Scores of predicted entities: kept beside them in a Doc, read as `span._.concner_score`.

What other components do to a Doc must not give an entity another one's score. So each score
carries the characters and the type of its entity and the length of the text that it was given
in; where these do not fit the Doc any more, there is no score.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from spacy.attrs import IDX
from spacy.tokens import Doc, Span, SpanGroup

from .errors import Warnings

SCORE_EXTENSION = "concner_score"
# Tells our groups from those of other components that keep scores, whatever their key.
WRITER = "concner"
STORED_ATTRS: Any = SpanGroup.__dict__["attrs"]


class ScoredSpans(SpanGroup):
    """Predicted entities of a Doc, with `attrs["scores"]`.

    spaCy's retokenizer, and so `merge_entities`, leaves groups of spans with the numbers of
    tokens that are no more. This one finds its tokens again by their characters; an entity
    that no tokens stand for any more leaves, and its score with it. Stored, it is a group as
    any.
    """

    _tokens: bytes
    _found: SpanGroup | None

    @classmethod
    def of(
        cls,
        doc: Doc,
        key: str,
        spans: Sequence[Span],
        scores: Sequence[float] | np.ndarray,
        starts: bytes | None = None,
    ) -> "ScoredSpans":
        """Make a group.

        doc (Doc): The Doc.
        key (str): Name of the group.
        spans (Sequence[Span]): The entities.
        scores (Sequence[float]): Their scores.
        starts (bytes): What `token_starts` gives, where it is known already.
        RETURNS (ScoredSpans): The group.
        """
        # Flat, for numpy takes longer over pairs.
        offsets = [offset for span in spans for offset in (span.start_char, span.end_char)]
        attrs = {
            "scores": np.asarray(scores, dtype="f4"),
            "writer": WRITER,
            "offsets": np.asarray(offsets, dtype="i4").reshape(-1, 2),
            "labels": [span.label_ for span in spans],
            "length": _length(doc),
        }
        group = cls(doc, name=key, spans=list(spans), attrs=attrs)
        group._tokens = token_starts(doc) if starts is None else starts
        group._found = None
        return group

    def _now(self) -> Any:
        """Give the spans as spaCy's group, with the tokens that the Doc has now."""
        tokens = token_starts(self.doc)
        if tokens != self._tokens:
            found = list(_find(self.doc, STORED_ATTRS.__get__(self)))
            spans, scores = [span for span, _ in found], [score for _, score in found]
            again = ScoredSpans.of(self.doc, self.name, spans, scores)
            # Spans cannot leave spaCy's own array: from now on another group stands for this.
            self._tokens, self._found = tokens, again
            STORED_ATTRS.__set__(self, again.attrs)
        return super() if self._found is None else self._found

    @property
    def attrs(self) -> dict[str, Any]:  # type: ignore[override]
        """What is known of the spans, `scores` among it."""
        # They can be read when the Doc is gone, as those of any group.
        with suppress(RuntimeError):
            self._now()
        return STORED_ATTRS.__get__(self)

    def __len__(self) -> int:
        """Give the number of spans."""
        return self._now().__len__()

    def __getitem__(self, i: int) -> Span:
        """Give a span by its number."""
        return self._now().__getitem__(i)

    def __iter__(self) -> Iterator[Span]:
        """Give the spans in order."""
        return self._now().__iter__()

    def to_bytes(self) -> bytes:
        """Serialise the group as spaCy does."""
        return self._now().to_bytes()

    def copy(self, doc: Doc | None = None) -> SpanGroup:
        """Copy the group, for the same or another Doc of the same text."""
        copy = self._now().copy(doc)
        return ScoredSpans.of(copy.doc, copy.name, list(copy), copy.attrs["scores"])


def token_starts(doc: Doc) -> bytes:
    """Give what differs as soon as a Doc is cut into other tokens: their first characters.

    doc (Doc): The Doc.
    RETURNS (bytes): What `doc.to_array(IDX)` holds.
    """
    return doc.to_array(IDX).tobytes()


def _length(doc: Doc) -> int:
    """Give the number of characters of a Doc."""
    if not len(doc):
        return 0
    last = doc[-1]
    return last.idx + len(last.text_with_ws)


def set_scored_spans(
    doc: Doc,
    key: str,
    spans: Sequence[Span],
    scores: Sequence[float],
    starts: bytes | None = None,
) -> None:
    """Write spans and their scores to `doc.spans[key]`.

    doc (Doc): The Doc, changed in place.
    key (str): Key of the group.
    spans (Sequence[Span]): The spans.
    scores (Sequence[float]): A score for each, which becomes `attrs["scores"]`, float32.
    starts (bytes): What `token_starts` gives, where it is known already.
    """
    doc.spans[key] = ScoredSpans.of(doc, key, spans, scores, starts)


def _true_attrs(doc: Doc) -> list[dict[str, Any]]:
    """Give what is stored of the groups of `concner` components whose scores are of this text.

    As it is stored, since it goes by characters: to look for changed tokens first would take the
    time of a whole Doc for each entity.
    """
    length = _length(doc)
    stored = [STORED_ATTRS.__get__(group) for group in doc.spans.values()]
    return [
        attrs for attrs in stored if attrs.get("writer") == WRITER and attrs.get("length") == length
    ]


def scored_spans(doc: Doc) -> Iterator[tuple[Span, float]]:
    """Give the predicted entities that `concner` components have written.

    doc (Doc): The Doc.
    YIELDS (tuple[Span, float]): An entity and its probability; none whose characters are no
        whole tokens any more.
    """
    for attrs in _true_attrs(doc):
        yield from _find(doc, attrs)


def _find(doc: Doc, attrs: dict[str, Any]) -> Iterator[tuple[Span, float]]:
    """Find the entities of a group by their characters."""
    offsets, scores = attrs["offsets"].tolist(), attrs["scores"].tolist()
    for (start, end), label, score in zip(offsets, attrs["labels"], scores, strict=True):
        span = doc.char_span(start, end, label=label)
        if span is not None:
            yield span, score


def get_score(span: Span) -> float | None:
    """Give the probability of a predicted entity: `span._.concner_score`.

    span (Span): Any span.
    RETURNS (float | None): The probability that `concner` gave to exactly this entity,
        boundaries and type, or None if it predicted no such entity in this text.
    """
    for attrs in _true_attrs(span.doc):
        offsets = attrs["offsets"]
        for number in np.flatnonzero(offsets[:, 0] == span.start_char):
            if offsets[number, 1] == span.end_char and attrs["labels"][number] == span.label_:
                return float(attrs["scores"][number])
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


def pass_on(value: Any, chain: Callable[[Any], Any] | None = None) -> Any:
    """Leave a value that `srsly` reads from msgpack to the next decoder.

    `srsly` looks its decoders up whenever it reads, as spaCy does to unpickle, receive or load a
    Doc. That imports this package, and so registers the extension, in a process that knows
    nothing else of it: a Doc itself can bring no code along.

    value (Any): What was read.
    chain (Callable): The next decoder, if there is one.
    RETURNS (Any): What that makes of it.
    """
    return value if chain is None else chain(value)
