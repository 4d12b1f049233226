"""Parallel text from files: two files line by line, or one with tabs."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from html import unescape
from itertools import zip_longest
from pathlib import Path
from typing import TextIO

from ..errors import ConcnerError, Errors
from ..files import show_reason
from .columns import (
    SENTENCE,
    Table,
    fits_width,
    is_header,
    read_table,
    split_cells,
    why_not_sentences,
    why_too_wide,
)

COLUMN = "column"
NO_TAB = "no tab between source and target"
NO_COLUMN = "no such column"
EMPTY_LINE = "empty line"
NO_ALIGNMENT = "no column of alignments"
NOT_UTF8 = "not UTF-8"
COLUMN_NAMES = "names of columns"
MORE_COLUMNS = "more columns than source and target"
OTHER_WIDTH = "another number of columns than most lines"
PARTED = "words parted or joined by an escape of HTML"
ESCAPE = re.compile(r"&(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8}[0-9]{0,2});")
# As tokenizers leave the commonest.
SPACED = re.compile(r"& ?(quot|apos|amp|lt|gt|nbsp|#[0-9]{1,7}) ?;")


@dataclass(frozen=True)
class ParallelLine:
    """A line of parallel text.

    number: Its number in the file, from 1.
    source: Text of the source, white space folded.
    target: Text of the target, white space folded.
    links: Its word alignment in the Pharaoh format, None if none is given.
    problem: Why the line can't be used, empty if it can.
    """

    number: int
    source: str
    target: str
    links: str | None = None
    problem: str = ""


@dataclass(frozen=True)
class ParallelFiles:
    """Where a parallel text lies.

    source: File of the source lines, or of both with a tab between them.
    target: File of the target lines, None if the source file has both.
    alignments: File of alignments, a line each; None for none, or the third column.
    use_column: Take alignments from the third column.
    columns: Numbers of the columns of source and target, from 0, each in the file that it is in;
        None if there are no others, which is then checked.
    """

    source: Path
    target: Path | None = None
    alignments: Path | None = None
    use_column: bool = False
    columns: tuple[int, int] | None = None

    @property
    def has_alignments(self) -> bool:
        """Tell whether the words are aligned."""
        return self.use_column or self.alignments is not None

    @property
    def paths(self) -> list[Path]:
        """Give the files."""
        return [path for path in (self.source, self.target, self.alignments) if path is not None]


def find_parallel(
    path: Path,
    source: str,
    target: str,
    *,
    target_file: Path | None = None,
    alignments: str | Path | None = None,
    columns: tuple[int, int] | None = None,
) -> ParallelFiles:
    """Find the files of a parallel text.

    path (Path): A file with tabs; the source file, if there is a target file; or the name that
        two files share that end in their language codes, as of OPUS for Moses.
    source (str): Code of the source.
    target (str): Code of the target.
    target_file (Path | None): File of target lines.
    alignments (str | Path | None): A file, "column" for the third column, or None.
    columns (tuple[int, int] | None): Columns of source and target, from 0, or negative, counted
        from the right in lines as wide as most.
    RETURNS (ParallelFiles): The files.
    RAISES (ConcnerError): C132 if source and target are one column, C217 if a named file is not
        there, C222 if no parallel text is, C233 for a negative column that is not there.
    """
    links = None if alignments in (None, COLUMN) else Path(str(alignments))
    for named, expected in ((target_file, "the target's lines"), (links, "the alignments")):
        if named is not None and not named.is_file():
            raise ConcnerError(Errors.C217.format(path=named, expected=f"{expected}: a file"))
    first, second = path, target_file
    if not path.is_file() and target_file is None:
        first, second = (path.with_name(f"{path.name}.{code}") for code in (source, target))
    if not first.is_file() or (second is not None and not second.is_file()):
        raise ConcnerError(Errors.C222.format(path=path, source=source, target=target))
    if columns is not None:
        paths = (first, second or first)
        columns = (_from_left(columns[0], paths[0]), _from_left(columns[1], paths[1]))
    if second is None and columns is not None and columns[0] == columns[1]:
        expected = "two columns of one file"
        values = {"setting": "--columns", "value": f"{columns[0]},{columns[1]}"}
        raise ConcnerError(Errors.C132.format(expected=expected, **values))
    use_column = alignments == COLUMN
    return ParallelFiles(first, second, links, use_column=use_column, columns=columns)


def _from_left(column: int, path: Path) -> int:
    """Give the number from the left of a column that may be counted from the right.

    RAISES (ConcnerError): C233 if it is not there.
    """
    if column >= 0:
        return column
    table = _read_table(path, 1)
    n_columns = table.widths.most_common(1)[0][0]
    if column < -n_columns:
        why = f"has {n_columns} columns in most lines, and no column {column}"
        _tell(path, table, why, example="0,-1")
    return n_columns + column


def count_lines(files: ParallelFiles) -> int:
    """Count the lines of a parallel text, and check that its files are as long.

    files (ParallelFiles): The files.
    RETURNS (int): Number of lines.
    RAISES (ConcnerError): C205 if a file can't be read, C221 if they differ in length.
    """
    counts = []
    for path in files.paths:
        _check_bytes(path)
        with _open(path) as stream:
            counts.append(sum(1 for _ in stream))
    for path, count in zip(files.paths, counts, strict=True):
        if count != counts[0]:
            names = {"first": files.source, "second": path}
            raise ConcnerError(Errors.C221.format(n_first=counts[0], n_second=count, **names))
    return counts[0]


def check_columns(files: ParallelFiles) -> None:
    """Check that source and target are where they are looked for, in every line.

    Scores, ids, alignments, names and more columns than expected are told, not taken for sentences.

    files (ParallelFiles): The files.
    RAISES (ConcnerError): C232 if no line has a tab, C233 if the columns are not source and
        target alone, C234 if a file is empty, C205 if one can't be read.
    """
    is_told = files.columns is not None
    if files.target is None:
        width = 3 if files.use_column else 2
        table = _read_table(files.source, width)
        if set(table.widths) == {1}:
            values = {"path": files.source, "n_lines": table.n_lines, "line": table.first[:80]}
            raise ConcnerError(Errors.C232.format(**values))
        aligned = 2 if files.use_column else None
        chosen = files.columns or (0, 1)
        why = why_not_sentences(table, width, chosen, is_told=is_told, aligned=aligned)
        _tell(files.source, table, why, example="0,1")
        return
    tables = [_read_table(path, 1) for path in (files.source, files.target)]
    columns = files.columns or (0, 0)
    for path, table, column in zip((files.source, files.target), tables, columns, strict=True):
        # Names are told by both files, for one alone may begin with such a word.
        why = why_not_sentences(table, 1, [column], is_told=True)
        if not is_told and not why:
            why = why_too_wide(table, 1)
        _tell(path, table, why, example="0,0")
    heads = [table.head[0] for table in tables]
    if not is_told and is_header(heads, max(table.mean_length() for table in tables)):
        _tell(files.source, tables[0], "has a header", example="0,0")


def _read_table(path: Path, width: int) -> Table:
    """Look at the lines of a file: C234 if none has text."""
    _check_bytes(path)
    with _open(path) as stream:
        table = read_table(stream, width)
    if not table.first:
        raise ConcnerError(Errors.C234.format(path=path, n_lines=table.n_lines))
    return table


def _tell(path: Path, table: Table, why: str, example: str) -> None:
    """Raise C233 if there is a reason."""
    if why:
        values = {"path": path, "reason": why, "line": table.first[:80], "example": example}
        raise ConcnerError(Errors.C233.format(**values))


def _check_bytes(path: Path) -> None:
    """Check that a file has no NUL, which UTF-16 is full of and text has none of.

    RAISES (ConcnerError): C205 if it has, or can't be read.
    """
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if b"\0" in line:
                    reason = f"line {number} has a NUL character, as text in UTF-16 has"
                    raise ConcnerError(Errors.C205.format(path=path, error=reason))
    except OSError as error:
        raise ConcnerError(Errors.C205.format(path=path, error=show_reason(error))) from error


def read_parallel(files: ParallelFiles) -> Iterator[ParallelLine]:
    """Stream the lines of a parallel text; what can't be used is told, not left out.

    files (ParallelFiles): The files.
    YIELDS (ParallelLine): The lines.
    RAISES (ConcnerError): C205 if a file can't be read.
    """
    with ExitStack() as stack:
        source = stack.enter_context(_open(files.source))
        target = stack.enter_context(_open(files.target)) if files.target else None
        links = stack.enter_context(_open(files.alignments)) if files.alignments else None
        may_be_names = files.columns is not None
        widths = _find_widths(files) if files.columns is not None else ()
        for number, texts in enumerate(zip_longest(source, target or (), links or ()), 1):
            row = _Row.of(texts, files, widths)
            line = _read_row(number, row, files)
            if may_be_names and not line.problem:
                may_be_names = False
                if is_header([line.source, line.target], SENTENCE + 1):
                    line = replace(line, problem=COLUMN_NAMES)
            yield line


def _find_widths(files: ParallelFiles) -> list[int]:
    """Give the number of columns that most lines have, in each file with sentences."""
    widths = []
    for path in (files.source, files.target):
        if path is not None:
            with _open(path) as stream:
                counts = Counter(line.count("\t") + 1 for line in stream if line.strip())
            widths.append(max(counts, key=counts.__getitem__, default=1))
    return widths


@dataclass(frozen=True)
class _Row:
    """Raw texts of a line.

    source: The source, None if its column is not there.
    target: The target, None if its column is not there.
    links: The alignment, None if it is not there.
    is_blank: Whether there is nothing but white space.
    is_wide: Whether there are more columns than were looked for.
    is_odd: Whether the columns are not as many as in most lines, and so may not be those chosen.
    """

    source: str | None
    target: str | None
    links: str | None
    is_blank: bool
    is_wide: bool
    is_odd: bool

    @classmethod
    def of(cls, texts: Sequence[str | None], files: ParallelFiles, widths: Sequence[int]) -> "_Row":
        """Take the columns of a line from its files: source, target and alignments."""
        first, second, third = texts
        width = 1 if files.target else 3 if files.use_column else 2
        ours = split_cells(first or "", width)
        theirs = split_cells(second or "", width) if files.target else ours
        columns = files.columns or ((0, 0) if files.target else (0, 1))
        return cls(
            source=_cell(ours, columns[0]),
            target=_cell(theirs, columns[1]),
            links=_cell(ours, 2) if files.use_column and not files.target else third,
            is_blank=not (first or "").strip(),
            is_wide=files.columns is None and max(len(ours), len(theirs)) > width,
            is_odd=not all(
                fits_width(text or "", n) for text, n in zip((first, second), widths, strict=False)
            ),
        )


def _read_row(number: int, row: _Row, files: ParallelFiles) -> ParallelLine:
    """Give a line with what is wrong with it, if anything is."""
    source, target = row.source or "", row.target or ""
    problem = ""
    if "\ufffd" in f"{source}{target}{row.links}":
        problem = NOT_UTF8
    elif row.is_blank and not files.target:
        problem = EMPTY_LINE
    elif row.is_wide:
        problem = MORE_COLUMNS
    elif row.source is None or row.target is None:
        problem = NO_COLUMN if files.target or files.columns else NO_TAB
    elif row.is_odd:
        problem = OTHER_WIDTH
    elif files.use_column and row.links is None:
        problem = NO_ALIGNMENT
    texts = [_unescape(source), _unescape(target)]
    n_words = [len(text.split()) for text in (source, target)]
    if not problem and files.has_alignments and n_words != [len(text.split()) for text in texts]:
        # Its alignment counts the words as they were written.
        problem = PARTED
    links = row.links if files.has_alignments else None
    return ParallelLine(number, _fold(texts[0]), _fold(texts[1]), links=links, problem=problem)


@contextmanager
def _open(path: Path) -> Iterator[TextIO]:
    try:
        # A line ends with \n alone: U+2028 and such stand in the middle of crawled sentences.
        with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as stream:
            yield stream
    except OSError as error:
        raise ConcnerError(Errors.C205.format(path=path, error=show_reason(error))) from error


def _cell(cells: Sequence[str], column: int) -> str | None:
    return cells[column] if column < len(cells) else None


def _unescape(text: str) -> str:
    """Undo the escapes of HTML, which crawled text and Moses have in place of signs.

    Until there are none: what is crawled is often escaped twice.
    """
    before = ""
    while text != before:
        before = text
        text = ESCAPE.sub(lambda match: unescape(match.group()), SPACED.sub(r"&\1;", text))
    return text


def _fold(text: str) -> str:
    return " ".join(text.split())
