"""Which reader reads a file: its content decides, its name helps where content may be either."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from pathlib import Path, PurePath

from ..errors import ConcnerError, Errors
from .formats.brat import SUFFIX as BRAT_SUFFIX
from .formats.conll import split_columns
from .formats.csv_files import find_delimiter
from .formats.hub import PARQUET
from .formats.inline_tags import has_inline_tags
from .formats.json_files import parse_json
from .formats.webanno import HEADER as WEBANNO
from .lines import CHUNK, read_lines
from .read_options import ReadOptions
from .records import InvalidRecord, Place
from .tag_schemes import TAG

FORMATS = ("conll", "inline", "jsonl", "csv", "text", "brat", "webanno", "datasets")
ALIASES = {"json": "jsonl", "ndjson": "jsonl", "tsv": "csv"}
SUFFIXES = {
    ".conll": "conll",
    ".conllu": "conll",
    ".iob": "conll",
    ".iob2": "conll",
    ".bio": "conll",
    ".bioes": "conll",
    ".tsv": "conll",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".txt": "text",
    PARQUET: "datasets",
    BRAT_SUFFIX: "brat",
}
PACKED = {
    b"PK\x03\x04": "a zip archive or an office document",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"%PDF": "a PDF document",
    b"x\x9c": "packed, as a .spacy file is",
    b"\xd0\xcf\x11\xe0": "an old office document",
}
PARQUET_MARK = b"PAR1"
# Of documents beside the corpus in a folder.
ABOUT = re.compile(
    r"(readme|licen[cs]e|copying|changelog|citation|notice)\b.*|.*\.(md|rst|bib|conf)", re.I
)
COPY = re.compile(r".*(~|\.(bak|orig|swp))", re.I)
SPLIT = re.compile(
    r"(?<![a-z])(train|dev|valid|val|validation|test|testa|testb)(?:ing)?(?![a-z])", re.I
)
SAME_SPLIT = {
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    # Of CoNLL 2003.
    "testa": "validation",
    "testb": "test",
}
FIELD = re.compile(
    r"(sentence|sent|word|token|tag|label|text|pos|entity|span|id|ner)s?([ _-]?(#|id|tags?|no))?",
    re.I,
)
NAMES = {
    "conll": "CoNLL",
    "inline": "tokens with tags after a bar",
    "jsonl": "JSON",
    "csv": "CSV with a header",
}
MARKUP = {
    "PubTator": re.compile(r"^[0-9]+(\|[ta]\||\t[0-9]+\t[0-9]+\t|\t\S+\t\S+\t\S+$)"),
    "text with entities in tags of XML": re.compile(r"<(\w+)( [^<>]*)?>[^<>]+</\1>"),
    "text of OpenNLP": re.compile(r"<START(:[^<>]+)?> .*<END>"),
    "text of Rasa": re.compile(r"\[[^\[\]]+\]\(\w+\)"),
    "tokens with tags after a comma": re.compile(r"^\S+[,;] ?(O|[BIMLEUSW]-\S+)\s*$"),
    "tokens with tags after a slash": re.compile(r"^(\S+/(O|[A-Z][A-Z_-]*)(\s+|$))+$"),
}
"""Ways to annotate text that no reader reads, each with what most of its lines hold."""
NUMBERED = re.compile(r"[0-9]+\t[^\t]+")
"""A line of the corpora of Leipzig: the number of a sentence, and the sentence."""
ANY_TYPE = re.compile(r"[^\W\d_][\w.-]*")
CAPITALS = re.compile(r"[A-Z][A-Z_-]*")
MOST_COLUMNS = 6
N_LOOKED_AT = 200
MOST, HALF = 0.9, 0.5


@dataclass(frozen=True)
class Source:
    """A file to read, or a dataset.

    path: its path, or name on the hub.
    format: what reads it, one of `FORMATS`.
    """

    path: str
    format: str


@dataclass(frozen=True)
class Sources:
    """What a call reads.

    files: the files, in order of their names.
    other_splits: files of the same folder that are of other splits, and not read.
    """

    files: list[Source]
    other_splits: list[Path] = field(default_factory=list)

    @property
    def formats(self) -> str:
        """Names of the formats."""
        return ", ".join(sorted({file.format for file in self.files}))


def find_sources(source: str, format: str, options: ReadOptions) -> Sources:
    """Tell which files a source consists of, and what reads each.

    source (str): Path of a file or folder, or name of a dataset on the hub.
    format (str): One of `FORMATS`, or "auto" to find out.
    options (ReadOptions): Encoding, split and fields.
    RETURNS (Sources): The files.
    RAISES (ConcnerError): C103 for a file that cannot be read, C104 if nothing tells the format,
        C149 if content and name say different things, C158 to C160 and C172 for folders, C166 for
        text that is annotated in a way that is not read, C170 for text that is numbered.
    """
    format = ALIASES.get(format, format)
    path = Path(source)
    if path.is_dir():
        return _find_files(path, format, options)
    if path.exists():
        local = "auto" if format == "datasets" else format
        found = _check_brat(path, local, detect_format(path, local, options))
        return Sources([Source(source, found)])
    if format == "auto":
        format = _format_of_name(source)
    return Sources([Source(source, format)])


def detect_format(path: Path, format: str, options: ReadOptions) -> str:
    """Tell the format of a file.

    path (Path): The file.
    format (str): "auto", or the format that was named, which is given back.
    options (ReadOptions): Encoding and fields.
    RETURNS (str): One of `FORMATS`.
    RAISES (ConcnerError): C103, C104, C149, C166, C170.
    """
    if format != "auto":
        return format
    head = read_head(path)
    meant = SUFFIXES.get(path.suffix.lower(), "")
    for mark, what in PACKED.items():
        if head.startswith(mark):
            raise ConcnerError(Errors.C103.format(path=path, reason=f"it is {what}", format="text"))
    if head.startswith(PARQUET_MARK):
        return "datasets"
    if meant in ("datasets", "brat"):
        return meant
    lines = _read_start(head, path, options)
    found = _look(lines, options)
    if not found and meant in ("text", ""):
        _check_markup(lines, path)
    if found == "webanno" or not meant:
        if not found:
            raise ConcnerError(Errors.C104.format(source=str(path)))
        return found
    # Tab-separated values are CoNLL or rows, and only rows have names above; both CoNLL and lines
    # of tokens with their tags are called IOB.
    either = (found == "csv" and path.suffix.lower() == ".tsv") or (
        found == "inline" and meant == "conll"
    )
    if not found or found == meant or either:
        return found or meant
    if meant == "conll" and found == "csv":
        return meant
    values = {"path": path, "format": found, "meant": meant}
    raise ConcnerError(Errors.C149.format(**values, found=NAMES[found]))


def read_head(path: Path) -> bytes:
    """Read the start of a file: C103 if it cannot be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(CHUNK)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConcnerError(Errors.C103.format(path=path, reason=reason, format="text")) from error


