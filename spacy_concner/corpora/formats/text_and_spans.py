"""Objects with a text and spans: Prodigy's, Doccano's, plain JSON, spaCy's tuples, bitexts."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import Errors
from ..json_values import as_list, get_string, get_value, read_user_data, wrong_type
from ..read_options import ReadOptions
from ..records import BitextRecord, InvalidRecord, Place, Skipped, TextRecord
from ..spans import OFFSETS, RawSpan, check_spans
from ..tag_schemes import is_tag
from .corrected_rows import (
    OWN_KEYS,
    check_words,
    has_offset_segments,
    has_tokens,
    read_tokens,
    split_text,
)

TEXT_KEYS = ("text", "data")
SPAN_KEYS = ("spans", "entities", "label", "labels")
START_KEYS = ("start", "start_offset")
END_KEYS = ("end", "end_offset")
LABEL_KEYS = ("label", "labels", "type", "entity_group")
ACCEPTED = "accept"
SKIPPED_ANSWERS = ("reject", "ignore")
TOKEN_KEYS = ("token_start", "token_end")
"""Keys of the first and the last token of a span of Prodigy's."""
BINARY_VIEW = "ner"
"""Prodigy's view in which one span is accepted and nothing is said of the rest of the text."""
OTHER_SPAN_KEYS = {
    *SPAN_KEYS,
    "annotation",
    "annotations",
    "entity",
    "entity_list",
    "ents",
    "named_entities",
    "ner",
    "ner_tags",
    "span",
}
"""Keys, in lower case, under which other tools keep what this reader would lose."""
OFFSET_KEYS = ("tokens", "meta", "metadata", "relations")
"""Keys whose offsets are none of entities, such as those of Prodigy's tokens."""
OTHER_OFFSET_KEYS = (("begin", "end"), ("from", "to"), ("startOffset", "endOffset"))
BETWEEN_TAGS = re.compile(r"""[\s,;'"\[\]]+""")
"""What stands between tags in a string, a list as Python or JSON writes it among them."""
MAX_DEPTH = 8
"""How deep values are searched for spans."""


def parse_tuple(data: Sequence[Any], place: Place, raw: str, options: ReadOptions) -> TextRecord:
    """Make a record of a text and its annotation, as spaCy 2 took its training data.

    data (Sequence[Any]): A text, and an object with "entities".
    place (Place): Where it stands.
    raw (str): It as it stands in the source.
    options (ReadOptions): What offsets count, and whether spans are read.
    RETURNS (TextRecord): The record.
    RAISES (InvalidRecord): As of `parse_object`.
    """
    text, annotation = data
    return _parse_text({"text": text, **annotation}, "the record", place, raw=raw, options=options)


