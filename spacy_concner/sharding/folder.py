"""Shards in a folder that tells what they were made with, so that a run goes on where one ended.

The folder's manifest holds all that the shards depend on. A run with the same settings keeps the
shards that are whole and makes the others; a run with other settings stops, or starts anew. Shards
are made in a hidden folder and come to their places when all are there: what stood there stands
until then, and no reader takes a part for the whole. Runs that do a part of the work each make
their shards in a folder of their own in there, and whichever ends last brings all to their places.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from ..errors import ConcnerError, Errors
from ..files import PATIENCE, lock, whole_file, write_whole
from ..folder_marker import MARKER, Marker, read_marker
from ..remote import (
    is_file,
    is_remote,
    list_folders,
    list_sizes,
    move,
    read_bytes,
    remove,
    remove_tree,
)
from .part import Part

# Hidden, so that readers of corpora pass it over.
MAKING = ".making"
PARTS = "*-of-*"

Write = Callable[[Path], None]


@dataclass(frozen=True)
class FolderKind:
    """What the folders of a verb have in common.

    verb: The verb.
    manifest: File with the settings that the shards were made with.
    suffixes: What its shards end in.
    holds: What the shards hold, for messages.
    kept: Other files and folders of a run, by which none is taken for another's.
    """

    verb: str
    manifest: str
    suffixes: tuple[str, ...]
    holds: str
    kept: tuple[str, ...] = ()

    def is_shard(self, name: str) -> bool:
        """Tell by its name whether a file is a shard."""
        path = Path(name)
        return path.suffix in self.suffixes and re.fullmatch(r"\d{5,}", path.stem) is not None

    def check(self, output: Path) -> None:
        """Check that a folder is there for shards, before any work is done for them.

        output (Path): The folder: new, empty, or made by an earlier run.
        RAISES (ConcnerError): C129 if it is a file or named like one, C408 if it holds something
            else.
        """
        told = {"option": "OUTPUT", "path": output}
        if output.suffix in self.suffixes or is_file(output):
            reason = f"{self.holds} are written to a folder, and this is a file or named like one"
            raise ConcnerError(Errors.C129.format(**told, reason=reason))
        marker = read_marker(output)
        names = {*list_sizes(output), *(folder.name for folder in list_folders(output))}
        if self.manifest in names:
            return
        if marker and marker.verb == self.verb:
            return
        # Files of a user's must never be taken for, or mixed with, shards. What a run leaves that
        # was killed before it wrote its settings is none of them.
        if names - {*self.kept, MAKING}:
            reason = f"holds files and no {self.manifest}: spacy concner {self.verb} did not make "
            raise ConcnerError(Errors.C408.format(**told, reason=f"{reason}them"))


def shard_name(number: int) -> str:
    """Give the name of a shard, numbered from 1, without suffix."""
    return f"{number:05d}"


class ShardFolder:
    """The shards of a run: those of an earlier one, and those that are made."""

    def __init__(
        self,
        output: Path,
        kind: FolderKind,
        settings: dict,
        *,
        force: bool = False,
        part: Part | None = None,
        suffix: str = ".spacy",
    ) -> None:
        """Make the folder ready for a run.

        output (Path): The folder, as `FolderKind.check` lets it pass.
        kind (FolderKind): Of which verb.
        settings (dict): What the shards depend on; kept in the manifest.
        force (bool): Replace the shards of a run with other settings, once there are new ones. No
            other file is touched.
        part (Part): Which part of the work the run does; all of it without.
        suffix (str): What the shards end in.
        RAISES (ConcnerError): C405 if the folder was made with other settings, C129 if it cannot
            be written to.
        """
        self.output = output
        self.kind = kind
        self.settings = settings
        self.part = part or Part()
        self.suffix = suffix
        before = _read_settings(output / kind.manifest)
        marker = read_marker(output)
        # Where files were made, and their sizes; and those of the files in their places.
        self._made: dict[str, tuple[Path, int]] = {}
        self._placed: dict[str, int] = {}
        # Stopped while it was put into place: shards of two runs stand side by side.
        is_mixed = marker is not None and not marker.finished
        self.is_same = before == settings and not is_mixed
        goes_on = is_mixed and (before == settings or any(self._made_alike()))
        if not (self.is_same or force or goes_on) and self._shards():
            changed: list[str] = [f"settings (its {kind.manifest} cannot be read)"]
            if before:
                changed = sorted(key for key in settings if before.get(key) != settings[key])
            raise ConcnerError(Errors.C405.format(path=output, changed=changed))
        if not self._shards():
            self._mark(Marker(kind.verb, [], finished=False))
        if _read_settings(self.making / kind.manifest) != settings:
            self._clear()
            _write_json(self.making / kind.manifest, settings)
        self.look()

    @property
    def making(self) -> Path:
        """Where the run makes its shards."""
        return self.output / MAKING / self.part.folder

    def look(self) -> None:
        """Look anew what runs with the same settings have made, those of other parts among them."""
        self._made = {
            name: (place, size)
            for place in reversed(list(self._made_alike()))
            for name, size in list_sizes(place).items()
        }
        self._placed = list_sizes(self.output)

    def made(self, name: str) -> Path | None:
        """Find a file that was made and not in its place when `look` was called.

        name (str): Its name.
        RETURNS (Path | None): Where it was; None if there was none.
        """
        found = self._made.get(name)
        return found and found[0] / name

    def sizes(self, number: int) -> list[int]:
        """Give the sizes of the files that there were of a shard when `look` was called.

        number (int): Its number, from 1.
        RETURNS (list[int]): Bytes.
        """
        name = self.file_name(number)
        made = [self._made[name][1]] if name in self._made else []
        return [*made, *([self._placed[name]] if name in self._placed else [])]

    def file_name(self, number: int) -> str:
        """Give the name of a shard's file.

        number (int): Its number, from 1.
        RETURNS (str): The name.
        """
        return f"{shard_name(number)}{self.suffix}"

    def find(self, number: int) -> Iterator[Path]:
        """Find what was made of a shard with the same settings, whole or not.

        number (int): Its number, from 1.
        YIELDS (Path): The files that there are of it, the newest first.
        """
        name = self.file_name(number)
        if (new := self.made(name)) is not None:
            yield new
        if self.is_same and name in self._placed:
            yield self.output / name

    def put_into_place(self, n_shards: int, rest: Mapping[str, Write]) -> list[Path]:
        """Put the shards into their places; a reader that comes meanwhile is told of it.

        n_shards (int): How many there are.
        rest (Mapping[str, Callable]): What writes the other files of the folder, by their names.
        RETURNS (list[Path]): The files of the shards.
        RAISES (ConcnerError): C129 if the folder cannot be written to.
        """
        files = [self.output / self.file_name(number + 1) for number in range(n_shards)]
        made = [Path(path.name) for path in [*files, self.output / self.kind.manifest]]
        made += map(Path, rest)
        self.look()
        self._mark(Marker(self.kind.verb, [], finished=False))
        for name in set(self._shards()) - {file.name for file in files}:
            remove(self.output / name)
        news = ((self.made(file.name), file) for file in files)
        move((new, file) for new, file in news if new is not None)
        for name, write in rest.items():
            with whole_file(self.output / name) as part:
                write(part)
        _write_json(self.output / self.kind.manifest, self.settings)
        self._mark(Marker(self.kind.verb, made))
        remove_tree(self.output / MAKING)
        return files

    def put_parts_into_place(self, n_shards: int, rest: Mapping[str, Write]) -> list[Path]:
        """Do what `put_into_place` does, unless another part's run does or has done it.

        The arguments, and what comes back, are those of `put_into_place`.
        """
        try:
            with lock("OUTPUT", self.output, patience=PATIENCE):
                if not self._is_finished():
                    return self.put_into_place(n_shards, rest)
        except FileNotFoundError:
            # On another machine, whose locks are not ours, a run has ended at the same moment.
            if not self._is_finished():
                raise
        remove_tree(self.making)
        if not is_remote(self.output):
            with suppress(OSError):
                self.making.parent.rmdir()
        return [self.output / self.file_name(number + 1) for number in range(n_shards)]

    def _is_finished(self) -> bool:
        marker = read_marker(self.output)
        same = _read_settings(self.output / self.kind.manifest) == self.settings
        return same and marker is not None and marker.finished and not any(self._made_shards())

    def _made_shards(self) -> Iterator[str]:
        for place in self._made_alike():
            yield from filter(self.kind.is_shard, list_sizes(place))

    def _places(self) -> list[Path]:
        """Give all folders in which shards are made, the own one first."""
        root = self.output / MAKING
        parts = [place for place in list_folders(root) if fnmatch(place.name, PARTS)]
        return list(dict.fromkeys([self.making, root, *parts]))

    def _made_alike(self) -> Iterator[Path]:
        """Give the folders in which shards are made with the same settings."""
        for place in self._places():
            if _read_settings(place / self.kind.manifest) == self.settings:
                yield place

    def _clear(self) -> None:
        """Remove what was made with other settings; the folders of other parts are theirs."""
        if not self.part.is_all:
            remove_tree(self.making)
            return
        parts = [place for place in self._made_alike() if place != self.making]
        for folder in list_folders(self.making):
            if folder not in parts:
                remove_tree(folder)
        for name in list_sizes(self.making):
            remove(self.making / name)

    def _shards(self) -> list[str]:
        return list(filter(self.kind.is_shard, list_sizes(self.output)))

    def _mark(self, marker: Marker) -> None:
        write_whole(self.output / MARKER, marker.content())


def _read_settings(path: Path) -> dict:
    # The standard library keeps floats exactly, so that equal weights compare equal.
    try:
        return json.loads(read_bytes(path))
    except ConcnerError:
        raise
    except (OSError, ValueError):
        return {}


def _write_json(path: Path, content: dict) -> None:
    write_whole(path, json.dumps(content, indent=2).encode("utf8"))