def _read_start(head: bytes, path: Path, options: ReadOptions) -> list[str]:
    """Give the first lines of a file that can be decoded, the last of which may be cut."""
    texts: list[str] = []
    try:
        for line in islice(read_lines(BytesIO(head), str(path), options.encoding), N_LOOKED_AT):
            try:
                texts.append(line.read(Place(str(path), line.number)))
            except InvalidRecord:
                continue
    except InvalidRecord:
        # A character of UTF-16 that the end of the head has cut.
        pass
    return texts


def _look(lines: list[str], options: ReadOptions) -> str:
    """Tell what lines look like; empty if they might be anything."""
    filled = [line for line in lines if line.strip()]
    if not filled:
        return ""
    if filled[0].startswith(WEBANNO):
        return "webanno"
    if _is_json(filled[0], filled):
        return "jsonl"
    # Rows of tokens with their tags are lines of CoNLL, too, but for the names above them.
    if _is_csv(filled, options):
        return "csv"
    if _is_conll(filled):
        return "conll"
    if all(has_inline_tags(line) for line in filled[:-1] or filled):
        return "inline"
    return ""


def _check_markup(lines: list[str], path: Path) -> None:
    """Check that text is not annotated in a way that no reader reads, nor numbered: C166, C170."""
    filled = [line for line in lines if line.strip()]
    n_numbered = sum(bool(NUMBERED.fullmatch(line.strip())) for line in filled)
    if n_numbered >= max(2, MOST * len(filled)):
        raise ConcnerError(Errors.C170.format(path=path))
    for name, pattern in MARKUP.items():
        if sum(bool(pattern.search(line)) for line in filled) > HALF * len(filled):
            raise ConcnerError(Errors.C166.format(path=path, found=name))


def _is_json(first: str, lines: list[str]) -> bool:
    start = re.sub(r"\s+", "", "".join(lines[:3]))[:2]
    if not re.match(r'\{["}]|\[[\[{"\]]', start):
        return False
    try:
        parse_json(first)
    except ValueError:
        # An object or a list over several lines, or a long line that is cut.
        return first.strip() in ("{", "[") or bool(re.match(r'\s*(\[\s*)?\{\s*"[^"]*"\s*:', first))
    return True


def _is_conll(lines: list[str]) -> bool:
    rows = [split_columns(line) for line in lines if line[:1] != "#"]
    rows = [cells for cells in rows if cells[0] != "-DOCSTART-"]
    if len(rows) < 2:
        return False
    n_columns = len(rows[0])
    alike = [cells for cells in rows if len(cells) == n_columns]
    if n_columns < 2 or len(alike) < MOST * len(rows):
        return False
    if _has_plain_types([cells[-1] for cells in alike], n_columns, "\t" in "".join(lines)):
        return True
    return any(
        sum(TAG.fullmatch(cells[at]) is not None for cells in alike) >= MOST * len(alike)
        # Types alone: what else stands half the time as a column of O?
        or sum(cells[at] == "O" for cells in alike) >= HALF * len(alike)
        for at in range(n_columns)
    )


