"""A file or a folder that comes under its name once it is whole, or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..folder_marker import MARKER, make_marker
from ..remote import is_remote, put
from .disk_faults import told_as
from .scratch import scratch_folder
from .unfinished import ASIDE, PART, beside, target


@contextmanager
def whole_file(path: Path, option: str = "OUTPUT") -> Iterator[Path]:
    """Write a file that comes under its name once it is whole, or not at all.

    path (Path): The file; its folder is made. A link stays, and its target is written. One of a
        store is put there in one go.
    option (str): What the caller calls it, for messages.
    YIELDS (Path): Where to write it meanwhile.
    RAISES (ConcnerError): C129 if it cannot be written, C059, C682 to C685 for one of a store.
    """
    if is_remote(path):
        with scratch_folder() as scratch:
            yield scratch / path.name
            put(path, scratch / path.name)
        return
    path = target(path)
    part = beside(path, PART)
    with told_as(option, path, part):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield part
            _sync(part)
            part.replace(path)
            _sync(path.parent)
        finally:
            part.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes, option: str = "OUTPUT") -> None:
    """Write a file of which all is in memory; it comes under its name whole, or not at all.

    path (Path): The file, of the disk or of a store.
    content (bytes): What it is to hold.
    option (str): What the caller calls it, for messages.
    RAISES (ConcnerError): C129 if it cannot be written, C682 to C685 for one of a store.
    """
    if is_remote(path):
        put(path, content)
        return
    with whole_file(path, option) as part:
        part.write_bytes(content)


@contextmanager
def whole_folder(
    path: Path, verb: str, option: str = "OUTPUT", *, sealed: bool = False
) -> Iterator[Path]:
    """Write a folder that comes under its name once it is whole, or not at all.

    What stood there, as `claim` has let it pass, stands until then. The marker is added.

    path (Path): The folder; those above it are made. A link stays, and its target is written.
    verb (str): The verb that makes it.
    option (str): What the caller calls it, for messages.
    sealed (bool): Keep digests of its files: loading it as a pipeline checks them.
    YIELDS (Path): Where to write it meanwhile: a new folder beside it.
    RAISES (ConcnerError): C129 if it cannot be written.
    """
    path = target(path)
    part, aside = beside(path, PART), beside(path, ASIDE)
    with told_as(option, path, part):
        part.mkdir(parents=True)
        try:
            yield part
            make_marker(part, verb, sealed).write(part / MARKER)
            for place in [*part.rglob("*"), part]:
                _sync(place)
            if path.exists():
                path.rename(aside)
            try:
                part.rename(path)
            except OSError:
                if aside.exists():
                    aside.rename(path)
                raise
            _sync(path.parent)
        finally:
            shutil.rmtree(part, ignore_errors=True)
            if path.exists():
                shutil.rmtree(aside, ignore_errors=True)


def _sync(path: Path) -> None:
    # Folders cannot be opened everywhere.
    with suppress(PermissionError, IsADirectoryError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
