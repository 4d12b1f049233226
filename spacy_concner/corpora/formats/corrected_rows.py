"""Rows that `export` has written, corrected or not: one text whose segments are offsets."""

from collections.abc import Mapping
from typing import Any

from ...errors import Errors
from ..doc_to_json import TRANSLATION_KEY, Offsets
from ..json_values import as_list, get_string, get_value, read_user_data, wrong_type
from ..records import BitextRecord, InvalidRecord, Place, TextRecord

OWN_KEYS = ("segments", "tokens", "unannotated", "meta", "user_data")
"""Keys with offsets that are none of entities."""


def has_offset_segments(data: Mapping[str, Any]) -> bool:
    """Tell whether an object is one text whose segments are offsets.

    data (Mapping[str, Any]): The object.
    RETURNS (bool): Whether it has a text and no segment has one.
    """
    segments = data["segments"]
    return (
        data.get("text") is not None
        and isinstance(segments, list | tuple)
        and bool(segments)
        and not any(isinstance(item, Mapping) and "text" in item for item in segments)
    )


def split_text(whole: TextRecord, data: Mapping[str, Any]) -> TextRecord | BitextRecord:
    """Split a text with its spans into the segments that its object tells of.

    whole (TextRecord): The text.
    data (Mapping[str, Any]): The object.
    RETURNS (TextRecord | BitextRecord): The text with its tokens, if it is one segment, or
        the bitext.
    RAISES (InvalidRecord): C114 and C115 for missing keys and wrong types, C116 for an empty
        language, C136 if the tokens do not fit the text, C137 if the segments do not, C138 if a
        span stands in two segments.
    """
    place = whole.place
    tokens = _read_tokens(data, whole.text, place)
    languages, segments = _read_segments(data, whole.text, place)
    unannotated = _read_unannotated(data, whole, place)
    user_data = {**_as_mapping(data, "user_data", place), **read_user_data(data)}
    if data.get("meta") is not None:
        user_data[TRANSLATION_KEY] = _as_mapping(data, "meta", place)
    parts = []
    for start, end in segments:
        part = TextRecord(
            whole.text[start:end],
            _shift_spans(whole.spans, start, end),
            place,
            whole.raw,
            tokens=_cut_tokens(tokens, start, end),
            unannotated=[(a - start, b - start) for a, b in unannotated if start <= a and b <= end],
            known_spaces=not data.get("unknown_spaces"),
            user_data=read_user_data(data),
        )
        parts.append(part)
    _check_parts(whole, tokens, segments)
    if len(parts) == 1:
        parts[0].user_data = user_data
        return parts[0]
    return BitextRecord(list(zip(languages, parts, strict=True)), place, whole.raw, user_data)


def _read_tokens(
    data: Mapping[str, Any], text: str, place: Place
) -> list[tuple[int, str, bool]] | None:
    """Give start, text and following space of each token, None if there are no tokens."""
    if data.get("tokens") is None:
        return None
    items = as_list(data["tokens"], "tokens", place)
    tokens: list[tuple[int, str, bool]] = []
    last = 0
    for number, item in enumerate(items, start=1):
        what = f"token {number}"
        start, end = _read_offsets(item, what, place)
        word = get_value(item, ("text",), what, "a string", place)
        fits = last <= start <= end <= len(text) and text[start:end] == word
        if not fits or text[last:start] not in ("", " ") or (not tokens and start):
            raise InvalidRecord(Errors.C136, place, what=what, token=word, found=text[last:end])
        if tokens:
            tokens[-1] = (*tokens[-1][:2], start > last)
        tokens.append((start, word, bool(item.get("ws", text[end:] != ""))))
        last = end
    if text[last:].strip():
        raise InvalidRecord(
            Errors.C136, place, what="the end of the tokens", token="", found=text[last:][:80]
        )
    return tokens


def _read_segments(
    data: Mapping[str, Any], text: str, place: Place
) -> tuple[list[str], list[Offsets]]:
    items = as_list(data["segments"], "segments", place)
    languages: list[str] = []
    segments: list[Offsets] = []
    last = 0
    for number, item in enumerate(items, start=1):
        what = f"segment {number}"
        start, end = _read_offsets(item, what, place)
        if not last <= start < end <= len(text) or text[last:start].strip():
            raise InvalidRecord(Errors.C137, place, what=what, start=start, end=end, last=last)
        if len(items) > 1:
            languages.append(get_string(item, ("lang",), what, place))
        segments.append((start, end))
        last = end
    if text[last:].strip():
        raise InvalidRecord(
            Errors.C137, place, what="the end of the text", start=last, end=len(text), last=last
        )
    return languages, segments


def _read_unannotated(data: Mapping[str, Any], whole: TextRecord, place: Place) -> list[Offsets]:
    found: list[Offsets] = []
    for item in as_list(data.get("unannotated") or [], "unannotated", place):
        is_pair = isinstance(item, list | tuple) and len(item) == 2
        if not is_pair or not all(type(value) is int for value in item):
            wrong_type("a stretch of unannotated", item, "a list of start and end", place)
        start, end = item
        if not any(a < end and start < b for a, b, _ in whole.spans or []):
            found.append((start, end))
    return found


def _read_offsets(item: Any, what: str, place: Place) -> Offsets:
    if not isinstance(item, Mapping):
        wrong_type(what, item, "an object", place)
    offsets = []
    for key in ("start", "end"):
        value = get_value(item, (key,), what, "a whole number", place)
        if type(value) is not int:
            wrong_type(f"the {key} of {what}", value, "a whole number", place)
        offsets.append(value)
    return offsets[0], offsets[1]


def _as_mapping(data: Mapping[str, Any], key: str, place: Place) -> dict[str, Any]:
    value = data.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        wrong_type(key, value, "an object", place)
    return dict(value)


def _shift_spans(
    spans: list[tuple[int, int, str]] | None, start: int, end: int
) -> list[tuple[int, int, str]] | None:
    if spans is None:
        return None
    return [(a - start, b - start, label) for a, b, label in spans if start <= a and b <= end]


def _cut_tokens(
    tokens: list[tuple[int, str, bool]] | None, start: int, end: int
) -> list[tuple[str, bool]] | None:
    if tokens is None:
        return None
    return [(word, space) for at, word, space in tokens if start <= at and at + len(word) <= end]


def _check_parts(
    whole: TextRecord, tokens: list[tuple[int, str, bool]] | None, segments: list[Offsets]
) -> None:
    """Check that nothing of a text is lost between its segments."""
    for at, word, _ in tokens or []:
        if not any(start <= at and at + len(word) <= end for start, end in segments):
            raise InvalidRecord(
                Errors.C136, whole.place, what=f"a token at {at}", token=word, found="two segments"
            )
    for start, end, label in whole.spans or []:
        if not any(first <= start and end <= last for first, last in segments):
            text = whole.text[start:end]
            raise InvalidRecord(
                Errors.C138, whole.place, start=start, end=end, label=label, span_text=text
            )