def _has_plain_types(column: Sequence[str], n_columns: int, has_tabs: bool) -> bool:
    """Tell whether the last column of lines is one of types without prefixes.

    Few values come again and again, O among them. Words separated by blanks are columns only if
    all of them are in capitals and O is the most frequent.
    """
    counts = Counter(column)
    n_outside = counts["O"]
    if len(counts) == len(column) or not n_outside:
        return False
    if has_tabs:
        return all(ANY_TYPE.fullmatch(value) for value in counts)
    is_most = n_outside == max(counts.values()) > 1
    all_capitals = all(CAPITALS.fullmatch(value) for value in counts)
    return is_most and all_capitals and n_columns <= MOST_COLUMNS


def _is_csv(lines: list[str], options: ReadOptions) -> bool:
    delimiter = find_delimiter(lines[0])
    names = [name.strip(' "') for name in lines[0].split(delimiter)]
    if len(names) < 2 or len(set(names)) < len(names):
        return False
    wanted = {options.tokens_field, options.tags_field, options.sentence_field} - {""}
    known = sum(bool(FIELD.fullmatch(name)) or name in wanted for name in names)
    if any(TAG.fullmatch(name) for name in names):
        return False
    return known >= 2 and any(delimiter in line for line in lines[1:2])


def _format_of_name(source: str) -> str:
    """Tell the format of what is not there: C104 if its name does not."""
    suffix = PurePath(source).suffix.lower()
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    parts = source.split("/")
    if len(parts) <= 3 and all(part.strip(".") for part in parts):
        return "datasets"
    raise ConcnerError(Errors.C104.format(source=source))


def _check_brat(path: Path, named: str, found: str) -> str:
    """Read a text as brat where its annotations stand beside it."""
    beside = path.with_suffix(BRAT_SUFFIX).is_file()
    return "brat" if named == "auto" and found == "text" and beside else found


def _find_files(folder: Path, format: str, options: ReadOptions) -> Sources:
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    paths = [path for path in paths if not _is_hidden(path.relative_to(folder))]
    paths = [path for path in paths if not ABOUT.fullmatch(path.name)]
    if paths and all(path.suffix.lower() == PARQUET for path in paths):
        return Sources([Source(str(folder), "datasets")])
    annotated = {path for path in paths if path.suffix.lower() == BRAT_SUFFIX}
    if annotated and format in ("auto", "brat"):
        return _find_brat(folder, paths, annotated, options)
    chosen = _choose_split(folder, paths, options.split)
    for path in chosen:
        # Its sentences would be there twice, or as they were before.
        if COPY.fullmatch(path.name):
            raise ConcnerError(Errors.C172.format(folder=folder, path=path))
    found: list[Source] = []
    for path in chosen:
        try:
            name = detect_format(path, "auto" if format == "datasets" else format, options)
        except ConcnerError as error:
            if "[C104]" in str(error):
                raise ConcnerError(Errors.C158.format(folder=folder, path=path)) from error
            raise
        found.append(Source(str(path), name))
    formats = {source.format: source.path for source in found}
    if len(formats) > 1:
        listed = ", ".join(f"{name} ({path})" for name, path in sorted(formats.items()))
        raise ConcnerError(Errors.C159.format(folder=folder, found=listed))
    if not found:
        raise ConcnerError(Errors.C103.format(path=folder, reason="it is empty", format="text"))
    return Sources(found, sorted({*paths} - {*chosen}))


def _find_brat(
    folder: Path, paths: list[Path], annotated: set[Path], options: ReadOptions
) -> Sources:
    texts = [path for path in paths if path.suffix.lower() == ".txt"]
    for path in sorted({*paths} - {*texts} - annotated):
        raise ConcnerError(Errors.C158.format(folder=folder, path=path))
    for path in sorted(annotated):
        if path.with_suffix(".txt") not in texts:
            raise ConcnerError(Errors.C163.format(path=path))
    chosen = _choose_split(folder, texts, options.split)
    found = [Source(str(path), "brat") for path in chosen]
    return Sources(found, sorted({*texts} - {*chosen}))


def _choose_split(folder: Path, paths: list[Path], split: str) -> list[Path]:
    """Choose the files of a split, if their names tell splits: C160 if none is of it."""
    splits = {path: _split_of(path.relative_to(folder)) for path in paths}
    known = sorted({name for name in splits.values() if name})
    if not known:
        return paths
    wanted = SAME_SPLIT.get(split, split)
    chosen = [path for path in paths if splits[path] == wanted]
    if not chosen:
        raise ConcnerError(Errors.C160.format(folder=folder, split=split, found=", ".join(known)))
    return chosen


def _split_of(path: PurePath) -> str:
    for part in (path.name, *reversed(path.parent.parts)):
        if match := SPLIT.search(part):
            name = match.group(1).lower()
            return SAME_SPLIT.get(name, name)
    return ""


def _is_hidden(path: PurePath) -> bool:
    return any(part.startswith(".") for part in path.parts)
