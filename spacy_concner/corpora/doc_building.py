"""Records into Docs."""

import gc
import re
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan

from ..errors import ConcnerError, Errors
from .records import BitextRecord, InvalidRecord, Place, Record, Span, TextRecord, TokenRecord
from .segments import SEGMENTS_KEY, annotate, make_bitext, token_tag
from .spans import OFFSETS, count_units
from .tag_schemes import MISSING_TAG

TOKENS_PER_VOCABULARY = 100_000
MAX_STEPS = 10_000
"""Characters that spaCy's tokenizer may look at for one piece without white space."""
NOWHERE = (sys.maxsize, sys.maxsize)
LONG = re.compile(r"\S{100,}")
EDGE = re.compile(r"[\W_]*")
EDGE_BACKWARDS = re.compile(r"(?:[sS]?['’]|[\W_])*")


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
        self.n_tokens = 0
        self.n_trimmed = 0

    def build(self, record: Record) -> Doc:
        """Make a Doc of a record; its vocabulary is shared with some of the other Docs.

        record (Record): The record.
        RETURNS (Doc): A Doc, or a bitext.
        RAISES (InvalidRecord): C112, C120 as `build_doc`.
        """
        # A vocabulary and a tokenizer's cache keep every word that they have seen, and they
        # refer to each other, so that without a collection they would stay for long.
        if self.n_tokens >= TOKENS_PER_VOCABULARY:
            self.nlp = make_tokenizer(self.lang)
            self.n_tokens = 0
            gc.collect()
        doc = build_doc(record, self.nlp)
        self.n_tokens += len(doc)
        # The tokens of a text may end where the white space of a span begins.
        n_cut = trim_entities(doc)
        self.n_trimmed += n_cut if isinstance(record, TokenRecord) else _count_padded(record)
        return doc


def _count_padded(record: TextRecord | BitextRecord) -> int:
    """Count the spans of a text that begin or end with white space."""
    texts = [record] if isinstance(record, TextRecord) else [text for _, text in record.segments]
    spans = [text.text[span.start : span.end] for text in texts for span in text.spans or []]
    return sum(span != span.strip() for span in spans)


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


def trim_entities(doc: Doc) -> int:
    """Take white-space tokens off both ends of entities: spaCy cannot train on those.

    An entity of nothing else goes.

    doc (Doc): The Doc, changed in place; missing annotation stays missing.
    RETURNS (int): How many entities became shorter, or went.
    """
    edges = [ent for ent in doc.ents if not (ent[0].text.strip() and ent[-1].text.strip())]
    if edges:
        tags = [token_tag(token) for token in doc]
        for ent in edges:
            filled = [token.i for token in ent if token.text.strip()]
            tags[ent.start : ent.end] = ["O"] * len(ent)
            for i in range(filled[0], filled[-1] + 1) if filled else ():
                tags[i] = f"{'B' if i == filled[0] else 'I'}-{ent.label_}"
        annotate(doc, tags)
    return len(edges)


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
            DocSpan(exact, span.start, span.end, label=span.label_)
            for span in doc.spans[SEGMENTS_KEY]
        ]
        doc = exact
    doc.user_data.update(record.user_data)
    return doc


def _build_text(record: TextRecord, nlp: Language) -> Doc:
    if len(record.text) > nlp.max_length:
        raise InvalidRecord(Errors.C112, record.place, found=len(record.text), limit=nlp.max_length)
    doc = _split(record, nlp)
    if record.spans is None:
        return doc
    starts = {token.idx: token.i for token in doc}
    ends = {token.idx + len(token): token.i + 1 for token in doc}
    tags = ["O"] * len(doc)
    unannotated = iter(sorted(record.unannotated))
    start, end = next(unannotated, NOWHERE)
    for token in doc:
        while end < token.idx + len(token):
            start, end = next(unannotated, NOWHERE)
        if start <= token.idx:
            tags[token.i] = MISSING_TAG
    for span in record.spans:
        first, last = starts.get(span.start), ends.get(span.end)
        if first is None or last is None:
            # The white space at the ends of a span need be no token.
            text = record.text[span.start : span.end]
            first = starts.get(span.end - len(text.lstrip()))
            last = ends.get(span.start + len(text.rstrip()))
        if first is None or last is None or first >= last:
            raise _off_the_tokens(span, record, doc)
        tags[first:last] = [f"B-{span.label}"] + [f"I-{span.label}"] * (last - first - 1)
    annotate(doc, tags)
    return doc


def _off_the_tokens(span: Span, record: TextRecord, doc: Doc) -> InvalidRecord:
    begins = [token.idx for token in doc]
    starts = set(begins)
    at = max(0, bisect_right(begins, span.start) - 2)
    near = [t for t in doc[at : at + 9] if t.idx <= span.end and t.idx + len(t) >= span.start]
    values: dict[str, Any] = {"start": span.start, "end": span.end, "label": span.label}
    values["span_text"] = record.text[span.start : span.end]
    values["tokens"] = ", ".join(f"{t.text!r} {t.idx}-{t.idx + len(t)}" for t in near[:8])
    values["hint"] = ""
    ends = {token.idx + len(token) for token in doc}
    for offsets in OFFSETS:
        units = count_units(record.text, offsets)
        last = offsets == "inclusive"
        found = [(s.start, s.end + last) for s in record.spans or []]
        if units is not None:
            found = [(units.get(start, -1), units.get(end, -1)) for start, end in found]
        if all(start in starts and end in ends for start, end in found):
            values["hint"] = f"All spans of the text fit its tokens with --offsets {offsets}. "
    return InvalidRecord(Errors.C120, record.place, **values)


def _split(record: TextRecord, nlp: Language) -> Doc:
    if record.tokens is None:
        check_runs(record.text, record.place)
        return nlp.make_doc(record.text)
    words = [word for word, _ in record.tokens]
    if not record.known_spaces:
        return Doc(nlp.vocab, words=words)
    return Doc(nlp.vocab, words=words, spaces=[space for _, space in record.tokens])


def check_runs(text: str, place: Place) -> None:
    """Check that no piece of a text keeps spaCy's tokenizer for long.

    It takes punctuation off both ends of what stands between white space, one after the other,
    and each time looks at all the rest.

    text (str): The text.
    place (Place): Where it stands.
    RAISES (InvalidRecord): C152 if one does.
    """
    for match in LONG.finditer(text):
        run = match.group()
        ends = EDGE.match(run), EDGE_BACKWARDS.match(run[::-1])
        n_taken_off = min(len(run), sum(match.end() for match in ends if match))
        if n_taken_off * len(run) > MAX_STEPS:
            raise InvalidRecord(Errors.C152, place, found=len(run), run=run[:40])
