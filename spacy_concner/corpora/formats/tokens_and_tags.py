"""Rows of Hugging Face datasets: tokens and tags, or the objects that `jsonl` reads."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...errors import Errors
from ..json_values import check_string, wrong_type
from ..records import InvalidRecord, Place, Record, Rejected, Skipped, TokenRecord
from ..tag_schemes import MISSING_TAG, to_iob2
from .text_and_spans import parse_object

UNLABELLED = -1
"""What datasets give as the number of a label that is withheld."""


def read_rows(
    rows: Iterable[Mapping[str, Any]],
    source: str,
    *,
    tag_names: Sequence[str] | None = None,
    tokens_field: str = "tokens",
    tags_field: str = "ner_tags",
    unlabelled: bool = False,
) -> Iterator[Record | Skipped | Rejected]:
    """Read sentences from rows.

    A row has tokens and tags as lists (in files that know no lists, as JSON lists or
    separated by spaces), or it is an object with text and spans, or with segments, as in
    JSON lines. Tags are IOB2, as strings or as numbers; -1 and null are missing annotation.

    rows (Iterable[Mapping[str, Any]]): The rows.
    source (str): Name of the source in messages.
    tag_names (Sequence[str] | None): Names of numbered tags, in the order of the numbers.
    tokens_field (str): Field with the tokens.
    tags_field (str): Field with the tags.
    unlabelled (bool): Leave the tags and spans unread: the records have no annotation.
    YIELDS (Record | Skipped | Rejected): A record for each row; C108, C109, C110, C115, C123,
        C124, C125 and the codes of `jsonl.parse_object`.
    """
    for number, row in enumerate(rows, start=1):
        place = Place(source, number, "row")
        raw = json.dumps(row, ensure_ascii=False, default=str)
        try:
            if tokens_field not in row and ("text" in row or "segments" in row):
                yield parse_object(row, place, raw, unlabelled=unlabelled)
                continue
            words = _get_list(row, tokens_field, place)
            for word in words:
                if not isinstance(word, str):
                    wrong_type(tokens_field, words, "a list of strings", place)
                if not word.strip():
                    raise InvalidRecord(Errors.C108, place)
                check_string(word, "a token", place)
            if not words:
                raise InvalidRecord(Errors.C116, place, what=tokens_field)
            tags = None
            if not unlabelled and not (tags_field in row and row[tags_field] is None):
                tags = _read_tags(_get_list(row, tags_field, place), len(words), tag_names, place)
            yield TokenRecord(words, tags, place, raw)
        except InvalidRecord as error:
            yield Rejected(error, raw)


def _read_tags(
    tags: list, n_tokens: int, names: Sequence[str] | None, place: Place
) -> list[str] | None:
    if len(tags) != n_tokens:
        raise InvalidRecord(Errors.C123, place, n_tokens=n_tokens, n_tags=len(tags))
    named = [_name_tag(tag, names, place) for tag in tags]
    return to_iob2(named, "iob2", [place] * n_tokens, allow_missing=True)


def _name_tag(tag: Any, names: Sequence[str] | None, place: Place) -> str:
    if isinstance(tag, str) and not tag.lstrip("-").isdecimal():
        return check_string(tag, "a tag", place)
    if not isinstance(tag, str | int) or isinstance(tag, bool):
        wrong_type("a tag", tag, "a string or a number", place)
    number = int(tag)
    if number == UNLABELLED:
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
            return value.split()
        try:
            value = json.loads(value)
        except ValueError:
            wrong_type(name, value, "a JSON list, or separated by spaces", place)
    if not isinstance(value, list | tuple):
        wrong_type(name, value, "a list", place)
    return list(value)
