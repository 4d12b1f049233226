"""What the columns of parallel text hold: sentences, or scores, ids, alignments and names."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

NUMBER = re.compile(r"[-+]?[0-9]*[.,]?[0-9]+(?:[eE][-+]?[0-9]+)?%?")
# Of ASCII and in one piece, so that it is no sentence in any script; a digit or an address in it.
ID = re.compile(r"(?=\S*[0-9]|https?:)[A-Za-z0-9_.:,;/#|@=?&%~+()\[\]-]+")
LINKS = re.compile(r"[0-9]+-[0-9]+(?:\s+[0-9]+-[0-9]+)*")
CODE = re.compile(r"[a-z]{2,3}(?:[_-][A-Za-z]{2,4})?")
PREFIX = re.compile(rf"({CODE.pattern}:) ?\S")
WORD = re.compile(r"[^\W\d_]+")
CAMEL = re.compile("(?<=[a-z])(?=[A-Z])")
# Sentences are longer than the names and codes that may stand above them.
SENTENCE = 12
# Of cells that are of one kind: a sentence may be a number, a score may be missing.
MOST = 0.9
# Rows that are wider than the others: up to here they are slips, told line by line.
SLIPS = 0.01
# From here on words that are all the same are no chance.
SAME = 3
MOST_WORDS = 3
NAMES = frozenset(
    """
    source target src tgt trg text texts translation translated sentence sentences sent segment
    string original reference ref hypothesis score id lang language line column col field phrase doc

    afrikaans albanian amharic arabic armenian asturian azerbaijani basque belarusian bengali
    bosnian breton bulgarian burmese catalan chinese croatian czech danish dutch english esperanto
    estonian finnish french frisian gaelic galician georgian german greek gujarati hausa hebrew
    hindi hungarian icelandic igbo indonesian irish italian japanese javanese kannada kazakh khmer
    korean kurdish kyrgyz lao latin latvian lithuanian luxembourgish macedonian malagasy malay
    malayalam maltese maori marathi mongolian nepali norwegian occitan pashto persian polish
    portuguese punjabi romanian russian sanskrit serbian sinhala slovak slovene slovenian somali
    sorbian spanish swahili swedish tagalog tajik tamil tatar telugu thai tibetan turkish turkmen
    ukrainian urdu uyghur uzbek vietnamese welsh xhosa yiddish yoruba zulu

    deutsch english español français italiano português nederlands polski čeština slovenčina
    slovenščina hrvatski srpski română magyar suomi svenska dansk norsk eesti latviešu lietuvių
    türkçe català euskara galego shqip български русский українська македонски српски ελληνικά
    中文 日本語 한국어 العربية עברית فارسی हिन्दी ไทย
    """.split()
)
"""What columns are called: by what they hold, and by languages."""


@dataclass
class Column:
    """What the cells of a column are.

    n_cells: Cells that are not empty.
    n_characters: Their characters.
    kinds: How many of them are numbers, ids or alignments.
    first: The first of them.
    n_same: How many are like the first.
    prefix: The language's code with a colon that the first begins with, such as "eng:", if it does.
    n_prefixed: How many begin with it.
    """

    n_cells: int = 0
    n_characters: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    first: str = ""
    n_same: int = 0
    prefix: str = ""
    n_prefixed: int = 0

    def add(self, cell: str) -> None:
        """Take a cell into account."""
        cell = cell.strip()
        if not cell:
            return
        if not self.first:
            self.first = cell
            self.prefix = match[1] if (match := PREFIX.match(cell)) else ""
        self.n_cells += 1
        self.n_characters += len(cell)
        self.n_same += cell == self.first
        self.n_prefixed += bool(self.prefix) and cell.startswith(self.prefix)
        # An alignment looks like an id, so both are counted.
        for kind, pattern in (("numbers", NUMBER), ("alignments", LINKS), ("ids", ID)):
            self.kinds[kind] += pattern.fullmatch(cell) is not None

    def no_sentences(self) -> str:
        """Say what the cells are if they are no sentences; empty if they may be."""
        if self.n_cells > 1:
            for kind in ("numbers", "alignments", "ids"):
                if self.kinds[kind] >= MOST * self.n_cells:
                    return kind
        # A corpus or a language in every line, not a sentence that comes again.
        least = 2 if CODE.fullmatch(self.first) else SAME
        if self.n_same == self.n_cells >= least and len(self.first.split()) == 1:
            return f"nothing but {self.first[:40]!r}"
        if self.n_prefixed == self.n_cells > 1:
            return f"{self.prefix!r} before every sentence"
        return ""


@dataclass
class Table:
    """What the lines of a file are.

    n_lines: Lines, blank ones among them.
    first: The first that is not blank.
    head: Cells of the first row.
    widths: Rows by their number of cells; a line without a tab is one of width 1.
    numbers: Number of the first line of each width, from 1.
    columns: The columns.
    """

    n_lines: int = 0
    first: str = ""
    head: tuple[str, ...] = ()
    widths: Counter[int] = field(default_factory=Counter)
    numbers: dict[int, int] = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)

    def wider_than(self, width: int) -> int:
        """Count the rows of more cells."""
        return sum(count for found, count in self.widths.items() if found > width)

    def mean_length(self) -> float:
        """Give the mean number of characters of a cell below the first row."""
        above = [cell.strip() for cell in self.head if cell.strip()]
        n_cells = sum(column.n_cells for column in self.columns) - len(above)
        n_characters = sum(column.n_characters for column in self.columns) - len("".join(above))
        return n_characters / max(1, n_cells)


def split_cells(line: str, width: int) -> list[str]:
    """Split a line at its tabs; empty cells at its end are none.

    line (str): The line.
    width (int): Cells that are kept even if they are empty.
    RETURNS (list[str]): The cells.
    """
    cells = line.rstrip("\r\n").split("\t")
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    return cells


def fits_width(line: str, width: int) -> bool:
    """Tell whether a line has a number of cells; empty ones at its end may be there or not.

    line (str): The line.
    width (int): The number of cells.
    """
    return len(split_cells(line, 1)) <= width <= line.count("\t") + 1


def read_table(lines: Iterable[str], width: int) -> Table:
    """Look at all lines of a file.

    lines (Iterable[str]): The lines.
    width (int): Number of cells that a line should have; lines of less are no rows.
    RETURNS (Table): What they are.
    """
    table = Table()
    for line in lines:
        table.n_lines += 1
        if not line.strip():
            continue
        table.first = table.first or line.strip()
        cells = split_cells(line, width)
        table.widths[len(cells)] += 1
        table.numbers.setdefault(len(cells), table.n_lines)
        if len(cells) < min(width, 2):
            continue
        table.head = table.head or tuple(cells)
        while len(table.columns) < len(cells):
            table.columns.append(Column())
        for column, cell in zip(table.columns, cells, strict=False):
            column.add(cell)
    return table


def why_not_sentences(
    table: Table, width: int, chosen: Sequence[int], *, is_told: bool, aligned: int | None = None
) -> str:
    """Say why the columns of a file are not the sentences that are looked for in them.

    table (Table): The file.
    width (int): Number of cells that a line should have.
    chosen (Sequence[int]): Columns of the sentences.
    is_told (bool): Whether these were named: further columns are then left out, and so is a row
        of names.
    aligned (int | None): Column of alignments.
    RETURNS (str): The reason, empty if there is none.
    """
    n_columns = max(table.widths, default=0)
    if max(chosen) >= n_columns:
        return f"has {_columns(n_columns)}, and no column {max(chosen)}"
    if not is_told:
        if why := why_too_wide(table, width):
            return why
        if is_header([table.head[n] for n in chosen if n < len(table.head)], table.mean_length()):
            return "has a header"
    for number in chosen:
        if what := table.columns[number].no_sentences():
            return f"has {what} in column {number}"
    if aligned is not None:
        column = table.columns[aligned] if aligned < len(table.columns) else Column()
        if column.n_cells > 1 and column.kinds["alignments"] < (1 - MOST) * column.n_cells:
            return f"has no alignments in column {aligned}"
    return ""


def why_too_wide(table: Table, width: int) -> str:
    """Say which columns there are beside those that are looked for; empty if there are none.

    table (Table): The file.
    width (int): Number of cells that a line should have.
    RETURNS (str): What there is. A wide row among hundreds is a slip, and told as such later.
    """
    if table.wider_than(width) <= SLIPS * sum(table.widths.values()):
        return ""
    wider = {found: line for found, line in table.numbers.items() if found > width}
    n_columns = max(wider)
    since = min(wider.values())
    where = "" if since == 1 else f" from line {since} on"
    if width == 2 and n_columns == 3 and table.columns[2].no_sentences() == "alignments":
        return f"has alignments in column 2{where} (--alignments column reads them)"
    return f"has {_columns(n_columns)}{where}"


def _columns(number: int) -> str:
    return "1 column" if number == 1 else f"{number} columns"


def is_header(cells: Sequence[str], length: float) -> bool:
    """Tell whether the cells of a line name columns.

    cells (Sequence[str]): The cells.
    length (float): Mean length of the cells below, in characters.
    """
    cells = [cell.strip("\"'# \t") for cell in cells]
    if not cells or not all(cells):
        return False
    named = [_is_name(cell) for cell in cells]
    if all(named):
        return True
    if length <= SENTENCE:
        return False
    # "English" beside the word for it in any language, which stands above sentences.
    words = [len(cell.split()) == 1 for cell in cells]
    return all(CODE.fullmatch(cell) for cell in cells) or (any(named) and all(words))


def _is_name(cell: str) -> bool:
    """Tell whether a cell is a name, with at most one language's code: "en_text", "text (BG)"."""
    words = [word for part in WORD.findall(cell) for word in CAMEL.split(part)]
    others = [word for word in words if word.lower() not in NAMES]
    # "In" begins a sentence and is no code.
    are_codes = all(CODE.fullmatch(word.lower()) and not word.istitle() for word in others)
    return len(others) < len(words) <= MOST_WORDS and len(others) <= 1 and are_codes
