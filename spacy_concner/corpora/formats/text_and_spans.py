"""JSON lines: a text and its spans, or the segments of a bitext, a line."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...errors import Errors
from ...files import show_reason
from ..json_values import as_list, get_string, get_value, read_user_data, wrong_type
from ..records import (
    BitextRecord,
    InvalidRecord,
    Place,
    Rejected,
    Skipped,
    TextRecord,
    decode,
    show_raw,
    without_mark,
)
from ..tag_schemes import is_tag
from .corrected_rows import OWN_KEYS, has_offset_segments, split_text

SPAN_KEYS = ("spans", "entities", "label", "labels")
START_KEYS = ("start", "start_offset")
END_KEYS = ("end", "end_offset")
SKIPPED_ANSWERS = ("reject", "ignore")
OTHER_SPAN_KEYS = {
    *SPAN_KEYS,
    "annotation",
    "annotations",
    "entity",
    "ents",
    "named_entities",
    "ner",
    "ner_tags",
    "span",
}
"""Keys, in lower case, under which other tools keep what this reader would lose."""
OFFSET_KEYS = ("tokens", "meta", "metadata")
"""Keys whose offsets are none of entities, such as those of Prodigy's tokens."""
MAX_DEPTH = 8
"""How deep values are searched for spans: Label Studio has them at the sixth level."""


def read_jsonl(
    lines: Iterable[bytes], file: str, *, unlabelled: bool = False
) -> Iterator[TextRecord | BitextRecord | Skipped | Rejected]:
    """Read sentences and bitexts from JSON lines; blank lines are skipped.

    A sentence is an object with "text" and "spans", each with "start", "end" (characters,
    exclusive) and "label"; lists of start, end and label, and the keys "entities", "label"
    and "labels", are read too. Without spans its annotation is missing; spans under another
    key are an error. A bitext has "segments", each a sentence with "lang", or it is one text
    whose "segments" are offsets, as `spacy concner export` writes it (see `doc_to_json`). An
    "id" goes to `doc.user_data["id"]`. Objects whose "answer" is "reject" or "ignore"
    (Prodigy's) are skipped.

    lines (Iterable[bytes]): Lines of the file, with their line ends.
    file (str): Name of the file in messages.
    unlabelled (bool): Leave the spans unread: the records have no annotation.
    YIELDS (TextRecord | BitextRecord | Skipped | Rejected): A record for each line; C105, C113
        and the codes of `parse_object`.
    """
    for number, line in enumerate(without_mark(iter(lines)), start=1):
        if not line.strip():
            continue
        place = Place(file, number)
        raw = show_raw([line])
        try:
            data = _parse_json(decode(line, place), place)
            yield parse_object(data, place, raw, unlabelled=unlabelled)
        except InvalidRecord as error:
            yield Rejected(error, raw)


def _parse_json(text: str, place: Place) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidRecord(Errors.C113, place, reason=show_reason(error)) from None


def parse_object(
    data: Any, place: Place, raw: str, *, unlabelled: bool = False
) -> TextRecord | BitextRecord | Skipped:
    """Make a record of an object with text and spans, or with segments.

    data (Any): The object, as JSON gives it.
    place (Place): Where it stands.
    raw (str): The object as it stands in the source.
    unlabelled (bool): Leave the spans unread.
    RETURNS (TextRecord | BitextRecord | Skipped): The record, or that it is to be skipped.
    RAISES (InvalidRecord): C114 for missing keys, C115 for wrong types and nulls, C116 for an
        empty text, type or language, C117, C118 and C119 for spans out of range, empty or
        overlapping, C121 for a bitext of fewer than two segments, C122 for broken characters,
        C135 for spans under an unknown key, C136, C137 and C138 for tokens and segments that
        do not fit the text.
    """
    if not isinstance(data, Mapping):
        wrong_type("the record", data, "an object", place)
    if data.get("answer") in SKIPPED_ANSWERS:
        return Skipped(data["answer"])
    user_data = read_user_data(data)
    if data.get("segments") is None:
        whole = _parse_text(data, "the record", place, raw, unlabelled)
        whole.user_data = user_data
        return whole
    if has_offset_segments(data):
        rest = {key: value for key, value in data.items() if key not in OWN_KEYS}
        whole = _parse_text(rest, "the record", place, raw, unlabelled)
        return split_text(whole, data)
    segments = []
    for number, item in enumerate(as_list(data["segments"], "segments", place), start=1):
        what = f"segment {number}"
        if not isinstance(item, Mapping):
            wrong_type(what, item, "an object", place)
        language = get_string(item, ("lang",), what, place)
        segment = _parse_text(item, what, place, raw, unlabelled)
        segment.user_data = user_data | read_user_data(item)
        segments.append((language, segment))
    if len(segments) < 2:
        raise InvalidRecord(Errors.C121, place, found=len(segments))
    return BitextRecord(segments, place, raw, user_data)


