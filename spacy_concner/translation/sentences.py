"""What a labelled sentence asks an engine for, and the bitext made of its answers."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from spacy.language import Language
from spacy.tokens import Doc

from ..corpora.bitext import annotate, make_bitext, split_bitext, token_tag
from ..errors import ConcnerError, Errors
from .detokenisation import detokenise
from .projection.placeholders import (
    DUPLICATED,
    EXTRA,
    MISSING,
    OWN_STEMS,
    SECOND_STEM,
    Masked,
    mask,
    project,
    restore,
    tidy_entity,
)
from .projection.types import LabelledSpan, Loss, Projection, has_letters

OVERLAP = "entities share a token"
MISALIGNED = "entity crosses words"
EMPTY = "empty translation"
NO_TEXT = "no text"


@dataclass(frozen=True)
class Sentence:
    """A source sentence, ready for translation.

    number: Place of its Doc in the corpus, from 1.
    segments: Language code and Doc of each segment there is.
    text: The sentence as running text, white space folded.
    spans: Its entities in the running text.
    masked: The sentence with placeholders.
    outside: Tag of target tokens that are in no entity: "O", or "-" (missing) where the
        source lacks annotation.
    copied: For each entity whether it is taken over without translation.
    """

    number: int
    segments: list[tuple[str, Doc]]
    text: str
    spans: list[LabelledSpan]
    masked: Masked
    outside: str
    copied: tuple[bool, ...]

    def requests(self) -> Iterator[str]:
        """Give the texts to translate: the masked sentence, then each entity.

        Texts without letters, and sentences that are nothing but placeholders, stay as they
        are and ask for nothing.
        """
        if self.masked.has_context:
            yield self.masked.text
        for surface, copied in zip(self.masked.surfaces, self.copied, strict=True):
            if not copied:
                yield surface

    def second_try(self, loss: Loss | None) -> "Sentence | None":
        """Give the sentence with other placeholders, for one more try after a loss.

        loss (Loss): What was lost in the first try.
        RETURNS (Sentence | None): The sentence; None if no placeholder was lost, or all
            stems were the labels' own, which are those that survive best.
        """
        if loss is None or loss.reason not in (MISSING, DUPLICATED, EXTRA):
            return None
        if all(label.upper() in OWN_STEMS for label in self.masked.labels):
            return None
        return replace(self, masked=mask(self.text, self.spans, SECOND_STEM))


@dataclass(frozen=True)
class Pair:
    """The bitext that came of a sentence.

    doc: The bitext; the target's annotation is missing if there is a loss.
    target: Text of the target.
    n_entities: Entities of the target.
    n_expanded: Those that were widened to token boundaries.
    """

    doc: Doc
    target: str
    n_entities: int
    n_expanded: int


def read_sentence(
    doc: Doc, number: int, source: str, target: str, copy_labels: Collection[str] = ()
) -> Sentence:
    """Prepare a Doc for translation.

    Words without known spaces are put together as running text.

    doc (Doc): A labelled Doc, or a bitext that has a segment in the source language.
    number (int): Its place in the corpus, from 1, for messages.
    source (str): ISO 639-1 code of the language to translate from.
    target (str): ISO 639-1 code of the language to translate to.
    copy_labels (Collection[str]): Types of entities to take over untranslated.
    RETURNS (Sentence): The sentence.
    RAISES (ConcnerError): C212 if a bitext lacks the source or has the target.
    """
    segments = [(language or source, part) for language, part in split_bitext(doc)]
    languages = [language for language, _ in segments]
    if segments and (source not in languages or target in languages):
        raise ConcnerError(
            Errors.C212.format(
                number=number, found=languages, source=source, target=target, text=doc.text[:80]
            )
        )
    part = segments[languages.index(source)][1] if segments else doc
    text, spans = _running_text(part, unknown_spaces=doc.has_unknown_spaces)
    masked = mask(text, spans)
    copied = tuple(
        label in copy_labels or not has_letters(surface)
        for label, surface in zip(masked.labels, masked.surfaces, strict=True)
    )
    is_missing = any(token_tag(token) == "-" for token in part)
    return Sentence(number, segments, text, spans, masked, "-" if is_missing else "O", copied)


def join_pair(
    sentence: Sentence, translations: Mapping[str, str], target: str, nlp: Language
) -> tuple[Pair | None, Loss | None, str]:
    """Make the bitext of a sentence and its translation.

    sentence (Sentence): The sentence.
    translations (Mapping[str, str]): Translation of each of its requests.
    target (str): ISO 639-1 code of the translation.
    nlp (Language): Pipeline whose tokenizer and vocabulary the target takes.
    RETURNS (tuple[Pair | None, Loss | None, str]): The bitext, None if there is no text to
        make one of; what was lost, None if the labels crossed over; the translation with
        placeholders.
    """
    masked = sentence.masked
    if not sentence.text:
        return None, Loss(NO_TEXT), ""
    answer = translations[masked.text] if masked.has_context else masked.text
    entities = [
        surface if copied else tidy_entity(surface, translations[surface])
        for surface, copied in zip(masked.surfaces, sentence.copied, strict=True)
    ]
    empty = [text for text in sentence.requests() if not translations[text]]
    if empty:
        return None, Loss(EMPTY, empty[0]), answer
    result = project(masked, answer, entities)
    if isinstance(result, Projection):
        doc = nlp.make_doc(result.text)
        placed = _annotate_target(doc, result, sentence.outside)
        if not isinstance(placed, Loss):
            return _pair(sentence, doc, target, nlp, len(result.spans), placed), None, answer
        loss, text = placed, result.text
    else:
        loss, text = result, restore(masked, answer, entities)
    if not text:
        return None, loss, answer
    doc = nlp.make_doc(text)
    annotate(doc, ["-"] * len(doc))
    return _pair(sentence, doc, target, nlp, 0, 0), loss, answer


def _pair(
    sentence: Sentence, doc: Doc, target: str, nlp: Language, n_entities: int, n_expanded: int
) -> Pair:
    languages = [language for language, _ in sentence.segments] + [target]
    parts = [part for _, part in sentence.segments] + [doc]
    return Pair(make_bitext(parts, languages, nlp.vocab), doc.text, n_entities, n_expanded)


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


def _annotate_target(doc: Doc, projection: Projection, outside: str) -> int | Loss:
    """Set the entities of a target Doc and count those widened to whole tokens."""
    tags = [outside] * len(doc)
    taken: set[int] = set()
    n_expanded = 0
    for place in projection.spans:
        entity = projection.text[place.start : place.end]
        span = doc.char_span(place.start, place.end)
        if span is None:
            n_expanded += 1
            span = doc.char_span(place.start, place.end, alignment_mode="expand")
        if span is None or len(span.text.split()) != len(entity.split()):
            return Loss(MISALIGNED, entity)
        if taken.intersection(range(span.start, span.end)):
            return Loss(OVERLAP, entity)
        taken.update(range(span.start, span.end))
        tags[span.start] = f"B-{place.label}"
        tags[span.start + 1 : span.end] = [f"I-{place.label}"] * (len(span) - 1)
    annotate(doc, tags)
    return n_expanded
