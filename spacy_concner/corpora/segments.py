"""Bitext Docs: a sentence and its translations as segments of one Doc.

The segments live in `doc.spans["segments"]`, tile the Doc from its first token to its
last, carry their language code as label, and start with the source. A token without
entity annotation is *missing* (not outside): losses that need labels leave it out.
"""

from collections.abc import Iterator, Sequence

from spacy.strings import hash_string  # type: ignore[attr-defined]
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from ..errors import ConcnerError, Errors

SEGMENTS_KEY = "segments"


def make_bitext(segments: Sequence[Doc], languages: Sequence[str], vocab: Vocab) -> Doc:
    """Join Docs that translate each other into one Doc with a segment for each.

    segments (Sequence[Doc]): Two or more non-empty Docs, the source first. Entities,
        and tokens whose entity annotation is missing, are kept as they are.
    languages (Sequence[str]): ISO 639-1 code of each segment.
    vocab (Vocab): Vocabulary of the new Doc.
    RETURNS (Doc): The bitext.
    RAISES (ConcnerError): C101 if there are fewer than two segments, an empty one, or not
        one language code for each.
    """
    if len(segments) < 2 or len(segments) != len(languages) or not all(len(s) for s in segments):
        raise ConcnerError(
            Errors.C101.format(
                n_segments=len(segments),
                n_languages=len(languages),
                texts=[segment.text for segment in segments],
            )
        )
    words: list[str] = []
    spaces: list[bool] = []
    tags: list[str] = []
    for segment in segments:
        words.extend(token.text for token in segment)
        spaces.extend(bool(token.whitespace_) for token in segment)
        spaces[-1] = True
        tags.extend(token_tag(token) for token in segment)
    doc = Doc(vocab, words=words, spaces=spaces)
    annotate(doc, tags)
    spans = []
    start = 0
    for segment, language in zip(segments, languages, strict=True):
        spans.append(Span(doc, start, start + len(segment), label=language))
        start += len(segment)
    doc.spans[SEGMENTS_KEY] = spans
    return doc


def token_tag(token) -> str:
    """Give a token's BIO tag, or "-" where its entity annotation is missing."""
    if token.ent_iob == 0:
        return "-"
    if token.ent_iob == 2:
        return "O"
    return f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type_ else "O"


def annotate(doc: Doc, tags: Sequence[str]) -> None:
    """Set a Doc's entities from BIO tags; "-" leaves a token's annotation missing.

    doc (Doc): The Doc, changed in place.
    tags (Sequence[str]): One of "O", "B-TYPE", "I-TYPE" or "-" for each token; the tags
        are taken to be valid BIO.
    """
    entities: list[Span] = []
    missing: list[Span] = []
    start = 0
    for end in range(1, len(tags) + 1):
        if end < len(tags) and tags[end].startswith("I-"):
            continue
        if tags[start].startswith("B-"):
            entities.append(Span(doc, start, end, label=tags[start][2:]))
        elif tags[start] == "-":
            missing.append(Span(doc, start, end))
        start = end
    doc.set_ents(entities, missing=missing, default="outside")


def get_segments(doc: Doc) -> list[Span]:
    """Give the segments of a bitext, or the whole Doc as its only segment.

    doc (Doc): Any Doc.
    RETURNS (list[Span]): The segments in order; no segment for an empty Doc.
    RAISES (ConcnerError): C102 if the segments do not tile the Doc.
    """
    if not len(doc):
        return []
    if SEGMENTS_KEY not in doc.spans or not len(doc.spans[SEGMENTS_KEY]):
        return [doc[:]]
    segments = list(doc.spans[SEGMENTS_KEY])
    starts = [0] + [segment.end for segment in segments]
    ends = [segment.start for segment in segments] + [len(doc)]
    if starts != ends:
        found = [(segment.start, segment.end) for segment in segments]
        raise ConcnerError(Errors.C102.format(found=found, n_tokens=len(doc), text=doc.text[:80]))
    return segments


def is_bitext(doc: Doc) -> bool:
    """Tell whether a Doc holds two or more segments."""
    return len(get_segments(doc)) > 1


def split_bitext(doc: Doc) -> Iterator[tuple[str, Doc]]:
    """Give each segment of a bitext as a Doc of its own, with its language code.

    doc (Doc): A bitext, or a plain Doc (given back as it is, with an empty code).
    YIELDS (tuple[str, Doc]): Language code and segment, entities and missing kept.
    """
    for segment in get_segments(doc):
        spaces = [bool(token.whitespace_) for token in segment]
        spaces[-1] = False
        part = Doc(doc.vocab, words=[token.text for token in segment], spaces=spaces)
        annotate(part, [token_tag(token) for token in segment])
        yield segment.label_, part


def copy_tokens(doc: Doc, vocab: Vocab) -> Doc:
    """Copy the tokens and segments of a Doc, without any annotation.

    doc (Doc): The Doc.
    vocab (Vocab): Vocabulary of the copy.
    RETURNS (Doc): The copy.
    """
    words = [token.text for token in doc]
    spaces = None if doc.has_unknown_spaces else [bool(token.whitespace_) for token in doc]
    copy = Doc(vocab, words=words, spaces=spaces)
    if SEGMENTS_KEY in doc.spans:
        copy.spans[SEGMENTS_KEY] = [
            Span(copy, span.start, span.end, label=span.label_) for span in doc.spans[SEGMENTS_KEY]
        ]
    return copy


def text_ids(texts: Sequence[str]) -> list[int]:
    """Number texts so that equal ones (white space folded) share a number.

    Segments that share a number are false negatives of each other in the translation
    contrast: WikiAnn, for one, repeats many sentences.

    texts (Sequence[str]): Texts of segments.
    RETURNS (list[int]): Numbers of 63 bits, the same in every process.
    """
    return [hash_string(" ".join(text.split())) >> 1 for text in texts]
