"""CSV and TSV files with a header: a sentence a row, or a token a row."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import IO, Any

from ...errors import ConcnerError, Errors
from ...files import show_reason
from ..json_values import wrong_type
from ..lines import read_characters
from ..read_options import ReadOptions
from ..records import DOCUMENT_MARK, InvalidRecord, Place, Record, Rejected, Skipped
from .json_files import parse_record
from .text_and_spans import SPAN_KEYS
from .token_sentences import make_sentence
from .tokens_and_tags import GAPS, name_tag, split_at_commas

DELIMITERS = (",", "\t", ";")
SENTENCE_FIELD = re.compile(r"sent(?:ence)?[ _-]?(#|id|idx|index|num|number|nr|no)?", re.IGNORECASE)
"""Names of columns that tell sentences apart."""
OUTER_FIELD = re.compile(
    r"(?:doc|document|file|article|text|abstract|paragraph|par|para|page|section|chapter|post"
    r"|tweet|note)[ _-]?(?:#|id|num|number|nr|no|name)|document|file|pmid",
    re.IGNORECASE,
)
"""Names of columns of what holds sentences, in which the numbers of sentences may begin anew.

An index may be that of the token in the text, and an article is a word."""
DELIMITER_LINE = re.compile(r"sep=(.)[\r\n]*", re.IGNORECASE)
"""What tells Excel the delimiter, in a line before the header."""
LINE_END = re.compile(r"(?<=\n)|(?<=\r)(?=[^\n])")
WHOLE_FIELDS = ("text", "segments")
N_LOOKED_AT = 200
"""Rows by which a table of tokens is told from one of sentences."""
MOST, HALF = 0.9, 0.5
MAX_CELL = 1 << 27


@dataclass(frozen=True, slots=True)
class _Row:
    """A row: where it stands, and its cells by name; None if it is blank."""

    place: Place
    cells: dict[str, str] | None
    fault: InvalidRecord | None = None
    n_lines: int = 1

    @property
    def raw(self) -> str:
        return json.dumps(self.cells, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Cut:
    """The cells of a row, and the lines that it goes over."""

    place: Place
    cells: list[str]
    lines: list[str]


@dataclass(slots=True)
class _Sentence:
    """The rows of a sentence, a token each."""

    key: tuple[str, ...] = ()
    rows: list[_Row] = field(default_factory=list)


def read_csv(
    stream: IO[bytes], file: str, options: ReadOptions
) -> Iterator[Record | Skipped | Rejected]:
    """Read records from a CSV or TSV file with a header.

    A row holds a sentence, its tokens and tags as lists or separated by spaces, or a text and its
    spans as JSON. Or it holds one token and its tag: then sentences are told apart by a column
    whose value changes or stands in their first row only, or by blank rows. Where tabs separate
    the cells, quotes are characters like others (see `_cut_tabs`).

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
    for name in {options.sentence_field} - {""} - set(known):
        raise _no_field(name, known, first[0].place)
    if not {options.tokens_field, *WHOLE_FIELDS} & set(known):
        raise _no_field(options.tokens_field, known, first[0].place)
    fields = _find_sentence_fields(known, options)
    if options.sentence_field or _is_token_table(first, fields, options):
        yield from _read_tokens(rows, first, fields, options)
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
    told = DELIMITER_LINE.fullmatch(header)
    header = next(lines, "") if told else header
    delimiter = told.group(1) if told else find_delimiter(header)
    cut = _cut_tabs if delimiter == "\t" and not _is_quoted(header) else _cut_quoted
    rows = cut(chain([header], lines), delimiter, Place(file, 2 if told else 1))
    names = [name.strip() for name in next(rows, _Cut(Place(file, 1), [], [])).cells]
    if len(set(names)) < len(names):
        place = Place(file, 2 if told else 1)
        raise InvalidRecord(Errors.C153, place, reason="two columns have the same name")
    for row in rows:
        if not any(cell.strip() for cell in row.cells):
            yield _Row(row.place, None)
        elif reason := _find_fault(row, len(names), delimiter):
            fault = InvalidRecord(Errors.C153, row.place, reason=reason)
            cells = {str(n): cell for n, cell in enumerate(row.cells)}
            yield _Row(row.place, cells, fault, len(row.lines))
        else:
            yield _Row(row.place, dict(zip(names, row.cells, strict=True)), None, len(row.lines))


def _find_fault(row: _Cut, n_names: int, delimiter: str) -> str:
    """Say what is wrong with a row; empty if nothing is."""
    if len(row.cells) != n_names:
        return f"{len(row.cells)} cells under {n_names} names"
    ends = (row.lines[0], row.lines[-1])
    if len(row.lines) > 1 and all(line.count(delimiter) == n_names - 1 for line in ends):
        # A quote that stands for itself takes all up to the next one for its cell.
        last = row.place.line + len(row.lines) - 1
        return f"a quote opens a cell that goes on to line {last}, over lines that look like rows"
    return ""


