"""CSV and TSV files with a header: a sentence a row, or a token a row."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import IO, Any

from ...errors import ConcnerError, Errors
from ...files import show_reason
from ..lines import read_characters
from ..read_options import ReadOptions
from ..records import InvalidRecord, Place, Record, Rejected, Skipped
from .json_files import parse_record
from .text_and_spans import SPAN_KEYS
from .token_sentences import make_sentence
from .tokens_and_tags import GAPS, name_tag

DELIMITERS = (",", "\t", ";")
SENTENCE_FIELD = re.compile(r"sent(ence)?[ _-]?(#|id|idx|index|num|number|no)?", re.IGNORECASE)
"""Names of columns that tell sentences apart."""
LINE_END = re.compile(r"(?<=\n)|(?<=\r)(?=[^\n])")
WHOLE_FIELDS = ("text", "segments")
N_LOOKED_AT = 50
"""Rows by which a table of tokens is told from one of sentences."""
MAX_CELL = 1 << 27


@dataclass(frozen=True, slots=True)
class _Row:
    """A row: where it stands, and its cells by name; None if it is blank."""

    place: Place
    cells: dict[str, str] | None
    fault: InvalidRecord | None = None

    @property
    def raw(self) -> str:
        return json.dumps(self.cells, ensure_ascii=False)


@dataclass(slots=True)
class _Sentence:
    """The rows of a sentence, a token each."""

    name: str = ""
    rows: list[_Row] = field(default_factory=list)


def read_csv(
    stream: IO[bytes], file: str, options: ReadOptions
) -> Iterator[Record | Skipped | Rejected]:
    """Read records from a CSV or TSV file with a header.

    A row holds a sentence, its tokens and tags as lists or separated by spaces, or a text and its
    spans as JSON. Or it holds one token and its tag: then sentences are told apart by a column
    whose value changes or stands in their first row only, or by blank rows.

    stream (IO[bytes]): The file.
    file (str): Its name in messages.
    options (ReadOptions): Fields, scheme, encoding.
    YIELDS (Record | Skipped | Rejected): A record for each sentence; C153, C154 and the codes of
        `parse_record` and `make_sentence`.
    """
    rows = _read_rows(stream, file, options)
    first = list(islice(rows, N_LOOKED_AT))
    rows = chain(first, rows)
    sound = (row.cells for row in first if row.fault is None)
    known = next((cells for cells in sound if cells is not None), None)
    if known is None:
        for row in rows:
            if row.fault is not None:
                yield Rejected(row.fault, row.raw)
        return
    if not {options.tokens_field, *WHOLE_FIELDS} & set(known):
        raise _no_field(options.tokens_field, known, first[0].place)
    sentence_field = options.sentence_field or next(filter(SENTENCE_FIELD.fullmatch, known), "")
    if options.sentence_field and options.sentence_field not in known:
        raise _no_field(options.sentence_field, known, first[0].place)
    if options.sentence_field or _is_token_table(first, sentence_field, options):
        yield from _read_tokens(rows, first, sentence_field, options)
        return
    for row in rows:
        if row.fault is not None:
            yield Rejected(row.fault, row.raw)
        elif row.cells is not None:
            try:
                yield from parse_record(_parse_spans(row.cells), row.place, row.raw, options)
            except InvalidRecord as error:
                yield Rejected(error, row.raw)


def find_delimiter(header: str) -> str:
    """Give the character that separates the names of a header."""
    return max(DELIMITERS, key=header.count)


def _read_rows(stream: IO[bytes], file: str, options: ReadOptions) -> Iterator[_Row]:
    lines = _split_lines(read_characters(stream, file, options.encoding))
    header = next(lines, "")
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(chain([header], lines), delimiter=find_delimiter(header), strict=True)
    names: list[str] = []
    while True:
        place = Place(file, reader.line_num + 1)
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = show_reason(error)
            raise InvalidRecord(Errors.C153, place, reason=reason) from error
        if not names:
            names = [name.strip() for name in cells]
            if len(set(names)) < len(names):
                raise InvalidRecord(Errors.C153, place, reason="two columns have the same name")
        elif not any(cell.strip() for cell in cells):
            yield _Row(place, None)
        elif len(cells) != len(names):
            reason = f"{len(cells)} cells under {len(names)} names"
            fault = InvalidRecord(Errors.C153, place, reason=reason)
            yield _Row(place, {str(n): cell for n, cell in enumerate(cells)}, fault)
        else:
            yield _Row(place, dict(zip(names, cells, strict=True)))


def _split_lines(chunks: Iterable[str]) -> Iterator[str]:
    """Split text after line ends, which are kept: those in quotes are part of a cell."""
    rest = ""
    for text in chunks:
        # What text mode makes of CR LF on Windows would be a blank row after each.
        text = (rest + text).replace("\r\r\n", "\r\n")
        *lines, rest = LINE_END.split(text)
        yield from lines
    if rest:
        yield rest


def _is_token_table(rows: Sequence[_Row], sentence_field: str, options: ReadOptions) -> bool:
    """Tell whether the first rows of a table hold a token each."""
    cells = [row.cells for row in rows if row.cells is not None and row.fault is None]
    found = [row[options.tokens_field] for row in cells if options.tokens_field in row]
    if not found or (len(found) < 2 and not sentence_field):
        return False
    return not any(
        GAPS.search(word.strip()) or word.startswith("[") and "]" in word for word in found
    )


def _read_tokens(
    rows: Iterable[_Row], first: Sequence[_Row], sentence_field: str, options: ReadOptions
) -> Iterator[Record | Rejected]:
    if not sentence_field and not any(row.cells is None for row in first):
        # One-word sentences would be made of a text.
        cells = next(row.cells for row in first if row.cells is not None)
        raise InvalidRecord(Errors.C154, first[0].place, found=", ".join(cells))
    sentence = _Sentence()
    for row in rows:
        name = (row.cells or {}).get(sentence_field, "").strip() if sentence_field else ""
        ends = row.cells is None or (name and name != sentence.name)
        if ends and sentence.rows:
            yield _make_sentence(sentence, options=options)
            sentence = _Sentence()
        if row.cells is not None:
            sentence.name = name or sentence.name
            sentence.rows.append(row)
    if sentence.rows:
        yield _make_sentence(sentence, options=options)


def _make_sentence(sentence: _Sentence, options: ReadOptions) -> Record | Rejected:
    raw = "\n".join(row.raw for row in sentence.rows)
    words: list[str] = []
    tags: list[str] = []
    try:
        for row in sentence.rows:
            if row.fault is not None:
                raise row.fault
            words.append(_get_cell(row, options.tokens_field).strip(" "))
            if not options.unlabelled:
                tag = _get_cell(row, options.tags_field).strip()
                tags.append(name_tag(tag, options.tag_names, row.place))
        places = [row.place for row in sentence.rows]
        found = None if options.unlabelled else tags
        numbered = options.tag_names is not None
        return make_sentence(words, found, places, raw, options=options, allow_missing=numbered)
    except InvalidRecord as error:
        return Rejected(error, raw)


def _get_cell(row: _Row, name: str) -> str:
    cells = row.cells or {}
    if name not in cells:
        raise _no_field(name, cells, row.place)
    return cells[name]


def _no_field(name: str, cells: Mapping[str, str], place: Place) -> ConcnerError:
    return InvalidRecord(Errors.C133, place, field=name, found=", ".join(cells) or "none")


def _parse_spans(cells: Mapping[str, str]) -> dict[str, Any]:
    """Give a row with its spans parsed, where they are JSON; an empty cell has none."""
    row: dict[str, Any] = dict(cells)
    for key in SPAN_KEYS:
        if cells.get(key, "").lstrip()[:1] == "[":
            try:
                row[key] = json.loads(cells[key])
            except (ValueError, RecursionError):
                continue
        elif key in cells and not cells[key].strip():
            row[key] = None
    return row
