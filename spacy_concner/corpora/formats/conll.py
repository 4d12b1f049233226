"""CoNLL files: a token and its columns a line, a blank line between sentences."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from ...errors import Errors
from ..lines import SEPARATORS, Line
from ..read_options import ReadOptions
from ..records import DOCUMENT_MARK, InvalidRecord, Place, Rejected, TokenRecord
from ..tag_schemes import MISSING_TAG, TAG
from .token_sentences import make_sentence

MAX_TOKENS = 10_000
"""Tokens of the longest sentence: a file without blank lines would be one Doc."""
RANGE = re.compile(r"[0-9]+[-.][0-9]+")
"""Numbers of multiword tokens and of empty nodes in CoNLL-U."""
MARK = re.compile(DOCUMENT_MARK.encode() + rb"(?![A-Za-z])")
"""Where a line says that a document begins; -DOCSTART-ing is a word."""
SEPARATOR = re.compile(f"[{SEPARATORS}]")
NO_TAGS = ("O", "_", "-", "")
COUNTED = re.compile(r"(.*?)([0-9]{1,18})", re.DOTALL)
"""What ends with a number, as 7, 1-7, w7 and s1_t7, which name tokens."""
N_LOOKED_AT = 50
"""Sentences by which the column that numbers the tokens is told."""
MOST = 0.9
MIN_COUNTED = 3
"""Tokens of a sentence that count up not by chance."""
FIRST = re.compile(r"(.*[^0-9])?0*[01]")
"""The number with which counting begins."""


@dataclass(slots=True)
class _Block:
    """Lines between two blank lines; of an overlong one only the first are kept."""

    first: int
    lines: list[Line] = field(default_factory=list)
    n_lines: int = 0

    @property
    def raw(self) -> str:
        return "\n".join(line.raw for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Row:
    """A line with a token: where it stands, and its columns."""

    place: Place
    cells: list[str]


def read_conll(
    lines: Iterable[Line], file: str, options: ReadOptions
) -> Iterator[TokenRecord | Rejected]:
    """Read sentences from a CoNLL file.

    Columns are separated by tabs, or by spaces where a line has no tab. Every line of a file
    must have as many columns as the others. Lines that start with -DOCSTART- end a sentence.
    Lines that start with # are comments if they stand before the first token of a sentence and
    do not read as a token and its tag like the other lines.

    lines (Iterable[Line]): Lines of the file.
    file (str): Name of the file in messages.
    options (ReadOptions): Columns and scheme. Unlabelled files may do without tags.
    YIELDS (TokenRecord | Rejected): A record for each sentence, broken ones rejected as a
        whole; C105, C107, C111, C164, C165 and the codes of `make_sentence`.
    RAISES (InvalidRecord): C150 if the column of the tokens only numbers them.
    """
    n_columns = 0
    blocks = _split_blocks(lines)
    first = list(islice(blocks, N_LOOKED_AT))
    _check_numbers(first, file, options)
    for block in chain(first, blocks):
        try:
            rows = _read_block(block, file, options, n_columns)
            if not rows:
                continue
            yield _make_record(rows, block.raw, options)
            n_columns = len(rows[0].cells)
        except InvalidRecord as error:
            yield Rejected(error, block.raw)


def split_columns(text: str) -> list[str]:
    """Split a line into its columns, by tabs or, if it has none, by spaces."""
    if "\t" in text:
        return [cell.strip(" ") for cell in text.split("\t")]
    return re.split(" +", text.strip(" "))


def _split_blocks(lines: Iterable[Line]) -> Iterator[_Block]:
    block = _Block(1)
    for line in lines:
        if line.is_blank or MARK.match(line.data):
            if block.lines:
                yield block
            block = _Block(line.number + 1)
            continue
        block.n_lines += 1
        if block.n_lines <= MAX_TOKENS:
            block.lines.append(line)
    if block.lines:
        yield block


def _read_block(block: _Block, file: str, options: ReadOptions, n_columns: int) -> list[_Row]:
    """Give the columns of each line that is no comment, all checked to be as many.

    n_columns (int): How many columns the file is known to have, 0 if that is not known yet.
    """
    if block.n_lines > MAX_TOKENS:
        raise InvalidRecord(Errors.C111, Place(file, block.first), limit=MAX_TOKENS)
    texts = [(place := Place(file, line.number), line.read(place)) for line in block.lines]
    n_comments = _count_comments([text for _, text in texts], options, n_columns)
    rows: list[_Row] = []
    for place, text in texts[n_comments:]:
        cells = split_columns(text)
        if SEPARATOR.search(text):
            _check_separators(cells, place)
        found = len(cells)
        if n_columns and found != n_columns:
            expected = f"{n_columns} as in the lines before"
            raise InvalidRecord(Errors.C107, place, found=found, expected=expected)
        if not n_columns and not _has_columns(found, options):
            label = (
                "" if options.unlabelled else f" and, apart from it, {options.label_column} (label)"
            )
            expected = f"a column {options.token_column} (token){label}"
            raise InvalidRecord(Errors.C107, place, found=found, expected=expected)
        n_columns = found
        rows.append(_Row(place, cells))
    return rows


def _check_separators(cells: Sequence[str], place: Place) -> None:
    """Check that no other line end than LF and CR stands between two tokens: C165."""
    for cell in cells:
        # One that is a token of its own is white space like other.
        if cell.strip(SEPARATORS) and any(separator in cell for separator in SEPARATORS):
            raise InvalidRecord(Errors.C165, place)


def _has_columns(n_columns: int, options: ReadOptions) -> bool:
    """Tell whether lines of so many columns hold a token and a tag."""
    wanted = [options.token_column]
    wanted += [] if options.unlabelled else [options.label_column]
    found = {index % n_columns for index in wanted if -n_columns <= index < n_columns}
    return len(found) == len(wanted)


def _count_comments(texts: Sequence[str], options: ReadOptions, n_columns: int) -> int:
    """Count the comments at the start of a sentence.

    texts (Sequence[str]): Its lines.
    options (ReadOptions): The columns.
    n_columns (int): How many columns the file is known to have, 0 if that is not known yet.
    """
    n_marked = next((n for n, text in enumerate(texts) if text[:1] != "#"), len(texts))
    if not n_marked:
        return 0
    others = texts[n_marked:]
    tabs = bool(others) and "\t" in others[0]
    n_columns = n_columns or (len(split_columns(others[0])) if others else 0)
    tags = {cells[-1] for text in others if (cells := split_columns(text))}
    for number, text in enumerate(texts[:n_marked]):
        cells = split_columns(text)
        fits = len(cells) == (n_columns or len(cells)) and (not tabs or "\t" in text)
        if fits and _has_columns(len(cells), options) and _is_token(cells, tags, options):
            return number
    return n_marked


def _is_token(cells: Sequence[str], tags: set[str], options: ReadOptions) -> bool:
    """Tell whether a line that starts with #, with as many columns as others, has a token.

    tags (set[str]): What stands in the last column of the lines that do not start with #.
    """
    if len(cells) == 1:
        return True
    at = options.label_column
    tag = cells[at] if -len(cells) <= at < len(cells) else cells[-1]
    if TAG.fullmatch(tag) or tag == MISSING_TAG or tag in tags:
        return True
    # "#sofia" is a word whose tag is broken, "# sofia" is a remark.
    return cells[0] != "#" and len(cells) == 2 and bool(tags)


def _make_record(rows: Sequence[_Row], raw: str, options: ReadOptions) -> TokenRecord:
    rows = _drop_surface(rows, options)
    words = [row.cells[options.token_column] for row in rows]
    tags = None if options.unlabelled else [row.cells[options.label_column] for row in rows]
    return make_sentence(words, tags, [row.place for row in rows], raw, options=options)


def _drop_surface(rows: Sequence[_Row], options: ReadOptions) -> Sequence[_Row]:
    """Drop the lines of CoNLL-U that are no words: 1-2 shows how words 1 and 2 are written.

    RAISES (InvalidRecord): C164 if such a line has a tag.
    """
    if options.token_column == 0:
        return rows
    words = [row for row in rows if not RANGE.fullmatch(row.cells[0])]
    numbered = all(row.cells[0].isdecimal() for row in words)
    if len(words) == len(rows) or not words or not numbered:
        return rows
    for row in rows:
        if RANGE.fullmatch(row.cells[0]) and not options.unlabelled:
            tag = row.cells[options.label_column]
            if tag not in NO_TAGS:
                raise InvalidRecord(Errors.C164, row.place, number=row.cells[0], tag=tag)
    return words


def _check_numbers(blocks: Sequence[_Block], file: str, options: ReadOptions) -> None:
    """Check that the tokens of the first sentences are not their own numbers: C150.

    In one sentence they may be, but not in nearly all.
    """
    found: list[list[_Row]] = []
    for block in blocks:
        try:
            rows = _read_block(block, file, options, 0)
        except InvalidRecord:
            continue
        if rows and _has_other_columns(rows, options):
            found.append(rows)
    words = [[row.cells[options.token_column] for row in rows] for rows in found]
    counted = [_counts_up(sentence) for sentence in words]
    if not counted or sum(counted) < MOST * len(counted):
        return
    shown = max(words, key=len)
    # A token alone may end with any number.
    if len(shown) < MIN_COUNTED and not any(FIRST.fullmatch(word[0]) for word in words):
        return
    column = (options.token_column + 1) % len(found[0][0].cells)
    values = {"found": ", ".join(shown[:3]), "column": column}
    raise InvalidRecord(Errors.C150, found[0][0].place, **values)


def _has_other_columns(rows: Sequence[_Row], options: ReadOptions) -> bool:
    """Tell whether there is a column besides that of the tokens that may hold them."""
    n_columns = len(rows[0].cells)
    if not options.unlabelled or n_columns != 2:
        return n_columns > 2
    at = 1 - options.token_column % 2
    return not all(TAG.fullmatch(row.cells[at]) for row in rows)


def _counts_up(words: Sequence[str]) -> bool:
    """Tell whether words end with numbers that rise, and begin alike."""
    # Multiword tokens of CoNLL-U stand among the numbers.
    kept = [word for word in words if not RANGE.fullmatch(word)]
    matches = [COUNTED.fullmatch(word) for word in (kept or words)]
    parts = [(match.group(1), int(match.group(2))) for match in matches if match]
    return (
        len(parts) == len(matches)
        and len({start for start, _ in parts}) == 1
        and all(now > last for (_, last), (_, now) in zip(parts, parts[1:], strict=False))
    )
