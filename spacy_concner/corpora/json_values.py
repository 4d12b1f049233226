"""Values of parsed JSON, checked: what is wrong is told by its place."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from ..errors import Errors
from .records import InvalidRecord, Place


def read_json_object(path: Path) -> dict[str, Any]:
    """Read a file that holds one JSON object, in which no name stands twice.

    path (Path): The file.
    RETURNS (dict[str, Any]): The object.
    RAISES (OSError, ValueError): If it cannot be read or holds something else, with the place.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                raise ValueError(f"the name {name!r} stands twice")
            found[name] = value
        return found

    # The standard library tells line and column of what is wrong.
    content = json.loads(path.read_text("utf8"), object_pairs_hook=once)
    if not isinstance(content, dict):
        raise ValueError(f"it holds a {type(content).__name__}, not an object")
    return content


ID_KEY = "id"


def read_user_data(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a Doc is to carry of an object: its id.

    data (Mapping[str, Any]): The object.
    RETURNS (dict[str, Any]): The id under its key; nothing if it has none.
    """
    number = data.get("id")
    if isinstance(number, str | int) and not isinstance(number, bool):
        return {ID_KEY: number}
    return {}


def get_value(
    data: Mapping[str, Any], keys: tuple[str, ...], what: str, expected: str, place: Place
) -> Any:
    """Give the value under the first of some keys that has one.

    data (Mapping[str, Any]): The object.
    keys (tuple[str, ...]): The keys.
    what (str): What the object is, for messages.
    expected (str): What the value should be, for messages.
    place (Place): Where it stands.
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
    value = get_value(data, keys, what, "a string", place)
    what = f"the {keys[0]} of {what}"
    if not isinstance(value, str):
        wrong_type(what, value, "a string", place)
    return check_string(value, what, place)


def check_string(text: str, what: str, place: Place) -> str:
    """Give a string back if it can be stored.

    text (str): The string.
    what (str): What it is, for messages.
    place (Place): Where it stands.
    RETURNS (str): The string.
    RAISES (InvalidRecord): C116 if it is empty or blank, C122 if it holds lone surrogates.
    """
    if not text.strip():
        raise InvalidRecord(Errors.C116, place, what=what)
    try:
        text.encode("utf8")
    except UnicodeEncodeError:
        raise InvalidRecord(Errors.C122, place, what=what) from None
    return text


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