def parse_object(
    data: Mapping[str, Any], place: Place, raw: str, options: ReadOptions
) -> TextRecord | BitextRecord | Skipped:
    """Make a record of an object with text and spans, or with segments.

    A sentence has "text" and "spans", each with "start", "end" and "label"; lists of start, end
    and label, and the keys "entities", "label" and "labels", are read too, the one of them that
    is filled. Without spans its annotation is missing; spans under another key are an error. A
    bitext has "segments", each a sentence with "lang", or it is one text whose "segments" are
    offsets, as `spacy concner export` writes it (see `doc_to_json`). An "id" goes to
    `doc.user_data["id"]`. Objects whose "answer" is "reject" or "ignore" (Prodigy's) are skipped,
    and "tokens" with offsets are those of the Doc; beside spans others must fit the text, too.

    data (Mapping[str, Any]): The object, as JSON gives it.
    place (Place): Where it stands.
    raw (str): The object as it stands in the source.
    options (ReadOptions): What offsets count, and whether spans are read.
    RETURNS (TextRecord | BitextRecord | Skipped): The record, or that it is to be skipped.
    RAISES (InvalidRecord): C114 for missing keys, C115 for wrong types and nulls, C116 for an
        empty text, type or language, C121 for a bitext of fewer than two segments, C122 and C146
        for characters that are none, C135 for spans under an unknown key, C136, C137 and C138
        for tokens and segments that do not fit the text, C151 for what cannot be stored, C167 for
        spans that name other tokens, and the codes of `check_spans`.
    """
    if (answer := data.get("answer")) in SKIPPED_ANSWERS:
        return Skipped(answer)
    if answer not in (None, ACCEPTED) and not options.unlabelled:
        wrong_type("the answer", answer, f"one of {', '.join((ACCEPTED, *SKIPPED_ANSWERS))}", place)
    user_data = read_user_data(data, place)
    if data.get("segments") is None:
        whole = _parse_text(data, "the record", place, raw=raw, options=options)
        whole.user_data = user_data
        if has_tokens(data) and options.offsets == OFFSETS[0]:
            whole.tokens = [(t.text, t.space) for t in read_tokens(data, whole.text, place)]
            if not options.unlabelled:
                _check_token_numbers(data, place)
        elif whole.spans is not None and isinstance(data.get("tokens"), list | tuple):
            # Of tokens that are another text's, the spans may be, too.
            check_words(data["tokens"], whole.text, place)
        if data.get("_view_id") == BINARY_VIEW and whole.spans:
            whole.unannotated = [(0, len(whole.text))]
        return whole
    if has_offset_segments(data):
        rest = {key: value for key, value in data.items() if key not in OWN_KEYS}
        whole = _parse_text(rest, "the record", place, raw=raw, options=options)
        return split_text(whole, data)
    segments = []
    for number, item in enumerate(as_list(data["segments"], "segments", place), start=1):
        what = f"segment {number}"
        if not isinstance(item, Mapping):
            wrong_type(what, item, "an object", place)
        language = get_string(item, ("lang",), what, place)
        segment = _parse_text(item, what, place, raw=raw, options=options)
        segment.user_data = user_data | read_user_data(item, place)
        segments.append((language, segment))
    if len(segments) < 2:
        raise InvalidRecord(Errors.C121, place, found=len(segments))
    return BitextRecord(segments, place, raw, user_data)


def _check_token_numbers(data: Mapping[str, Any], place: Place) -> None:
    """Check that spans of Prodigy, which name their tokens, name those at their offsets: C167."""
    tokens = data["tokens"]
    for span in (item for key in SPAN_KEYS for item in data.get(key) or []):
        if not isinstance(span, Mapping) or not all(type(span.get(k)) is int for k in TOKEN_KEYS):
            continue
        first, last = (span[key] for key in TOKEN_KEYS)
        named = tokens[first : last + 1] if first >= 0 else []
        start, end = (named[0]["start"], named[-1]["end"]) if named else (None, None)
        if (start, end) != (span.get("start"), span.get("end")) or last >= len(tokens):
            values = {"start": span.get("start"), "end": span.get("end"), "first": first}
            found = f"{start}-{end}" if named else "none of its tokens"
            label = read_label(span, "a span", place)
            raise InvalidRecord(Errors.C167, place, label=label, last=last, found=found, **values)


def read_label(item: Mapping[str, Any], what: str, place: Place) -> str:
    """Give the type of a span: a string, or a list of one.

    item (Mapping[str, Any]): The span.
    what (str): What it is, for messages.
    place (Place): Where it stands.
    RETURNS (str): The type.
    RAISES (InvalidRecord): C114, C115, C116, C122, C146 if it has none or several.
    """
    for key in LABEL_KEYS:
        value = item.get(key)
        if isinstance(value, list) and value:
            if len(value) > 1:
                wrong_type(f"the {key} of {what}", value, "a single type", place)
            item = {"label": value[0]}
            break
    return get_string(item, LABEL_KEYS, what, place).strip()


