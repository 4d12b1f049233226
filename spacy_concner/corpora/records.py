"""What corpus files hold once read: records, their places, and what is wrong with them.

The readers in `formats` turn a stream of lines or rows into a stream of records. They know no
model and build no Doc, and they do not stop at a broken record: it comes out as a `Rejected` in
its place, for the caller to raise or to count; one that annotators took out comes as a `Skipped`.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from ..errors import ConcnerError

DOCUMENT_MARK = "-DOCSTART-"
"""What stands between documents in CoNLL 2003, and in what was made of it: no token."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands in its source.

    file (str): Path or name of the source.
    line (int): Number of the line, row or record, from 1.
    unit (str): What is counted, "line", "row" or "record".
    """

    file: str
    line: int
    unit: str = "line"

    def __str__(self) -> str:
        """Name the place as error messages do."""
        return f"{self.file}, {self.unit} {self.line}"


class Span(NamedTuple):
    """An entity in a text: start and end in characters, the end exclusive, and its type."""

    start: int
    end: int
    label: str


@dataclass(slots=True)
class TokenRecord:
    """A sentence that comes in tokens.

    words (list[str]): The tokens.
    tags (list[str] | None): A valid IOB2 tag for each, "-" where the annotation of a token
        is missing; None if the sentence has no annotation.
    place (Place): Where it begins.
    raw (str): The record as it stands in the source.
    n_stripped (int): Tokens whose prefix was taken off.
    """

    words: list[str]
    tags: list[str] | None
    place: Place
    raw: str
    n_stripped: int = 0


@dataclass(slots=True)
class TextRecord:
    """A sentence that comes as text.

    text (str): The text.
    spans (list[Span] | None): Its entities, in order and free of overlaps; None if the sentence
        has no annotation.
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
    spans: list[Span] | None
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

    answer (str): Why: "reject" or "ignore", as Prodigy writes it, or "cancelled".
    """

    answer: str
