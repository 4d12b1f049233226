"""What a labelled sentence asks an engine for."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from spacy.tokens import Doc

from ..corpora.segments import split_bitext, token_tag
from ..errors import ConcnerError, Errors
from ..projection.markers import Marked, mark
from ..projection.placeholders import (
    OWN_STEMS,
    REASONS,
    SECOND_STEM,
    Masked,
    mask,
)
from ..projection.types import LabelledSpan, Lost, has_letters
from .detokenisation import detokenise
from .target_labels import MISSING, OUTSIDE

PLACEHOLDERS = "placeholders"
MARKERS = "markers"
ALIGNMENT = "alignment"


@dataclass(frozen=True)
class Sentence:
    """A source sentence, ready for translation.

    number: Place of its Doc in the corpus, from 1.
    segments: Language code and Doc of each segment there is.
    source: The segment to translate.
    text: The sentence as running text, white space folded.
    spans: Its entities in the running text.
    masked: The sentence with placeholders.
    outside: Tag of target tokens that are in no entity: "O", or "-" (missing) where the
        source lacks annotation.
    copied: For each entity whether it is taken over without translation.
    """

    number: int
    segments: list[tuple[str, Doc]]
    source: Doc
    text: str
    spans: list[LabelledSpan]
    masked: Masked
    outside: str
    copied: tuple[bool, ...]

    @cached_property
    def marked(self) -> Marked | Lost:
        """Give the sentence with markers, or why there is none."""
        return mark(self.text, self.spans)

    def requests(self, strategy: str = PLACEHOLDERS) -> Iterator[str]:
        """Give the texts to translate.

        Texts without letters, and sentences that are nothing but placeholders, stay as they
        are and ask for nothing.

        strategy (str): "placeholders": the masked sentence, then each entity; "markers": the
            marked sentence, then the entities if they are needed; "alignment": the sentence.
        YIELDS (str): The texts.
        """
        with_entities = strategy == PLACEHOLDERS
        if strategy == PLACEHOLDERS:
            if self.masked.has_context:
                yield self.masked.text
        elif strategy == ALIGNMENT:
            if has_letters(self.text):
                yield self.text
        elif isinstance(self.marked, Marked):
            if has_letters(self.text):
                yield self.marked.text
            with_entities = self.marked.needs_entities
        if with_entities:
            for surface, copied in zip(self.masked.surfaces, self.copied, strict=True):
                if not copied:
                    yield surface

    def second_try(self, lost: Lost | None) -> "Sentence | None":
        """Give the sentence with other placeholders, for one more try after labels were lost.

        lost (Lost): What was lost in the first try.
        RETURNS (Sentence | None): The sentence; None if no placeholder was lost, or all
            stems were the labels' own, which are those that survive best.
        """
        if lost is None or lost.reason not in REASONS:
            return None
        if all(label.upper() in OWN_STEMS for label in self.masked.labels):
            return None
        return replace(self, masked=mask(self.text, self.spans, SECOND_STEM))


def check_labels(path: Path, sentences: Iterable[Sentence], copy_labels: Collection[str]) -> None:
    """Check that there are entities of the types to take over untranslated.

    path (Path): The corpus, for messages.
    sentences (Iterable[Sentence]): Its sentences; they are read if there are such types.
    copy_labels (Collection[str]): The types.
    RAISES (ConcnerError): C215 if one of them is not there.
    """
    if not copy_labels:
        return
    labels = {span.label for sentence in sentences for span in sentence.spans}
    absent = sorted(set(copy_labels) - labels)
    if absent:
        found = ", ".join(sorted(labels)) or "none at all"
        raise ConcnerError(Errors.C215.format(path=path, absent=", ".join(absent), found=found))


def read_sentences(
    docs: Iterable[Doc], source: str, target: str, copy_labels: Collection[str] = ()
) -> Iterator[Sentence]:
    """Prepare Docs for translation.

    Words without known spaces are put together as running text.

    docs (Iterable[Doc]): Labelled Docs, or bitexts that have a segment in the source language.
    source (str): ISO 639-1 code of the language to translate from.
    target (str): ISO 639-1 code of the language to translate to.
    copy_labels (Collection[str]): Types of entities to take over untranslated.
    YIELDS (Sentence): The sentences.
    RAISES (ConcnerError): C212 if a bitext lacks the source or has the target.
    """
    for number, doc in enumerate(docs, 1):
        segments = [(language or source, part) for language, part in split_bitext(doc)]
        languages = [language for language, _ in segments]
        if segments and (source not in languages or target in languages):
            values = {"found": languages, "source": source, "target": target}
            raise ConcnerError(Errors.C212.format(number=number, text=doc.text[:80], **values))
        part = next((part for language, part in segments if language == source), doc)
        text, spans = _running_text(part, unknown_spaces=doc.has_unknown_spaces)
        masked = mask(text, spans)
        is_partial = any(token_tag(token) == MISSING for token in part)
        yield Sentence(
            number=number,
            segments=segments,
            source=part,
            text=text,
            spans=spans,
            masked=masked,
            outside=MISSING if is_partial else OUTSIDE,
            copied=tuple(
                label in copy_labels or not has_letters(surface)
                for label, surface in zip(masked.labels, masked.surfaces, strict=True)
            ),
        )


def _running_text(doc: Doc, unknown_spaces: bool) -> tuple[str, list[LabelledSpan]]:
    """Give a Doc's text with white space folded, and its entities in it."""
    tokens = [token for token in doc if not token.is_space]
    words = [" ".join(token.text.split()) for token in tokens]
    if unknown_spaces:
        pieces = detokenise(words)
    else:
        next_is_space = [token.is_space for token in doc][1:] + [True]
        pieces = [
            word + (" " if token.whitespace_ or next_is_space[token.i] else "")
            for token, word in zip(tokens, words, strict=True)
        ]
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    text = ""
    for token, piece in zip(tokens, pieces, strict=True):
        starts[token.i] = len(text)
        ends[token.i] = len(text) + len(piece.rstrip(" "))
        text += piece
    spans = []
    for entity in doc.ents:
        inside = [token.i for token in entity if token.i in starts]
        if inside:
            spans.append(LabelledSpan(starts[inside[0]], ends[inside[-1]], entity.label_))
    return text.rstrip(), spans
