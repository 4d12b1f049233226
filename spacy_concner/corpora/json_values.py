"""Values of parsed JSON, checked: what is wrong is told by its place."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from ..errors import Errors
from .records import InvalidRecord, Place


def parse_json(text: str) -> Any:
    """Parse JSON in which no name stands twice in an object.

    text (str): The text.
    RETURNS (Any): The value.
    RAISES (ValueError): If it is none, with the place.
    """
    try:
        # The standard library tells line and column of what is wrong.
        return json.loads(text, object_pairs_hook=_once)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        name = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {name!r} stands twice")
    return found


def read_json_object(path: Path) -> dict[str, Any]:
    """Read a file that holds one JSON object, in which no name stands twice.

    path (Path): The file.
    RETURNS (dict[str, Any]): The object.
    RAISES (OSError, ValueError): If it cannot be read or holds something else, with the place.
    """
    content = parse_json(path.read_text("utf8"))
    if not isinstance(content, dict):
        raise ValueError(f"it holds a {type(content).__name__}, not an object")
    return content


ID_KEY = "id"
MAX_NESTING = 100
LEAST_INT, GREATEST_INT = -(1 << 63), (1 << 64) - 1
"""Whole numbers that MessagePack holds."""


def read_user_data(data: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """Give what a Doc is to carry of an object: its id.

    data (Mapping[str, Any]): The object.
    place (Place): Where it stands.
    RETURNS (dict[str, Any]): The id under its key; nothing if it has none.
    RAISES (InvalidRecord): C115 if it is neither a string nor a number, C151 if it cannot be
        stored.
    """
    number = data.get(ID_KEY)
    if number is None:
        return {}
    if not isinstance(number, str | int | float) or isinstance(number, bool):
        wrong_type("the id", number, "a string or a number", place)
    return {ID_KEY: check_stored(number, "the id", place)}


def get_value(
    data: Mapping[str, Any], keys: tuple[str, ...], what: str, place: Place, *, expected: str
) -> Any:
    """Give the value under the first of some keys that has one.

    data (Mapping[str, Any]): The object.
    keys (tuple[str, ...]): The keys.
    what (str): What the object is, for messages.
    place (Place): Where it stands.
    expected (str): What the value should be, for messages.
    RETURNS (Any): The value.
    RAISES (InvalidRecord): C114 if none of the keys is there, C115 if all are null.
    """
    for key in keys:
        if data.get(key) is not None:
            return data[key]
    for key in keys:
        if key in data:
            wrong_type(f"the {key} of {what}", None, expected, place)
    found = ", ".join(map(str, data)) or "none"
    raise InvalidRecord(Errors.C114, place, what=what, expected=keys[0], found=found)


def get_string(data: Mapping[str, Any], keys: tuple[str, ...], what: str, place: Place) -> str:
    """Give the text under the first of some keys that has a value.

    data (Mapping[str, Any]): The object.
    keys (tuple[str, ...]): The keys.
    what (str): What the object is, for messages.
    place (Place): Where it stands.
    RETURNS (str): The text.
    RAISES (InvalidRecord): C114 if none of the keys is there, C115 if it is no string, C116 if
        it is empty, C122 if it holds lone surrogates.
    """
    value = get_value(data, keys, what, place, expected="a string")
    what = f"the {keys[0]} of {what}"
    if not isinstance(value, str):
        wrong_type(what, value, "a string", place)
    return check_string(value, what, place)


def check_string(text: str, what: str, place: Place, *, blank: bool = False) -> str:
    """Give a string back if it can be stored.

    text (str): The string.
    what (str): What it is, for messages.
    place (Place): Where it stands.
    blank (bool): Whether it may be white space.
    RETURNS (str): The string.
    RAISES (InvalidRecord): C116 if it is empty or blank, C122 if it holds lone surrogates, C146
        for a NUL.
    """
    if not blank and not text.strip():
        raise InvalidRecord(Errors.C116, place, what=what)
    try:
        text.encode("utf8")
    except UnicodeEncodeError:
        raise InvalidRecord(Errors.C122, place, what=what) from None
    if "\0" in text:
        raise InvalidRecord(Errors.C146, place, hint=f" in {what}")
    return text


def check_stored(value: Any, what: str, place: Place) -> Any:
    """Give a value back if a Doc can carry it into a .spacy file.

    value (Any): Any JSON value.
    what (str): What it is, for messages.
    place (Place): Where it stands.
    RETURNS (Any): The value.
    RAISES (InvalidRecord): C151 if it cannot be stored.
    """
    reason = _why_not_stored(value, MAX_NESTING)
    if reason:
        raise InvalidRecord(Errors.C151, place, what=what, reason=reason)
    return value


def _why_not_stored(value: Any, depth: int) -> str:
    if not depth:
        return f"it is nested deeper than {MAX_NESTING} levels"
    if isinstance(value, int) and not LEAST_INT <= value <= GREATEST_INT:
        return "a whole number in it takes more than 64 bits"
    if isinstance(value, str):
        try:
            value.encode("utf8")
        except UnicodeEncodeError:
            return "it holds half a surrogate pair, which is no character"
    if isinstance(value, Mapping):
        value = [*value, *value.values()]
    parts = value if isinstance(value, list | tuple) else ()
    return next(filter(None, (_why_not_stored(part, depth - 1) for part in parts)), "")


def as_list(value: Any, what: str, place: Place) -> list:
    """Give a value that should be a list as one.

    value (Any): The value.
    what (str): What it is, for messages.
    place (Place): Where it stands.
    RETURNS (list): The list.
    RAISES (InvalidRecord): C115 if it is none.
    """
    if not isinstance(value, list | tuple):
        wrong_type(what, value, "a list", place)
    return list(value)


def wrong_type(what: str, value: Any, expected: str, place: Place) -> NoReturn:
    """Raise that a value has not the expected type.

    what (str): What the value is, for messages.
    value (Any): The value.
    expected (str): What it should be.
    place (Place): Where it stands.
    RAISES (InvalidRecord): C115.
    """
    found = "null" if value is None else repr(value)
    found = found if len(found) <= 80 else f"{found[:77]}..."
    raise InvalidRecord(Errors.C115, place, what=what, found=found, expected=expected)