def _parse_text(
    data: Mapping[str, Any], what: str, place: Place, *, raw: str, options: ReadOptions
) -> TextRecord:
    text = get_string(data, TEXT_KEYS, what, place)
    if options.unlabelled:
        return TextRecord(text, None, place, raw)
    keys = [key for key in SPAN_KEYS if data.get(key) is not None]
    filled = [key for key in keys if data[key] != []]
    if not filled:
        _check_other_keys(data, what, place, named=bool(keys))
    if not keys:
        return TextRecord(text, None, place, raw)
    chosen = (filled or keys)[0]
    for key in filled[1:]:
        if data[key] != data[chosen]:
            wrong_type(f"the annotation of {what}", filled, "only one of them filled", place)
    items = as_list(data[chosen], chosen, place)
    raw_spans = [_parse_span(item, f"span {n}", place) for n, item in enumerate(items, start=1)]
    spans = check_spans(raw_spans, text, place, options.offsets)
    return TextRecord(text, spans, place, raw)


def _check_other_keys(data: Mapping[str, Any], what: str, place: Place, *, named: bool) -> None:
    """Check that an object without spans does not have them under another key: C135.

    named (bool): Whether it says by a known key that it has none.
    """
    for key, value in data.items():
        by_name = not named and value is not None and key.casefold() in OTHER_SPAN_KEYS
        if by_name or _holds_spans(value, key):
            known = ", ".join(SPAN_KEYS)
            raise InvalidRecord(Errors.C135, place, what=what, key=key, known=known)


def _holds_spans(value: Any, key: str, depth: int = 0) -> bool:
    """Tell whether a value looks like spans or tags, however deep they stand."""
    if depth > MAX_DEPTH or key in OFFSET_KEYS:
        return False
    if isinstance(value, Mapping):
        keys = set(value)
        has_offsets = keys & set(START_KEYS) and keys & set(END_KEYS)
        return bool(has_offsets or _has_other_offsets(value)) or any(
            _holds_spans(part, name, depth + 1) for name, part in value.items()
        )
    if isinstance(value, str):
        return key not in TEXT_KEYS and _is_tag_string(value)
    if not isinstance(value, list | tuple):
        return False
    kinds = sorted(type(part).__name__ for part in value)
    if depth and kinds[:2] == ["int", "int"] and set(kinds[2:]) == {"str"}:
        return True
    if value and all(isinstance(part, str) and is_tag(part, "bilou") for part in value):
        return True
    return any(_holds_spans(part, key, depth + 1) for part in value)


def _has_other_offsets(value: Mapping[str, Any]) -> bool:
    """Tell whether an object has offsets under keys that are not read, and a type."""
    typed = any(isinstance(part, str) for part in value.values())
    return any(
        type(value.get(start)) is int and type(value.get(end)) is int and (typed or start != "from")
        for start, end in OTHER_OFFSET_KEYS
    )


def _is_tag_string(text: str) -> bool:
    """Tell whether a string holds nothing but tags: two or more, since one may be a number."""
    parts = [part for part in BETWEEN_TAGS.split(text) if part]
    return (
        len(parts) > 1
        and all(is_tag(part, "bilou") for part in parts)
        and any(part == "O" or part[:2] == "B-" for part in parts)
    )


def _parse_span(item: Any, what: str, place: Place) -> RawSpan:
    told = None
    if isinstance(item, Mapping):
        start = get_value(item, START_KEYS, what, place, expected="a whole number")
        end = get_value(item, END_KEYS, what, place, expected="a whole number")
        label = read_label(item, what, place)
        told = item.get("text")
    elif isinstance(item, list | tuple) and len(item) == 3:
        start, end, _ = item
        label = get_string({"label": item[2]}, ("label",), what, place).strip()
    else:
        wrong_type(what, item, "an object or a list of start, end and label", place)
    for name, value in (("start", start), ("end", end)):
        if not isinstance(value, int) or isinstance(value, bool):
            wrong_type(f"the {name} of {what}", value, "a whole number", place)
    if told is not None and not isinstance(told, str):
        wrong_type(f"the text of {what}", told, "a string", place)
    return RawSpan(start, end, label, told)
