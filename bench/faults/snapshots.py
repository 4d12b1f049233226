"""What is in a folder, in a form that two runs of one command can be compared by."""

import hashlib
import json
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from spacy_concner.files.unfinished import ASIDE, PART
from spacy_concner.folder_marker import MARKER, read_marker
from spacy_concner.sharding.folder import MAKING

# What a file holds by its path in the folder; a folder without files stands for itself.
Snapshot: TypeAlias = Mapping[str, str]
CACHE = ".sqlite"
UNREADABLE = "not readable"
# What differs from run to run, in any JSON.
TIMES = {
    *("speed", "words_before", "words_after", "words_per_second"),
    *("words_teacher", "words_small"),
}


def take(folder: Path, *, exactly: bool = False) -> Snapshot:
    """Tell what is in a folder.

    folder (Path): The folder.
    exactly (bool): By the bytes; else without timings and the order of pages in a cache.
    RETURNS (Snapshot): A digest for each file.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir():
            found[name] = "folder"
            continue
        reader = None if exactly else READERS.get(path.name, READERS.get(path.suffix))
        try:
            content = path.read_bytes() if reader is None else reader(path)
            found[name] = hashlib.sha256(content).hexdigest()
        except (ValueError, LookupError, TypeError, AttributeError, sqlite3.Error) as error:
            # Half of a file, as a killed run may leave it under a hidden name.
            found[name] = f"{UNREADABLE}: {error}"
    return found


def below(snapshot: Snapshot, name: str) -> Snapshot:
    """Give the part of a snapshot that is a file or folder of a name, and what is in it."""
    return {
        path: digest
        for path, digest in snapshot.items()
        if path == name or path.startswith(f"{name}/")
    }


def is_left_over(name: str) -> bool:
    """Tell whether a path is of a run that has not ended."""
    return is_half_made(name) or MAKING in name.split("/")


def is_half_made(name: str) -> bool:
    """Tell whether a path is of a run that has not ended, and no later run has a use for it."""
    return name.endswith(("-journal", "-wal", "-shm")) or any(
        part.startswith(".") and part.endswith((PART, ASIDE)) for part in name.split("/")
    )


@dataclass(frozen=True)
class Expected:
    """What may stand in a folder.

    outputs: Names of what is whole or not there.
    stores: Names of what is whole file by file.
    grows: Beginnings of names of what is neither old nor new while it is made.
    old, new: What stood there before, byte by byte, and what an undisturbed run makes.
    """

    outputs: tuple[str, ...]
    stores: tuple[str, ...]
    grows: tuple[str, ...]
    old: Snapshot
    new: Snapshot

    def find_faults(self, folder: Path) -> list[str]:
        """Tell what is in a folder that is neither old, new nor a part of a run.

        folder (Path): The folder.
        RETURNS (list[str]): The faults, in words.
        """
        exact, told = take(folder, exactly=True), take(folder)
        faults = []
        for name in self.outputs:
            is_old = below(exact, name) in ({}, below(self.old, name))
            if not is_old and below(told, name) != below(self.new, name):
                faults.append(f"{name} is neither old nor new")
        for name in self.stores:
            for path, digest in below(told, name).items():
                known = (self.old.get(path), self.new.get(path))
                # A cache grows row by row: that it can be read is what counts here.
                if digest == "folder" or is_left_over(path) or path.startswith(self.grows):
                    continue
                if path.endswith(CACHE) and not digest.startswith(UNREADABLE):
                    continue
                if path.endswith(MARKER) and _is_unfinished(folder / path):
                    continue
                if digest not in known and exact[path] not in known:
                    faults.append(f"{path} is neither old nor new")
        return faults


def _is_unfinished(marker: Path) -> bool:
    """Tell whether a folder says of itself that it is not whole: readers refuse it."""
    found = read_marker(marker.parent)
    return found is not None and not found.finished


def differences(found: Snapshot, expected: Snapshot) -> list[str]:
    """Name what differs between two snapshots."""
    names = sorted({*found, *expected})
    return [name for name in names if found.get(name) != expected.get(name)]


def _read_json(path: Path) -> bytes:
    return _dump(json.loads(path.read_text("utf8")))


def _read_marker(path: Path) -> bytes:
    content = json.loads(path.read_text("utf8"))
    # Digests are of files with timings, too.
    return _dump({"verb": content["verb"], "files": sorted(content["files"])})


def _read_cache(path: Path) -> bytes:
    # In a copy: to open a file takes back what a killed run has not ended.
    with tempfile.TemporaryDirectory() as folder:
        for file in path.parent.glob(f"{path.name}*"):
            shutil.copy(file, folder)
        with closing(sqlite3.connect(Path(folder) / path.name)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall()
            rows = [
                sorted(map(list, connection.execute(f"SELECT * FROM {name}"))) for (name,) in tables
            ]
    return _dump(rows)


def _read_page(path: Path) -> bytes:
    return re.sub(rb"[\d,]+ words a second", b"", path.read_bytes())


def _read_lines(path: Path) -> bytes:
    return b"".join(_dump(json.loads(line)) for line in path.read_text("utf8").splitlines())


def _read_lock(path: Path) -> bytes:
    """Read what `spacy project` keeps, without the digests of files with timings."""
    import srsly

    return _dump({name: entry["script"] for name, entry in (srsly.read_yaml(path) or {}).items()})


def _dump(content: Any) -> bytes:
    return json.dumps(_without_times(content), sort_keys=True).encode("utf8")


def _without_times(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _without_times(value) for key, value in content.items() if key not in TIMES}
    if isinstance(content, list):
        return [_without_times(value) for value in content]
    return content


READERS: Mapping[str, Callable[[Path], bytes]] = {
    MARKER: _read_marker,
    "project.lock": _read_lock,
    ".json": _read_json,
    ".jsonl": _read_lines,
    ".html": _read_page,
    CACHE: _read_cache,
}
