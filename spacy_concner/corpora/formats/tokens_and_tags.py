"""Rows of tokens and tags: objects of JSON, rows of CSV, rows of Hugging Face datasets."""

import ast
import json
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import Errors
from ..json_values import wrong_type
from ..read_options import ReadOptions
from ..records import InvalidRecord, Place, TokenRecord
from ..tag_schemes import MISSING_TAG, is_tag
from .token_sentences import make_sentence

WITHHELD = -1
"""What datasets give as the number of a label that is withheld."""
TAG_OF_ALL = (
    "One tag for all of them is that of the text, or of a token of several words: name the fields "
    "of tokens and tags with --tokens-field and --tags-field, and where a row is a token, the one "
    "that tells sentences apart with --sentence-field."
)
GAPS = re.compile(r"[ \t\r\n]+")
COMMAS = re.compile(r"[ \t\r\n]*,[ \t\r\n]*")
NUMBER = re.compile(r"-?[0-9]{1,9}")


def parse_row(row: Mapping[str, Any], place: Place, raw: str, options: ReadOptions) -> TokenRecord:
    """Make a record of a row with tokens and tags.

    Both are lists; where cells are text, they are JSON lists, lists as Python writes them, or
    separated by spaces or by commas. Tags are strings or numbers; -1 and null are missing
    annotation.

    row (Mapping[str, Any]): The row.
    place (Place): Where it stands.
    raw (str): The row as it stands in the source.
    options (ReadOptions): Names of the fields and of numbered tags, scheme of the tags.
    RETURNS (TokenRecord): The record.
    RAISES (InvalidRecord): C115, C116, C123, C124, C125, C133 and the codes of `make_sentence`.
    """
    words = _get_list(row, options.tokens_field, place)
    for word in words:
        if not isinstance(word, str):
            wrong_type(options.tokens_field, words, "a list of strings", place)
    if not words:
        raise InvalidRecord(Errors.C116, place, what=options.tokens_field)
    tags = None
    if not options.unlabelled and row.get(options.tags_field, "") is not None:
        listed = split_at_commas(row.get(options.tags_field), options)
        found = listed or _get_list(row, options.tags_field, place)
        text = row[options.tokens_field]
        if listed and isinstance(text, str) and text.lstrip()[:1] != "[":
            parts = COMMAS.split(text.strip())
            # What is separated by spaces may hold commas.
            words = parts if len(parts) == len(listed) else words
        if len(found) != len(words):
            advice = (
                TAG_OF_ALL if len(found) == 1 else "Give every token a tag, or use --skip-invalid."
            )
            values = {"n_tokens": len(words), "n_tags": len(found), "advice": advice}
            raise InvalidRecord(Errors.C123, place, **values)
        tags = [name_tag(tag, options.tag_names, place) for tag in found]
    places = [place] * len(words)
    return make_sentence(words, tags, places, raw, options=options, allow_missing=True)


def split_at_commas(tags: Any, options: ReadOptions) -> list[str]:
    """Split tags that stand in one string, separated by commas.

    tags (Any): What holds the tags.
    options (ReadOptions): The scheme.
    RETURNS (list[str]): The tags; none if it is something else, such as one type with a comma.
    """
    parts = COMMAS.split(tags.strip()) if isinstance(tags, str) else []
    scheme = options.scheme or "iob2"
    fits = all(
        not GAPS.search(part) and (is_tag(part, scheme) or NUMBER.fullmatch(part)) for part in parts
    )
    return parts if len(parts) > 1 and fits else []


def name_tag(tag: Any, names: Sequence[str] | None, place: Place) -> str:
    """Give the name of a tag that may be a number.

    tag (Any): The tag.
    names (Sequence[str] | None): Names in the order of the numbers.
    place (Place): Where it stands.
    RETURNS (str): The name, "-" for a withheld label.
    RAISES (InvalidRecord): C115 if it is neither, C124 if numbers have no names, C125 if this
        one has none.
    """
    if isinstance(tag, str) and not NUMBER.fullmatch(tag):
        return tag
    if not isinstance(tag, str | int) or isinstance(tag, bool):
        wrong_type("a tag", tag, "a string or a number", place)
    number = int(tag)
    if number == WITHHELD:
        return MISSING_TAG
    if names is None:
        raise InvalidRecord(Errors.C124, place)
    if not 0 <= number < len(names):
        raise InvalidRecord(Errors.C125, place, number=number, names=", ".join(names))
    return names[number]


def _get_list(row: Mapping[str, Any], name: str, place: Place) -> list:
    if name not in row:
        found = ", ".join(map(str, row)) or "none"
        raise InvalidRecord(Errors.C133, place, field=name, found=found)
    value = row[name]
    if isinstance(value, str):
        if not value.lstrip().startswith("["):
            return [part for part in GAPS.split(value) if part]
        try:
            value = _parse_list(value)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            wrong_type(name, value, "a JSON list, or separated by spaces", place)
    if not isinstance(value, list | tuple):
        wrong_type(name, value, "a list", place)
    return list(value)


def _parse_list(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        with warnings.catch_warnings():
            # About escapes in what need not be Python.
            warnings.simplefilter("ignore")
            value = ast.literal_eval(text)
        # Python joins strings that have no comma between them, as arrays are written.
        if repr(value) != text:
            raise
        return value
