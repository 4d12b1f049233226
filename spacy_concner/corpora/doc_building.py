"""Records into Docs."""

import gc
from collections import Counter
from collections.abc import Collection

from spacy.language import Language
from spacy.tokens import Doc, Span

from ..errors import ConcnerError, Errors
from .records import BitextRecord, InvalidRecord, Record, TextRecord, TokenRecord
from .segments import SEGMENTS_KEY, annotate, make_bitext, token_tag

DOCS_PER_VOCABULARY = 5000


def make_tokenizer(lang: str) -> Language:
    """Give the pipeline without components whose tokenizer splits texts.

    lang (str): Language code, "xx" for several languages.
    RETURNS (Language): The blank pipeline.
    RAISES (ConcnerError): C131 if spaCy has none.
    """
    import spacy

    try:
        return spacy.blank(lang)
    except (ImportError, OSError) as error:
        reason = str(error).split("\n")[0].rstrip(".")
        raise ConcnerError(Errors.C131.format(lang=lang, reason=reason)) from error


class DocBuilder:
    """Records into Docs at a stretch, in memory that does not grow with their number."""

    def __init__(self, lang: str) -> None:
        """Make the tokenizer.

        lang (str): Language code, "xx" for several languages.
        RAISES (ConcnerError): C131 if spaCy has no such tokenizer.
        """
        self.lang = lang
        self.nlp = make_tokenizer(lang)
        self.n_docs = 0

    def build(self, record: Record) -> Doc:
        """Make a Doc of a record; its vocabulary is shared with some of the other Docs.

        record (Record): The record.
        RETURNS (Doc): A Doc, or a bitext.
        RAISES (InvalidRecord): C112, C120 as `build_doc`.
        """
        # A vocabulary and a tokenizer's cache keep every word that they have seen, and they
        # refer to each other, so that without a collection they would stay for long.
        if self.n_docs == DOCS_PER_VOCABULARY:
            self.nlp = make_tokenizer(self.lang)
            self.n_docs = 0
            gc.collect()
        self.n_docs += 1
        return build_doc(record, self.nlp)


def build_doc(record: Record, nlp: Language) -> Doc:
    """Make a Doc of a record.

    Tokens of a `TokenRecord` stay as they are, and the Doc does not know the spaces between
    them, so that spaCy's own corpus reader keeps the tokens too; texts are split by the
    tokenizer, unless the record has their tokens. Without annotation in the record, the Doc's
    entities are missing.

    record (Record): The record.
    nlp (Language): Pipeline with the vocabulary and the tokenizer.
    RETURNS (Doc): A Doc, or a bitext.
    RAISES (InvalidRecord): C112 for a text too long to be a sentence, C120 for a span that
        does not begin and end with a token.
    """
    if isinstance(record, TokenRecord):
        doc = Doc(nlp.vocab, words=record.words)
        if record.tags is not None:
            annotate(doc, record.tags)
        return doc
    if isinstance(record, BitextRecord):
        return _build_bitext(record, nlp)
    doc = _build_text(record, nlp)
    doc.user_data.update(record.user_data)
    return doc


def keep_types(doc: Doc, types: Collection[str]) -> Counter[str]:
    """Turn entities of other types into O.

    doc (Doc): The Doc, changed in place; missing annotation stays missing.
    types (Collection[str]): Types to keep.
    RETURNS (Counter[str]): How many entities of each other type there were.
    """
    dropped = Counter(entity.label_ for entity in doc.ents if entity.label_ not in types)
    if dropped:
        tags = [token_tag(token) for token in doc]
        annotate(doc, ["O" if tag[2:] and tag[2:] not in types else tag for tag in tags])
    return dropped


def _build_bitext(record: BitextRecord, nlp: Language) -> Doc:
    parts = [_build_text(segment, nlp) for _, segment in record.segments]
    languages = [language for language, _ in record.segments]
    doc = make_bitext(parts, languages, nlp.vocab)
    if all(segment.tokens is not None for _, segment in record.segments):
        # A bitext made elsewhere need not have a space after each segment.
        words = [token.text for token in doc]
        spaces = [space for _, segment in record.segments for _, space in segment.tokens or []]
        exact = Doc(nlp.vocab, words=words, spaces=spaces)
        annotate(exact, [token_tag(token) for token in doc])
        exact.spans[SEGMENTS_KEY] = [
            Span(exact, span.start, span.end, label=span.label_) for span in doc.spans[SEGMENTS_KEY]
        ]
        doc = exact
    doc.user_data.update(record.user_data)
    return doc


def _build_text(record: TextRecord, nlp: Language) -> Doc:
    text = record.text
    if len(text) > nlp.max_length:
        raise InvalidRecord(Errors.C112, record.place, found=len(text), limit=nlp.max_length)
    doc = _split(record, nlp)
    if record.spans is None:
        return doc
    tags = ["O"] * len(doc)
    for start, end in record.unannotated:
        for token in doc:
            if token.idx >= start and token.idx + len(token) <= end:
                tags[token.i] = "-"
    for start, end, label in record.spans:
        span_text = text[start:end]
        entity = doc.char_span(start, end, label=label)
        # An entity that begins or ends with white space is one that spaCy cannot train on.
        if entity is None or span_text != span_text.strip():
            near = [token for token in doc if token.idx <= end and token.idx + len(token) >= start]
            tokens = ", ".join(f"{t.text!r} {t.idx}-{t.idx + len(t)}" for t in near[:8])
            raise InvalidRecord(
                Errors.C120,
                record.place,
                start=start,
                end=end,
                label=label,
                span_text=span_text,
                tokens=tokens,
            )
        tags[entity.start : entity.end] = [f"B-{label}"] + [f"I-{label}"] * (len(entity) - 1)
    annotate(doc, tags)
    return doc


def _split(record: TextRecord, nlp: Language) -> Doc:
    if record.tokens is None:
        return nlp.make_doc(record.text)
    words = [word for word, _ in record.tokens]
    if not record.known_spaces:
        return Doc(nlp.vocab, words=words)
    return Doc(nlp.vocab, words=words, spaces=[space for _, space in record.tokens])
