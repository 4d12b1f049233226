"""CoNLL files: a token and its columns a line, a blank line between sentences."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ...errors import Errors
from ..records import InvalidRecord, Place, Rejected, TokenRecord, decode, show_raw, without_mark
from ..tag_schemes import is_tag, to_iob2

DOCUMENT_MARK = b"-DOCSTART-"
MAX_TOKENS = 10_000
"""Tokens of the longest sentence: a file without blank lines would be one Doc."""


@dataclass(slots=True)
class Columns:
    """Which columns of a CoNLL file are read, and how.

    token (int): Index of the token's column; negative ones count from the right.
    label (int): Index of the tag's column.
    scheme (str): Scheme of the tags.
    unlabelled (bool): Leave the tags unread; the file may do without them.
    """

    token: int = 0
    label: int = -1
    scheme: str = "iob2"
    unlabelled: bool = False

    def has_enough(self, n_columns: int) -> bool:
        """Tell whether lines of so many columns hold a token and a tag."""
        wanted = [self.token] if self.unlabelled else [self.token, self.label]
        found = {index % n_columns for index in wanted if -n_columns <= index < n_columns}
        return len(found) == len(wanted)


@dataclass(slots=True)
class _Block:
    """Lines between two blank lines; of an overlong one only the first are kept."""

    first: int
    lines: list[bytes] = field(default_factory=list)
    n_lines: int = 0


def read_conll(
    lines: Iterable[bytes],
    file: str,
    *,
    token_column: int = 0,
    label_column: int = -1,
    scheme: str = "iob2",
    unlabelled: bool = False,
) -> Iterator[TokenRecord | Rejected]:
    """Read sentences from a CoNLL file.

    Columns are separated by tabs, or by spaces where a line has no tab. Every line of a file
    must have as many columns as the others. Lines that start with -DOCSTART- end a sentence;
    lines that start with # and have no tab are comments, unless they read as a token and its
    tag like the other lines.

    lines (Iterable[bytes]): Lines of the file, with their line ends.
    file (str): Name of the file in messages.
    token_column (int): Index of the token's column; negative ones count from the right.
    label_column (int): Index of the tag's column.
    scheme (str): Scheme of the tags: "iob2", "iob1" or "bilou" (BIOES likewise).
    unlabelled (bool): Leave the tags unread: the records have no annotation.
    YIELDS (TokenRecord | Rejected): A record for each sentence, broken ones rejected as a
        whole; C105, C107, C108, C109, C110, C111.
    """
    columns = Columns(token_column, label_column, scheme, unlabelled)
    n_columns = 0
    for block in _split_blocks(lines):
        try:
            rows = _read_block(block, file, columns, n_columns)
            if not rows:
                continue
            yield _make_record(rows, columns, show_raw(block.lines))
            n_columns = len(rows[0][1])
        except InvalidRecord as error:
            yield Rejected(error, show_raw(block.lines))


def _split_blocks(lines: Iterable[bytes]) -> Iterator[_Block]:
    block = _Block(1)
    for number, line in enumerate(without_mark(iter(lines)), start=1):
        if not line.strip() or line.startswith(DOCUMENT_MARK):
            if block.lines:
                yield block
            block = _Block(number + 1)
            continue
        block.n_lines += 1
        if block.n_lines <= MAX_TOKENS:
            block.lines.append(line)
    if block.lines:
        yield block


def _read_block(
    block: _Block, file: str, columns: Columns, n_columns: int
) -> list[tuple[Place, list[str]]]:
    """Give the columns of each line that is no comment, all checked to be as many.

    n_columns (int): How many columns the file is known to have, 0 if that is not known yet.
    """
    if block.n_lines > MAX_TOKENS:
        raise InvalidRecord(Errors.C111, Place(file, block.first), limit=MAX_TOKENS)
    rows: list[tuple[Place, list[str]]] = []
    for number, line in enumerate(block.lines, start=block.first):
        place = Place(file, number)
        text = decode(line, place)
        if "\t" in text:
            cells = [cell.strip() for cell in text.split("\t")]
        else:
            cells = re.split(" +", text.strip(" "))
            if text.startswith("#") and not _is_token_line(cells, columns, n_columns):
                continue
        found = len(cells)
        if n_columns and found != n_columns:
            expected = f"{n_columns} as in the lines before"
            raise InvalidRecord(Errors.C107, place, found=found, expected=expected)
        if not columns.has_enough(found):
            label = "" if columns.unlabelled else f" and, apart from it, {columns.label} (label)"
            expected = f"a column {columns.token} (token){label}"
            raise InvalidRecord(Errors.C107, place, found=found, expected=expected)
        n_columns = found
        rows.append((place, cells))
    return rows


def _is_token_line(cells: list[str], columns: Columns, n_columns: int) -> bool:
    """Tell whether a line that starts with # is a token with its tag, not a comment."""
    if len(cells) != (n_columns or 2) or not columns.has_enough(len(cells)):
        return False
    return len(cells) == 1 or is_tag(cells[columns.label], columns.scheme)


def _make_record(rows: list[tuple[Place, list[str]]], columns: Columns, raw: str) -> TokenRecord:
    places = [place for place, _ in rows]
    words = [cells[columns.token] for _, cells in rows]
    for word, place in zip(words, places, strict=True):
        if not word:
            raise InvalidRecord(Errors.C108, place)
    tags = None
    if not columns.unlabelled:
        tags = to_iob2([cells[columns.label] for _, cells in rows], columns.scheme, places)
    return TokenRecord(words, tags, places[0], raw)
