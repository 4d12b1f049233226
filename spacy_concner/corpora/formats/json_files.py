"""JSON files: an object a line, one list of all, or one object after the other."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

from ...errors import Errors
from ...files import show_reason
from ..json_values import parse_json, wrong_type
from ..lines import CHUNK, UTF8, read_characters, read_lines
from ..read_options import ReadOptions
from ..records import DOCUMENT_MARK, InvalidRecord, Place, Record, Rejected, Skipped
from .label_studio import is_task, parse_task
from .spacy2_json import parse_document
from .text_and_spans import parse_object, parse_tuple
from .tokens_and_tags import parse_row

PIECE = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},]', re.DOTALL)
"""What tells where a value of JSON ends: strings, brackets, commas."""
CUT = "["
"""What stands for the end of a list that has none."""
WRAPPERS = ("data", "annotations", "examples", "rows")
"""Keys under which an object that stands for the file keeps its records."""


def read_json(
    stream: IO[bytes], file: str, options: ReadOptions
) -> Iterator[Record | Skipped | Rejected]:
    """Read records from a JSON file, streaming.

    stream (IO[bytes]): The file, which can be read from its start again.
    file (str): Its name in messages.
    options (ReadOptions): Fields, offsets, scheme, encoding.
    YIELDS (Record | Skipped | Rejected): The records; C113 for what is no JSON, and the codes of
        `parse_record`.
    """
    try:
        head = next(read_characters(stream, file, options.encoding), "")
    except InvalidRecord:
        # Where a line is a value, a broken one need not stop the others.
        stream.seek(0)
        head = stream.read(CHUNK).decode(UTF8, errors="replace")
    stream.seek(0)
    if is_by_line(head):
        for line in read_lines(stream, file, options.encoding):
            if line.is_blank:
                continue
            place = Place(file, line.number)
            try:
                text = line.read(place)
            except InvalidRecord as error:
                yield Rejected(error, line.raw)
                continue
            yield from _parse(text, place, options)
        return
    characters = read_characters(stream, file, options.encoding)
    for number, text in enumerate(split_values(characters), start=1):
        place = Place(file, number, "record")
        if text == CUT:
            reason = "the file ends before its list does, which has no ]"
            yield Rejected(InvalidRecord(Errors.C113, place, reason=reason), text)
        else:
            yield from _parse(text, place, options)


def is_by_line(head: str) -> bool:
    """Tell by the first lines of a JSON file whether each of its lines is a value of its own.

    head (str): The first lines, the last of which may be cut.
    RETURNS (bool): False for one list of all, and for objects over several lines.
    """
    head = head.lstrip()
    if head[:1] == "[":
        first, _, rest = head.partition("\n")
        try:
            value = parse_json(first)
        except ValueError:
            return False
        return _is_tuple(value) or rest.lstrip()[:1] == "["
    whole, newline, _ = head.rpartition("\n")
    if not newline:
        return True
    for line in whole.splitlines():
        if line[:1] == "{":
            try:
                parse_json(line)
            except ValueError:
                continue
            return True
    return head[:1] != "{" or head.partition("\n")[0].strip() != "{"


def _is_tuple(value: Any) -> bool:
    """Tell whether a value is a text with its annotation, as spaCy 2 took them."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], Mapping)
    )