def _cut_quoted(lines: Iterable[str], delimiter: str, place: Place) -> Iterator[_Cut]:
    """Cut rows into cells, those in quotes as they are in CSV: they may hold line ends.

    RAISES (InvalidRecord): C153 for quotes that are broken.
    """
    taken: list[str] = []

    def take() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(take(), delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = show_reason(error)
            raise InvalidRecord(Errors.C153, place, reason=reason) from error
        yield _Cut(place, cells, list(taken))
        place = replace(place, line=place.line + len(taken))
        taken.clear()


def _cut_tabs(lines: Iterable[str], delimiter: str, place: Place) -> Iterator[_Cut]:
    """Cut lines at tabs: a quote is a character, since most who write tabs quote nothing.

    Only a cell that stands in quotes and holds quotes that are doubled is taken out of them.
    """
    for number, line in enumerate(lines, start=place.line):
        cells = [_unquote(cell) for cell in line.rstrip("\r\n").split(delimiter)]
        yield _Cut(replace(place, line=number), cells, [line])


def _unquote(cell: str) -> str:
    inner = cell[1:-1]
    is_quoted = len(cell) > 2 and cell[0] == cell[-1] == '"' and '"' in inner
    return inner.replace('""', '"') if is_quoted and '"' not in inner.replace('""', "") else cell


def _is_quoted(header: str) -> bool:
    """Tell whether every name of a header with tabs stands in quotes, as all cells then do."""
    names = header.rstrip("\r\n").split("\t")
    return all(len(name) > 2 and name[0] == name[-1] == '"' for name in names)


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


def _find_sentence_fields(names: Iterable[str], options: ReadOptions) -> list[str]:
    """Give the columns that tell sentences apart, that of the sentences first; none if none does.

    Numbers of sentences may begin anew in each document: where there is a column for these, it
    belongs to them.
    """
    names = [name for name in names if name not in (options.tokens_field, options.tags_field)]
    found = {name: match for name in names if (match := SENTENCE_FIELD.fullmatch(name))}
    # "sentence" may hold the text where another column has its number.
    chosen = options.sentence_field or next((n for n, m in found.items() if m.group(1)), "")
    chosen = chosen or next(iter(found), "")
    if not chosen:
        return []
    return [chosen, *(n for n in names if n != chosen and OUTER_FIELD.fullmatch(n))]


def _is_token_table(rows: Sequence[_Row], fields: Sequence[str], options: ReadOptions) -> bool:
    """Tell whether the first rows of a table hold a token each, odd ones among them or not.

    A row of a sentence has as many tags as words, a row of a token has one tag; and rows that
    share the number of their sentence, or that blank rows part, are none of sentences.
    """
    sound = [row for row in rows if row.cells is not None and row.fault is None]
    cells = [row.cells for row in sound if row.cells and options.tokens_field in row.cells]
    if not cells or (len(cells) < 2 and not fields):
        return False
    words = _share_of_single(row[options.tokens_field] for row in cells)
    grouped = _share_sentences(cells, fields) if fields else _has_blank_rows(rows)
    if options.unlabelled or any(options.tags_field not in row for row in cells):
        return words >= (HALF if grouped else MOST)
    tags = _share_of_single(
        " ".join(split_at_commas(tag := row[options.tags_field], options)) or tag for row in cells
    )
    return tags >= (HALF if grouped else MOST) and (grouped or words >= HALF)


def _share_of_single(cells: Iterable[str]) -> float:
    """Give the share of cells that hold one word and no list."""
    single = [
        not GAPS.search(cell.strip()) and not (cell.startswith("[") and "]" in cell)
        for cell in cells
    ]
    return sum(single) / len(single)


def _share_sentences(rows: Sequence[Mapping[str, str]], fields: Sequence[str]) -> bool:
    keys = [tuple(row[name].strip() for name in fields) for row in rows]
    return any(key == last or not key[0] for last, key in zip(keys, keys[1:], strict=False))


def _has_blank_rows(rows: Sequence[_Row]) -> bool:
    """Tell whether a blank row stands between others."""
    filled = [number for number, row in enumerate(rows) if row.cells is not None]
    return len(filled) < filled[-1] - filled[0] + 1


def _read_tokens(
    rows: Iterable[_Row], first: Sequence[_Row], fields: Sequence[str], options: ReadOptions
) -> Iterator[Record | Rejected]:
    if not fields and not _has_blank_rows(first):
        # One-word sentences would be made of a text.
        cells = next(row.cells for row in first if row.cells is not None)
        raise InvalidRecord(Errors.C154, first[0].place, found=", ".join(cells))
    sentence = _Sentence()
    for row in rows:
        _check_lines(row, options)
        cells = row.cells or {}
        key = tuple(cells.get(name, "").strip() for name in fields)
        # A cell that is empty goes on with the value above.
        new = any(now and now != last for now, last in zip(key, sentence.key, strict=False))
        is_mark = row.cells is None or cells.get(options.tokens_field) == DOCUMENT_MARK
        if (new or is_mark) and sentence.rows:
            yield _make_sentence(sentence, options=options)
            # A broken row before the first of a sentence may be of either.
            broken = new and sentence.rows[-1].fault is not None
            sentence.rows = sentence.rows[-1:] if broken else []
        if not is_mark:
            last = sentence.key or key
            sentence.key = tuple(now or old for now, old in zip(key, last, strict=True))
            sentence.rows.append(row)
    if sentence.rows:
        yield _make_sentence(sentence, options=options)


def _check_lines(row: _Row, options: ReadOptions) -> None:
    """Check that no quote has swallowed rows, as which the sentences around them would lack them.

    RAISES (InvalidRecord): C153 if one has.
    """
    if row.n_lines > 1:
        cells = row.cells or {}
        words = (cells.get(name, "") for name in (options.tokens_field, options.tags_field))
        reason = f"a token or tag goes over {row.n_lines} lines"
        if row.fault is not None or any("\n" in word or "\r" in word for word in words):
            raise row.fault or InvalidRecord(Errors.C153, row.place, reason=reason)


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
                if len(GAPS.split(tag)) == len(GAPS.split(words[-1])) > 1:
                    wrong_type("the tag", tag, "that of one token, which each row holds", row.place)
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
