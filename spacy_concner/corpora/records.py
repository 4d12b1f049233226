"""What corpus files hold once read: records, their places, and what is wrong with them.

The readers (`tabular`, `jsonl`, `plain_text`, `rows`) turn a stream of lines or rows into a
stream of records. They know no model and build no Doc, and they do not stop at a broken
record: it comes out as a `Rejected` in its place, for the caller to raise or to count; one that
annotators took out comes as a `Skipped`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, TypeAlias

from ..errors import ConcnerError, Errors

FORMATS = ("conll", "jsonl", "text", "datasets")

SUFFIXES = {
    ".conll": "conll",
    ".iob": "conll",
    ".iob2": "conll",
    ".bio": "conll",
    ".tsv": "conll",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".txt": "text",
    ".parquet": "datasets",
    ".json": "datasets",
    ".csv": "datasets",
}

UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands in its source.

    file (str): Path or name of the source.
    line (int): Number of the line or row, from 1.
    unit (str): What is counted, "line" or "row".
    """

    file: str
    line: int
    unit: str = "line"

    def __str__(self) -> str:
        """Name the place as error messages do."""
        return f"{self.file}, {self.unit} {self.line}"


@dataclass(slots=True)
class TokenRecord:
    """A sentence that comes in tokens.

    words (list[str]): The tokens.
    tags (list[str] | None): A valid IOB2 tag for each, "-" where the annotation of a token
        is missing; None if the sentence has no annotation.
    place (Place): Where it begins.
    raw (str): The record as it stands in the source.
    """

    words: list[str]
    tags: list[str] | None
    place: Place
    raw: str


@dataclass(slots=True)
class TextRecord:
    """A sentence that comes as text.

    text (str): The text.
    spans (list[tuple[int, int, str]] | None): Start and end in characters, and type, of each
        entity, in order and free of overlaps; None if the sentence has no annotation.
    place (Place): Where it stands.
    raw (str): The record as it stands in the source.
    tokens (list[tuple[str, bool]] | None): Text of each token and whether a space follows;
        None if the text is to be split.
    unannotated (list[tuple[int, int]]): Start and end in characters of what lacks annotation
        while the rest has it.
    known_spaces (bool): Whether the spaces between the tokens are those of the original.
    user_data (dict[str, Any]): What the Doc is to carry besides.
    """

    text: str
    spans: list[tuple[int, int, str]] | None
    place: Place
    raw: str
    tokens: list[tuple[str, bool]] | None = None
    unannotated: list[tuple[int, int]] = field(default_factory=list)
    known_spaces: bool = True
    user_data: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class BitextRecord:
    """A sentence and its translations, the source first.

    segments (list[tuple[str, TextRecord]]): Language code and text of each.
    place (Place): Where it stands.
    raw (str): The record as it stands in the source.
    user_data (dict[str, Any]): What the Doc is to carry besides.
    """

    segments: list[tuple[str, TextRecord]]
    place: Place
    raw: str
    user_data: dict[str, Any] = field(default_factory=dict)


Record: TypeAlias = TokenRecord | TextRecord | BitextRecord


class InvalidRecord(ConcnerError):
    """A record that breaks its format."""

    def __init__(self, template: str, place: Place, **values: Any) -> None:
        """Fill in the message.

        template (str): Message of `Errors`, with its code.
        place (Place): Where the record is broken.
        values (Any): What the template names besides the place.
        """
        super().__init__(template.format(place=place, **values))
        self.code = template[1 : template.index("]")]
        self.place = place


@dataclass(slots=True)
class Rejected:
    """A broken record in the stream of records.

    error (InvalidRecord): What is wrong with it, and where.
    raw (str): The record as it stands in the source.
    """

    error: InvalidRecord
    raw: str


@dataclass(slots=True)
class Skipped:
    """A record that its annotators took out, in the stream of records.

    answer (str): Why: "reject" or "ignore", as Prodigy writes it.
    """

    answer: str


def detect_format(source: str, exists: bool, is_folder: bool) -> str:
    """Tell the format of a source by its name.

    source (str): Path of a file or folder, or name of a dataset on the hub.
    exists (bool): Whether there is such a path.
    is_folder (bool): Whether the path is a folder.
    RETURNS (str): One of `FORMATS`.
    RAISES (ConcnerError): C104 if the name does not tell.
    """
    if is_folder:
        return "datasets"
    suffix = PurePath(source).suffix.lower()
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    parts = source.split("/")
    if not exists and len(parts) <= 3 and all(part.strip(".") for part in parts):
        return "datasets"
    raise ConcnerError(Errors.C104.format(source=source))


def without_mark(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Give lines without the byte order mark that some editors put before the first."""
    for line in lines:
        yield line.removeprefix(UTF8_MARK)
        break
    yield from lines


def decode(line: bytes, place: Place) -> str:
    """Decode a line, without its line end.

    line (bytes): The line as it stands in the file.
    place (Place): Where it stands.
    RETURNS (str): The text of the line.
    RAISES (InvalidRecord): C105 if it is not UTF-8.
    """
    try:
        return line.decode("utf8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        byte = error.start
        raise InvalidRecord(Errors.C105, place, byte=byte + 1, value=line[byte]) from None


def show_raw(lines: list[bytes]) -> str:
    """Give lines as text for a rejects file, bytes that are no UTF-8 as escapes."""
    return b"".join(lines).decode("utf8", errors="backslashreplace").rstrip("\r\n")
