"""Rows that `export` has written, corrected or not: one text whose segments are offsets."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...errors import Errors
from ..doc_to_json import TRANSLATION_KEY, Offsets
from ..json_values import as_list, check_stored, get_string, get_value, read_user_data, wrong_type
from ..records import BitextRecord, InvalidRecord, Place, Span, TextRecord

OWN_KEYS = ("segments", "tokens", "unannotated", "meta", "user_data")
"""Keys with offsets that are none of entities."""


@dataclass(slots=True)
class Token:
    """A token: where it starts, its text, whether a space follows."""

    start: int
    text: str
    space: bool


@dataclass(slots=True)
class _Part:
    """A segment: where it stands, and what lies in it, from its own start."""

    start: int
    end: int
    tokens: list[tuple[str, bool]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    unannotated: list[Offsets] = field(default_factory=list)


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
    tokens = None if data.get("tokens") is None else read_tokens(data, whole.text, place)
    languages, segments = _read_segments(data, whole.text, place)
    unannotated = _read_unannotated(data, whole, place)
    user_data = {**_as_mapping(data, "user_data", place), **read_user_data(data, place)}
    if data.get("meta") is not None:
        user_data[TRANSLATION_KEY] = _as_mapping(data, "meta", place)
    check_stored(user_data, "what it carries", place)
    parts = [_Part(start, end) for start, end in segments]
    for token in tokens or []:
        part = _find_part(parts, token.start, token.start + len(token.text))
        if part is None:
            values = {"what": f"a token at {token.start}", "token": token.text}
            raise InvalidRecord(Errors.C136, place, found="two segments", **values)
        part.tokens.append((token.text, token.space))
    for first, last, label in whole.spans or []:
        part = _find_part(parts, first, last)
        if part is None:
            shown = whole.text[first:last]
            raise InvalidRecord(
                Errors.C138, place, start=first, end=last, label=label, span_text=shown
            )
        part.spans.append(Span(first - part.start, last - part.start, label))
    for first, last in unannotated:
        part = _find_part(parts, first, last)
        if part is not None:
            part.unannotated.append((first - part.start, last - part.start))
    records = [
        TextRecord(
            whole.text[part.start : part.end],
            None if whole.spans is None else part.spans,
            place,
            whole.raw,
            tokens=None if tokens is None else part.tokens,
            unannotated=part.unannotated,
            known_spaces=not data.get("unknown_spaces"),
            user_data=read_user_data(data, place),
        )
        for part in parts
    ]
    if len(records) == 1:
        records[0].user_data = user_data
        return records[0]
    return BitextRecord(list(zip(languages, records, strict=True)), place, whole.raw, user_data)


def has_tokens(data: Mapping[str, Any]) -> bool:
    """Tell whether an object has tokens with offsets, as Prodigy and `export` write them.

    data (Mapping[str, Any]): The object.
    RETURNS (bool): Whether it has.
    """
    items = data.get("tokens")
    return (
        isinstance(items, list | tuple)
        and bool(items)
        and all(
            isinstance(item, Mapping) and {"text", "start", "end"} <= set(item) for item in items
        )
    )


def read_tokens(data: Mapping[str, Any], text: str, place: Place) -> list[Token]:
    """Give the tokens of an object with their places.

    data (Mapping[str, Any]): The object.
    text (str): Its text.
    place (Place): Where it stands.
    RETURNS (list[Token]): The tokens.
    RAISES (InvalidRecord): C114 and C115 for values, C136 if the tokens do not fit the text.
    """
    items = as_list(data["tokens"], "tokens", place)
    tokens: list[Token] = []
    last = 0
    for number, item in enumerate(items, start=1):
        what = f"token {number}"
        start, end = _read_offsets(item, what, place)
        word = get_value(item, ("text",), what, place, expected="a string")
        fits = last <= start <= end <= len(text) and text[start:end] == word
        if not fits or text[last:start] not in ("", " ") or (not tokens and start):
            raise InvalidRecord(Errors.C136, place, what=what, token=word, found=text[last:end])
        if tokens:
            tokens[-1].space = start > last
        tokens.append(Token(start, word, bool(item.get("ws", end < len(text)))))
        last = end
    if text[last:].strip():
        raise InvalidRecord(
            Errors.C136, place, what="the end of the tokens", token="", found=text[last:][:80]
        )
    return tokens


def check_words(words: Sequence[Any], text: str, place: Place) -> None:
    """Check that tokens without offsets are those of a text, as far as letters and digits go.

    Tokens of other tools mark pieces of words, and have other quotation marks.

    words (Sequence[Any]): The tokens; if they are no strings, nothing is checked.
    text (str): The text.
    place (Place): Where it stands.
    RAISES (InvalidRecord): C136 if they do not fit.
    """
    if not words or not all(isinstance(word, str) for word in words):
        return
    letters = _letters_of(text)
    last = 0
    for number, word in enumerate(words, start=1):
        own = _letters_of(word)
        found = letters[last : last + len(own)]
        if found.lower() != own.lower():
            raise InvalidRecord(Errors.C136, place, what=f"token {number}", token=word, found=found)
        last += len(own)
    if last < len(letters):
        found = letters[last:][:80]
        what = "the end of the tokens"
        raise InvalidRecord(Errors.C136, place, what=what, token="", found=found)


def _letters_of(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _find_part(parts: Sequence[_Part], start: int, end: int) -> _Part | None:
    """Give the segment in which a stretch of the text lies, None if in none."""
    number = bisect_right(parts, start, key=lambda part: part.start) - 1
    return parts[number] if number >= 0 and end <= parts[number].end else None


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
        spans = whole.spans or []
        before = bisect_left(spans, end, key=lambda span: span.start)
        if not before or spans[before - 1].end <= start:
            found.append((start, end))
    return found


def _read_offsets(item: Any, what: str, place: Place) -> Offsets:
    if not isinstance(item, Mapping):
        wrong_type(what, item, "an object", place)
    start, end = (
        get_value(item, (key,), what, place, expected="a whole number") for key in ("start", "end")
    )
    for key, value in (("start", start), ("end", end)):
        if type(value) is not int:
            wrong_type(f"the {key} of {what}", value, "a whole number", place)
    return start, end


def _as_mapping(data: Mapping[str, Any], key: str, place: Place) -> dict[str, Any]:
    value = data.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        wrong_type(key, value, "an object", place)
    return dict(value)