def _parse_text(
    data: Mapping[str, Any], what: str, place: Place, raw: str, unlabelled: bool
) -> TextRecord:
    text = get_string(data, ("text",), what, place)
    keys = [key for key in SPAN_KEYS if data.get(key) is not None]
    if unlabelled:
        return TextRecord(text, None, place, raw)
    if not keys or data[keys[0]] == []:
        for key, value in data.items():
            by_name = not keys and value is not None and key.casefold() in OTHER_SPAN_KEYS
            if by_name or _holds_spans(value, key):
                known = ", ".join(SPAN_KEYS)
                raise InvalidRecord(Errors.C135, place, what=what, key=key, known=known)
    if not keys:
        return TextRecord(text, None, place, raw)
    if len(keys) > 1:
        wrong_type(f"the annotation of {what}", keys, f"one of {SPAN_KEYS}", place)
    items = as_list(data[keys[0]], keys[0], place)
    spans = sorted(_parse_span(item, f"span {n}", place) for n, item in enumerate(items, start=1))
    for start, end, label in spans:
        if start >= end:
            raise InvalidRecord(Errors.C118, place, start=start, end=end, label=label)
        if start < 0 or end > len(text):
            raise InvalidRecord(
                Errors.C117,
                place,
                start=start,
                end=end,
                label=label,
                n_characters=len(text),
                text=text[:80],
            )
    for first, second in zip(spans, spans[1:], strict=False):
        if second[0] < first[1]:
            raise InvalidRecord(Errors.C119, place, first=first, second=second)
    return TextRecord(text, spans, place, raw)


def _holds_spans(value: Any, key: str, depth: int = 0) -> bool:
    """Tell whether a value looks like spans or tags, however deep they stand."""
    if depth > MAX_DEPTH or key in OFFSET_KEYS:
        return False
    if isinstance(value, Mapping):
        keys = set(value)
        has_offsets = keys & set(START_KEYS) and keys & set(END_KEYS)
        return bool(has_offsets) or any(
            _holds_spans(part, name, depth + 1) for name, part in value.items()
        )
    if not isinstance(value, list | tuple):
        return False
    kinds = sorted(type(part).__name__ for part in value)
    if depth and kinds[:2] == ["int", "int"] and set(kinds[2:]) == {"str"}:
        return True
    if value and all(isinstance(part, str) and is_tag(part, "bilou") for part in value):
        return True
    return any(_holds_spans(part, key, depth + 1) for part in value)


def _parse_span(item: Any, what: str, place: Place) -> tuple[int, int, str]:
    if isinstance(item, Mapping):
        start = get_value(item, START_KEYS, what, "a whole number", place)
        end = get_value(item, END_KEYS, what, "a whole number", place)
        label = get_string(item, ("label",), what, place)
    elif isinstance(item, list | tuple) and len(item) == 3:
        start, end, _ = item
        label = get_string({"label": item[2]}, ("label",), what, place)
    else:
        wrong_type(what, item, "an object or a list of start, end and label", place)
    for name, value in (("start", start), ("end", end)):
        if not isinstance(value, int) or isinstance(value, bool):
            wrong_type(f"the {name} of {what}", value, "a whole number", place)
    return start, end, label