def split_values(chunks: Iterable[str]) -> Iterator[str]:
    """Split JSON text into the values of its list, or into values that follow each other.

    Only brackets and strings are looked at: a broken value comes out like others, and those
    after it too, as long as its brackets are closed.

    chunks (Iterable[str]): The text.
    YIELDS (str): The text of each value, and `CUT` where a list ends after a value without its
        bracket.
    """
    text = ""
    depth, in_list, begun, at = 0, False, False, 0
    start = 0
    for chunk in chunks:
        text = text[start:] + chunk
        at, start = at - start, 0
        while match := PIECE.search(text, at):
            quote = text.find('"', at, match.start())
            if quote >= 0:
                # A string that goes on in the next chunk.
                break
            piece, at = match.group(), match.end()
            if piece in ("[", "{"):
                if not begun:
                    begun, in_list = True, piece == "["
                    start = at if in_list else match.start()
                    depth = 0 if in_list else 1
                    continue
                depth += 1
            elif piece in ("]", "}"):
                depth -= 1
                if in_list and depth < 0:
                    if last := text[start : match.start()].strip():
                        yield last
                    begun, in_list, start, depth = False, False, at, 0
                elif not in_list and depth <= 0:
                    yield text[start:at].strip()
                    begun, start, depth = False, at, 0
            elif piece == "," and in_list and depth == 0:
                yield text[start : match.start()].strip()
                start = at
        else:
            if '"' not in text[at:]:
                at = len(text)
    if rest := text[start:].strip():
        yield rest
    if begun and in_list and depth == 0:
        yield CUT


def parse_record(
    data: Any, place: Place, raw: str, options: ReadOptions
) -> Iterator[Record | Skipped | Rejected]:
    """Make records of a value, by its shape.

    data (Any): A value of JSON.
    place (Place): Where it stands.
    raw (str): It as it stands in the source.
    options (ReadOptions): How it is read.
    YIELDS (Record | Skipped | Rejected): A record; of a document of spaCy 2 one for each
        sentence, and none of a row that is -DOCSTART- alone.
    RAISES (InvalidRecord): What is wrong with it.
    """
    if _is_tuple(data):
        yield parse_tuple(data, place, raw, options)
    elif not isinstance(data, Mapping):
        wrong_type("the record", data, "an object", place)
    elif "paragraphs" in data:
        yield from parse_document(data, place, raw, options)
    elif is_task(data):
        yield parse_task(data, place, raw, options)
    elif is_row(data, options):
        row = parse_row(data, place, raw, options)
        if row.words != [DOCUMENT_MARK]:
            yield row
    elif (inner := _unwrap(data, place, options)) is not None:
        for item in inner:
            yield from _parse_safely(item, place, json.dumps(item, ensure_ascii=False), options)
    else:
        yield parse_object(data, place, raw, options)


def is_row(data: Mapping[str, Any], options: ReadOptions) -> bool:
    """Tell whether an object holds tokens and tags, and not a text."""
    if options.tokens_field not in data:
        return options.tags_field in data and not any(k in data for k in ("text", "segments"))
    return options.tags_field in data or not any(k in data for k in ("text", "segments"))


def _unwrap(data: Mapping[str, Any], place: Place, options: ReadOptions) -> list[Any] | None:
    """Give the records that an object holds which stands for the whole file.

    RAISES (InvalidRecord): C171 if it has several lists of them, such as one for each split.
    """
    lists = [value for key, value in data.items() if key in WRAPPERS and isinstance(value, list)]
    is_record = any(key in data for key in ("text", "segments"))
    fields = {"text", "segments", options.tokens_field}
    found = [
        key
        for key, value in data.items()
        if isinstance(value, list) and value and isinstance(value[0], Mapping)
        if fields & set(value[0])
    ]
    if len(found) > 1 and not is_record:
        raise InvalidRecord(Errors.C171, place, found=found)
    return lists[0] if len(lists) == 1 and not is_record else None


def _parse(text: str, place: Place, options: ReadOptions) -> Iterator[Record | Skipped | Rejected]:
    try:
        data = parse_json(text)
    except ValueError as error:
        yield Rejected(InvalidRecord(Errors.C113, place, reason=show_reason(error)), text)
        return
    yield from _parse_safely(data, place, text, options)


def _parse_safely(
    data: Any, place: Place, raw: str, options: ReadOptions
) -> Iterator[Record | Skipped | Rejected]:
    try:
        yield from parse_record(data, place, raw, options)
    except InvalidRecord as error:
        yield Rejected(error, raw)
