"""Input files cut into shards of so many records, whatever the files and the records are."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import ConcnerError, Errors
from ..folder_marker import MARKER, check_complete
from ..remote import is_file, is_folder, list_tree
from ..sharding.part import Part
from .pieces import COMPRESSED, SUFFIXES, Piece, open_reader


@dataclass(frozen=True)
class Shard:
    """Records that are read by a pipeline together.

    number: Which shard, from 1.
    pieces: The records.
    sha256: Digest of the records; empty for a shard of another part.
    """

    number: int
    pieces: list[Piece]
    sha256: str

    def __len__(self) -> int:
        """Give the number of records."""
        return sum(map(len, self.pieces))


def find_files(path: Path) -> list[Path]:
    """Find the files of an input.

    path (Path): A file, or a folder; hidden files in it, and those of other kinds, are passed over.
    RETURNS (list[Path]): The files in order of their names, all of one kind.
    RAISES (ConcnerError): C640 if there is none, C641 if there are several kinds, C602, C608 if
        a folder is not whole.
    """
    told = {"path": path, "expected": f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"}
    if is_file(path):
        if not path.name.endswith(SUFFIXES):
            reason = f"its name ends in {path.suffix or 'no suffix'}"
            raise ConcnerError(Errors.C640.format(reason=reason, **told))
        return [path]
    if not is_folder(path):
        raise ConcnerError(Errors.C640.format(reason="there is no such file", **told))
    there = list_tree(path)
    for folder in {path, *(file.parent for file in there if file.name == MARKER)}:
        check_complete(folder)
    files = sorted(
        file
        for file in there
        if file.name.endswith(SUFFIXES)
        and not any(part.startswith(".") for part in file.relative_to(path).parts)
    )
    if not files:
        raise ConcnerError(Errors.C640.format(reason="the folder has no such file", **told))
    kinds = sorted({kind_of(file) for file in files})
    if len(kinds) > 1:
        raise ConcnerError(Errors.C641.format(path=path, found=kinds))
    return files


def kind_of(file: Path) -> str:
    """Give the suffix that tells what a file holds, without that of its compression."""
    return file.with_suffix("").suffix if file.suffix == COMPRESSED else file.suffix


def cut(
    files: Sequence[Path], size: int, *, part: Part, limit: int = 0, encoding: str = ""
) -> Iterator[Shard]:
    """Cut files into shards; each goes on in the next file where one ends.

    files (Sequence[Path]): The files, as `find_files` gives them.
    size (int): Records a shard, those that may be broken included.
    part (Part): Whose shards are wanted: the records of the others are left out.
    limit (int): Stop after this many records; 0 for all.
    encoding (str): Encoding of text; "" for UTF-8, or what a byte order mark says.
    YIELDS (Shard): All shards in order, those of other parts without their pieces.
    RAISES (ConcnerError): C143, C642 and those of `corpora.lines` for a file that cannot be read.
    """
    readers = (open_reader(file, encoding) for file in files)
    reader = next(readers, None)
    number, left = 1, limit
    while reader is not None:
        pieces: list[Piece] = []
        room = min(size, left) if limit else size
        while room and reader is not None:
            if not len(piece := reader.take(room)):
                reader = next(readers, None)
                continue
            pieces.append(piece)
            room -= len(piece)
            left -= len(piece)
        if not pieces:
            return
        yield _make_shard(number, pieces) if part.has(number) else Shard(number, [], "")
        number += 1


def _make_shard(number: int, pieces: list[Piece]) -> Shard:
    digest = hashlib.sha256(b"".join(piece.digest() for piece in pieces))
    return Shard(number, pieces, digest.hexdigest())
