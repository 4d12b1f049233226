"""What is known of a shard that is made: kept beside it, and all of them beside the shards."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ConcnerError, Errors
from ..files import write_whole
from ..folder_marker import file_sha256
from ..remote import is_file, is_remote, open_stream, read_each, told
from ..sharding.folder import FolderKind, ShardFolder, shard_name
from .formats import SUFFIXES
from .shards import Shard

# Notes that are read at once.
AT_ONCE = 256
# No reader of corpora takes it for one.
NOTES_FILE = "shards.ndjson"
KIND = FolderKind("apply", "apply.json", tuple(SUFFIXES.values()), "shards", kept=(NOTES_FILE,))


@dataclass
class Note:
    """What is known of a shard.

    number: Which, from 1.
    input_sha256: Digest of the records that it was made of.
    sha256: Digest of its file.
    size: Bytes of its file.
    records: Records read.
    docs: Docs written.
    words: Tokens of these.
    entities: Entities found, by type.
    rejects: What was left out, as rejects files tell it.
    """

    number: int
    input_sha256: str
    sha256: str = ""
    size: int = 0
    records: int = 0
    docs: int = 0
    words: int = 0
    entities: Counter[str] = field(default_factory=Counter)
    rejects: list[dict[str, Any]] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Write it, whole or not at all.

        path (Path): The file.
        RAISES (ConcnerError): C129 if it cannot be written.
        """
        write_whole(path, self.line().encode("utf8"))

    def line(self) -> str:
        """Give it as a line of JSON, the same for the same."""
        return f"{json.dumps({**vars(self), 'entities': dict(sorted(self.entities.items()))})}\n"

    @classmethod
    def read(cls, line: str) -> "Note":
        """Read one.

        line (str): A line of JSON.
        RETURNS (Note): The note.
        RAISES (ValueError): If it is none.
        """
        try:
            note = cls(**json.loads(line))
            note.entities = Counter(note.entities)
        except TypeError as error:
            raise ValueError(str(error)) from error
        return note


def note_name(number: int) -> str:
    """Give the name of the file of a shard's note."""
    return f"{shard_name(number)}.json"


class AppliedFolder(ShardFolder):
    """The shards of a run of `apply`: those of an earlier one, and those that are made."""

    _old: Iterator[Note] | None = None
    _next: Note | None = None
    _read: Mapping[str, bytes] = {}

    def find_note(
        self, shard: Shard, *, with_rejects: bool = True, force: bool = False
    ) -> Note | None:
        """Find what an earlier run has made of a shard's records.

        shard (Shard): The shard; ask for shards in ascending order.
        with_rejects (bool): Whether records may have been left out.
        force (bool): Make shards of changed input anew, even if all were finished.
        RETURNS (Note | None): The note; None if the shard has to be made: there is no such shard,
            it is broken, or its input has changed.
        RAISES (ConcnerError): C653 if its input has changed since all shards were finished.
        """
        for note in self._notes(shard.number):
            if note.input_sha256 == shard.sha256 and (with_rejects or not note.rejects):
                if self._is_whole(note):
                    return note
            elif note is self._next and note.input_sha256 != shard.sha256 and not force:
                raise ConcnerError(Errors.C653.format(path=self.output, number=shard.number))
        return None

    def _is_whole(self, note: Note) -> bool:
        """Tell whether the file of a shard is the one that its note tells of."""
        if is_remote(self.output):
            # A store has checked what it was given, and reading all of it again would cost as much.
            return note.size in self.sizes(note.number)
        files = [*self.find(note.number), self.output / self.file_name(note.number)]
        return any(file.is_file() and file_sha256(file) == note.sha256 for file in files)

    def is_whole(self, n_shards: int) -> bool:
        """Tell whether all shards are made, by this run or by others.

        n_shards (int): How many there are.
        RETURNS (bool): Whether there is a note of each.
        """
        try:
            return all(True for _ in self.all_notes(n_shards))
        except FileNotFoundError:
            return False

    def all_notes(self, n_shards: int) -> Iterator[Note]:
        """Give the notes of all shards.

        n_shards (int): How many there are.
        YIELDS (Note): The notes, in order.
        RAISES (FileNotFoundError): If one is not there.
        """
        self._old, self._read = None, {}
        self.look()
        for number in range(1, n_shards + 1):
            note = next(self._notes(number), None)
            if note is None:
                raise FileNotFoundError(note_name(number))
            yield note

    def _notes(self, number: int) -> Iterator[Note]:
        """Give what notes say of a shard, the newest first."""
        if (line := self._line(number)) is not None:
            with suppress(ValueError):
                yield Note.read(line.decode())
        if self.is_same:
            yield from self._of_before(number)

    def _line(self, number: int) -> bytes | None:
        """Give the note that was made with a shard; those of the next ones are read with it."""
        if self.made(note_name(number)) is None:
            return None
        if note_name(number) not in self._read:
            names = [note_name(other) for other in range(number, number + AT_ONCE)]
            made = [path for path in map(self.made, names) if path is not None]
            lines = zip(made, read_each(made), strict=True)
            self._read = {path.name: line for path, line in lines if line is not None}
        return self._read.get(note_name(number))

    def _of_before(self, number: int) -> Iterator[Note]:
        """Give what the finished folder says of a shard: one note at a time is in memory."""
        if self._old is None:
            self._old = _read_notes(self.output / NOTES_FILE)
            self._next = next(self._old, None)
        while self._next is not None and self._next.number < number:
            self._next = next(self._old, None)
        if self._next is not None and self._next.number == number:
            yield self._next


def _read_notes(path: Path) -> Iterator[Note]:
    for line in _read_lines(path) if is_file(path) else ():
        try:
            note = Note.read(line.decode())
        except ValueError:
            return
        yield note


def _read_lines(path: Path) -> Iterator[bytes]:
    with suppress(OSError), told(path), open_stream(path) as stream:
        yield from stream
