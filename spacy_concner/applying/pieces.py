"""Pieces of input files: what a shard is made of, small enough to be sent to a worker.

What is read of a file here is only where its records begin and end; what they say, and whether they
are broken, is read by the worker (`records`). So a run that makes every tenth shard passes over
the others about as fast as the disk reads.
"""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import IO, Any, Protocol, TypeAlias

from spacy.tokens import DocBin

from ..corpora.lines import Line, read_lines
from ..errors import ConcnerError, Errors
from ..files import show_reason
from ..folder_marker import file_sha256
from ..remote import as_told, is_remote, locate, open_stream, read_bytes
from .parquet import import_pyarrow

DOCS, TEXT, JSON, PARQUET = ".spacy", ".txt", ".jsonl", ".parquet"
COMPRESSED = ".gz"
# Rows that pyarrow decodes at once.
BATCH_ROWS = 1000
SUFFIXES = (DOCS, TEXT, f"{TEXT}{COMPRESSED}", JSON, f"{JSON}{COMPRESSED}", PARQUET)


@dataclass(frozen=True)
class Lines:
    """Lines of a file of texts or of JSON.

    file: Its name.
    lines: The lines, none of them blank.
    is_json: Whether each is a JSON object.
    """

    file: str
    lines: list[Line]
    is_json: bool

    def __len__(self) -> int:
        """Give the number of records."""
        return len(self.lines)

    def digest(self) -> bytes:
        """Give what differs if the content does."""
        found = hashlib.sha256()
        for line in self.lines:
            found.update(b"%d:%b" % (len(line.data), line.data))
        return found.digest()


@dataclass(frozen=True)
class Rows:
    """Rows of a parquet file.

    file: Its name.
    first: Number of the first row, from 1.
    table: The rows, a `pyarrow.Table`.
    sha256: Digest of the file.
    """

    file: str
    first: int
    table: Any
    sha256: str

    def __len__(self) -> int:
        """Give the number of records."""
        return len(self.table)

    def digest(self) -> bytes:
        """Give what differs if the content does."""
        return f"{self.sha256} {self.first} {len(self)}".encode()


@dataclass(frozen=True)
class DocRange:
    """Docs of a `.spacy` file, which the worker reads.

    file: Its name.
    first: Number of the first Doc, from 1.
    n_docs: How many.
    sha256: Digest of the file.
    """

    file: str
    first: int
    n_docs: int
    sha256: str

    def __len__(self) -> int:
        """Give the number of records."""
        return self.n_docs

    def digest(self) -> bytes:
        """Give what differs if the content does."""
        return f"{self.sha256} {self.first} {self.n_docs}".encode()


Piece: TypeAlias = Lines | Rows | DocRange


class Reader(Protocol):
    """Gives a file piece by piece."""

    def take(self, n: int) -> Piece:
        """Give the next records.

        n (int): How many at most.
        RETURNS (Piece): The records; an empty piece at the end of the file.
        RAISES (ConcnerError): C642 if the file cannot be read.
        """
        ...


class LineReader:
    """Reads a file of texts or of JSON, a record a line; blank lines are passed over."""

    def __init__(self, path: Path, encoding: str) -> None:
        """Name the file.

        path (Path): The file; one that ends in .gz is compressed.
        encoding (str): Its encoding; "" for UTF-8, or what a byte order mark says.
        """
        self._path = path
        names = path.suffixes[-2:]
        self._is_json = JSON in names
        self._lines = self._read(encoding, is_compressed=names[-1] == COMPRESSED)

    def take(self, n: int) -> Piece:
        """Give the next lines; see `Reader`."""
        return Lines(str(self._path), list(islice(self._lines, n)), self._is_json)

    def _read(self, encoding: str, is_compressed: bool) -> Iterator[Line]:
        with _told(self._path):
            with open_stream(self._path) as opened, _unpacked(opened, is_compressed) as stream:
                for line in read_lines(stream, str(self._path), encoding):
                    if not line.is_blank:
                        yield line


class RowReader:
    """Reads a parquet file, a record a row."""

    def __init__(self, path: Path) -> None:
        """Name the file.

        path (Path): The file.
        """
        self._path = path
        self._next = 1
        self._sha256 = ""
        self._batches: Iterator[Any] | None = None
        self._held: Any = None

    def take(self, n: int) -> Piece:
        """Give the next rows; see `Reader`."""
        pyarrow = import_pyarrow()
        with _told(self._path):
            if self._batches is None:
                from pyarrow.parquet import ParquetFile

                self._sha256 = file_sha256(self._path)
                file = ParquetFile(open_stream(self._path))
                self._held = file.schema_arrow.empty_table()
                self._batches = file.iter_batches(batch_size=BATCH_ROWS)
            while len(self._held) < n and (batch := next(self._batches, None)) is not None:
                new = pyarrow.Table.from_batches([batch])
                self._held = pyarrow.concat_tables([self._held, new]) if len(self._held) else new
        rows, self._held = self._held.slice(0, n), self._held.slice(n)
        first, self._next = self._next, self._next + len(rows)
        return Rows(str(self._path), first, rows, self._sha256)


class DocReader:
    """Counts the Docs of a `.spacy` file."""

    def __init__(self, path: Path) -> None:
        """Name the file.

        path (Path): The file.
        """
        self._path = path
        self._next = 1
        self._n_docs: int | None = None
        self._sha256 = ""

    def take(self, n: int) -> Piece:
        """Give the numbers of the next Docs; see `Reader`."""
        if self._n_docs is None:
            self._sha256 = file_sha256(self._path)
            self._n_docs = len(load_docs(str(self._path), self._sha256))
        first = self._next
        self._next = min(first + n, self._n_docs + 1)
        return DocRange(str(self._path), first, self._next - first, self._sha256)


def open_reader(path: Path, encoding: str) -> Reader:
    """Make the reader of a file by its name.

    path (Path): The file, which ends in one of SUFFIXES.
    encoding (str): Encoding of text; "" for UTF-8, or what a byte order mark says.
    RETURNS (Reader): The reader; nothing is read yet.
    """
    if path.suffix == DOCS:
        return DocReader(path)
    if path.suffix == PARQUET:
        return RowReader(path)
    return LineReader(path, encoding)


@lru_cache(maxsize=1)
def load_docs(file: str, sha256: str) -> DocBin:
    """Load a `.spacy` file, the last one of which is kept: shards follow each other in a file.

    file (str): The file.
    sha256 (str): Its digest, by which another file of the same name is told from it.
    RETURNS (DocBin): What it holds.
    RAISES (ConcnerError): C143 if it cannot be read.
    """
    del sha256
    try:
        return DocBin(store_user_data=True).from_bytes(read_bytes(locate(file)))
    except ConcnerError:
        raise
    except Exception as error:
        raise ConcnerError(Errors.C143.format(path=file, error=show_reason(error))) from error


def _unpacked(stream: IO[bytes], is_compressed: bool) -> Any:
    return gzip.open(stream) if is_compressed else nullcontext(stream)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tell a file that cannot be read: C642."""
    try:
        yield
    except ConcnerError:
        raise
    # What the file holds is broken, wherever it is; pyarrow's errors are ValueErrors, too.
    except (gzip.BadGzipFile, EOFError, zlib.error, ValueError) as error:
        reason = show_reason(error)
        raise ConcnerError(Errors.C642.format(path=path, reason=reason)) from error
    except Exception as error:
        if is_remote(path):
            raise as_told(path, error) from error
        if not isinstance(error, OSError):
            raise
        reason = show_reason(error)
        raise ConcnerError(Errors.C642.format(path=path, reason=reason)) from error
