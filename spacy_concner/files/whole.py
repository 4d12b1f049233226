"""A file or a folder that comes under its name once it is whole, or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..folder_marker import MARKER, make_marker
from .disk_faults import told_as
from .unfinished import ASIDE, PART, beside, target


@contextmanager
def whole_file(path: Path, option: str = "OUTPUT") -> Iterator[Path]:
    """Write a file that comes under its name once it is whole, or not at all.

    path (Path): The file; its folder is made. A link stays, and its target is written.
    option (str): What the caller calls it, for messages.
    YIELDS (Path): Where to write it meanwhile.
    RAISES (ConcnerError): C129 if it cannot be written.
    """
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
