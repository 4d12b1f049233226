"""Bytes of text files into lines and text: encodings, byte order marks, line ends.

A line ends with LF, CR LF or CR, and with CR CR LF, which text mode makes of CR LF on Windows;
U+2028 and its like stand inside of lines. A byte order mark of UTF-16 or UTF-32 is followed.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from ..errors import ConcnerError, Errors
from .records import InvalidRecord, Place

CHUNK = 1 << 16
UTF8 = "utf-8"
MARKS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
LINE_END = re.compile(rb"\r{0,2}\n|\r")
SEPARATORS = "\u2028\u2029\x85\x0b\x0c"
"""What ends a line for some editors, but not here."""
# Text that is mostly ASCII is half NULs in UTF-16, and no other text has so many.
MANY_NULS = 0.2


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text file.

    number: its number, from 1.
    data: its bytes, without the line end.
    encoding: what they are encoded in.
    """

    number: int
    data: bytes
    encoding: str = UTF8

    def read(self, place: Place) -> str:
        """Give its text.

        place (Place): Where it stands, for messages.
        RETURNS (str): The text.
        RAISES (InvalidRecord): C105 if the bytes are not of the encoding, C146 for a NUL.
        """
        try:
            text = self.data.decode(self.encoding)
        except UnicodeDecodeError as error:
            raise _wrong_byte(error, place, self.encoding) from None
        if "\0" in text:
            raise InvalidRecord(Errors.C146, place, hint="")
        return text

    @property
    def raw(self) -> str:
        """The line as it can be shown, bytes of another encoding as escapes."""
        return self.data.decode(self.encoding, errors="backslashreplace")

    @property
    def is_blank(self) -> bool:
        """Whether it holds nothing, or spaces and tabs only."""
        return not self.data.strip()


def read_lines(stream: IO[bytes], file: str, encoding: str = "") -> Iterator[Line]:
    """Split a file into lines.

    stream (IO[bytes]): The file.
    file (str): Its name in messages.
    encoding (str): Its encoding; "" for what a byte order mark says, or UTF-8.
    YIELDS (Line): The lines.
    RAISES (ConcnerError): C146 if it seems to be UTF-16 without a byte order mark, C105 for
        UTF-16 and UTF-32 that is broken.
    """
    chunks, encoding = _open_chunks(stream, file, encoding)
    number = 1
    pieces: list[bytes] = []
    held = b""
    for chunk in chunks:
        chunk = held + chunk
        # The line end may go on in the next chunk.
        kept = chunk.rstrip(b"\r")
        if len(chunk) - len(kept) > 2:
            kept = chunk[:-2]
        chunk, held = kept, chunk[len(kept) :]
        first, *others = LINE_END.split(chunk)
        pieces.append(first)
        for other in others:
            yield Line(number, b"".join(pieces), encoding)
            number += 1
            pieces = [other]
    *lines, rest = LINE_END.split(b"".join(pieces) + held)
    for data in [*lines, rest] if rest else lines:
        yield Line(number, data, encoding)
        number += 1


def read_characters(stream: IO[bytes], file: str, encoding: str = "") -> Iterator[str]:
    """Decode a file whose lines mean nothing, in chunks, line ends as they stand.

    stream (IO[bytes]): The file.
    file (str): Its name in messages.
    encoding (str): Its encoding; "" for what a byte order mark says, or UTF-8.
    YIELDS (str): Chunks of text.
    RAISES (ConcnerError): C105 if it is not of the encoding, C146 for NULs.
    """
    chunks, encoding = _open_chunks(stream, file, encoding)
    number = 1
    for text in _decode(chunks, file, encoding):
        if "\0" in text:
            number += text[: text.index("\0")].count("\n")
            raise InvalidRecord(Errors.C146, Place(file, number), hint="")
        number += text.count("\n")
        yield text


def _open_chunks(stream: IO[bytes], file: str, encoding: str) -> tuple[Iterator[bytes], str]:
    """Give the bytes of a file without byte order mark, in an encoding in which LF is a byte."""
    head = stream.read(CHUNK)
    mark, marked = next(((mark, name) for mark, name in MARKS if head.startswith(mark)), (b"", ""))
    encoding = marked or encoding or UTF8
    chunks = _chain(head[len(mark) :], stream)
    if "\n".encode(encoding).lstrip(b"\xff\xfe") != b"\n":
        return (text.encode(UTF8) for text in _decode(chunks, file, encoding)), UTF8
    if head.count(b"\0") > MANY_NULS * len(head):
        big = head[:200:2].count(b"\0") > head[1:200:2].count(b"\0")
        hint = f", as UTF-16 does: give --encoding utf-16-{'be' if big else 'le'}"
        raise ConcnerError(Errors.C146.format(place=Place(file, 1), hint=hint))
    return chunks, encoding


def _chain(head: bytes, stream: IO[bytes]) -> Iterator[bytes]:
    yield head
    while chunk := stream.read(CHUNK):
        yield chunk


def _decode(chunks: Iterable[bytes], file: str, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    number = 1
    for chunk, final in _with_end(chunks):
        try:
            text = decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            number += error.object[: error.start].count(b"\n")
            raise _wrong_byte(error, Place(file, number), encoding) from None
        number += text.count("\n")
        yield text


def _with_end(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    for chunk in chunks:
        yield chunk, False
    yield b"", True


def _wrong_byte(error: UnicodeDecodeError, place: Place, encoding: str) -> InvalidRecord:
    values = {"byte": error.start + 1, "value": error.object[error.start]}
    return InvalidRecord(Errors.C105, place, encoding=encoding.upper(), **values)
