"""Parallel text from files: two files line by line, or one with tabs."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from html import unescape
from itertools import zip_longest
from pathlib import Path
from typing import TextIO

from ..errors import ConcnerError, Errors
from ..files import show_reason

COLUMN = "column"
NO_TAB = "no tab between source and target"
EMPTY_LINE = "empty line"
NO_ALIGNMENT = "no column of alignments"
NOT_UTF8 = "not UTF-8"
COLUMN_NAMES = "names of columns"
N_LOOKED_AT = 100
NUMBER = re.compile(r"[-+]?[0-9]*[.,]?[0-9]+(?:[eE][-+]?[0-9]+)?")
HEADER = re.compile(
    r"(?:source|target|src|tgt|trg|text|translation|sentence|score|id|lang)"
    r"(?:[ _-]?(?:text|sentence|lang|[a-z]{2}|[0-9]))?",
    re.IGNORECASE,
)
"""What columns are called."""
CODE = re.compile("[a-z]{2,3}")
LINK = re.compile(r"(?:[0-9]+-[0-9]+\s*)*")
# Sentences are longer than the codes of languages that may stand above them.
SENTENCE = 12
ESCAPE = re.compile(r"&(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8}[0-9]{0,2});")


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
    columns: Numbers of the columns of source and target in a file with both, from 0; None for the
        first two, which are then checked to be text.
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
    columns (tuple[int, int] | None): Columns of source and target, from 0.
    RETURNS (ParallelFiles): The files.
    RAISES (ConcnerError): C217 if a named file is not there, C222 if no parallel text is.
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
    use_column = alignments == COLUMN
    return ParallelFiles(first, second, links, use_column=use_column, columns=columns)


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
    """Check that a file with source and target has both where they are looked for.

    Scores, ids, a header or more columns than expected are told, not taken for sentences.

    files (ParallelFiles): The files; nothing is checked if the target has a file of its own.
    RAISES (ConcnerError): C232 if no line has a tab, C233 if the columns are not source and
        target alone, C205 if the file can't be read.
    """
    if files.target is not None:
        return
    _check_bytes(files.source)
    first, n_lines = "", 0
    rows: list[list[str]] = []
    with _open(files.source) as stream:
        for line in stream:
            if "\t" in line:
                rows.append(line.rstrip("\r\n").split("\t"))
            first = first or line.strip()
            n_lines += 1
            if len(rows) == N_LOOKED_AT:
                break
    if not rows:
        values = {"path": files.source, "n_lines": n_lines, "line": first[:80]}
        raise ConcnerError(Errors.C232.format(**values))
    if reason := _why_not_text(rows, files):
        values = {"path": files.source, "reason": reason, "line": first[:80]}
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


def _why_not_text(rows: Sequence[Sequence[str]], files: ParallelFiles) -> str:
    """Say why the first lines of a file are not source and target; empty if they are."""
    n_columns = Counter(map(len, rows)).most_common(1)[0][0]
    expected = 3 if files.use_column else 2
    rest = [cell for row in rows for cell in row[2:]]
    aligned = n_columns == 3 and all(LINK.fullmatch(cell.strip()) for cell in rest)
    if files.columns is None and n_columns > expected and not aligned:
        return f"has {n_columns} columns"
    chosen = files.columns or (0, 1)
    if max(chosen) >= n_columns:
        return f"has {n_columns} columns, and no column {max(chosen)}"
    for column in chosen:
        cells = [row[column] for row in rows if len(row) > column]
        if len(cells) > 1 and all(NUMBER.fullmatch(cell.strip()) for cell in cells):
            return f"has numbers in column {column}"
    if files.columns is None and len(rows) > 1:
        length = sum(len(cell) for row in rows[1:] for cell in row[:2]) / (2 * len(rows[1:]))
        if _is_header(rows[0], length):
            return "has a header"
    return ""


def _is_header(cells: Sequence[str], length: float) -> bool:
    """Tell whether the cells of a line name columns.

    cells (Sequence[str]): The cells.
    length (float): Mean length of the cells below, in characters.
    """
    names = [cell.strip() for cell in cells[:2]]
    if all(HEADER.fullmatch(name) for name in names):
        return True
    return length > SENTENCE and all(CODE.fullmatch(name) for name in names)


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
        lines = zip_longest(source, target or (), links or ())
        for number, (first, second, third) in enumerate(lines, 1):
            if "\ufffd" in f"{first}{second}{third}":
                yield ParallelLine(number, _fold(first), _fold(second or ""), problem=NOT_UTF8)
                continue
            columns = [first, second] if target else first.rstrip("\r\n").split("\t")
            one, other = _choose(columns, files.columns or (0, 1))
            if number == 1 and files.columns and _is_header([one, other], SENTENCE + 1):
                yield ParallelLine(number, one, other, problem=COLUMN_NAMES)
                continue
            link = third if files.alignments else None
            problem = "" if len(columns) > 1 else NO_TAB if first.strip() else EMPTY_LINE
            if files.use_column and not problem:
                link = columns[2] if len(columns) > 2 and not target else None
                problem = NO_ALIGNMENT if link is None else ""
            chosen = columns if target else _choose(columns, files.columns or (0, 1))
            one, other = [_fold(_unescape(column)) for column in [*chosen[:2], ""][:2]]
            yield ParallelLine(number, one, other, links=link, problem=problem)


@contextmanager
def _open(path: Path) -> Iterator[TextIO]:
    try:
        # A line ends with \n alone: U+2028 and such stand in the middle of crawled sentences.
        with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as stream:
            yield stream
    except OSError as error:
        raise ConcnerError(Errors.C205.format(path=path, error=show_reason(error))) from error


def _choose(cells: Sequence[str], columns: tuple[int, int]) -> list[str]:
    return [cells[column] if column < len(cells) else "" for column in columns]


def _unescape(text: str) -> str:
    """Undo the escapes of HTML, which crawled text and Moses have in place of signs."""
    return ESCAPE.sub(lambda match: unescape(match.group()), text)


def _fold(text: str) -> str:
    return " ".join(text.split())
