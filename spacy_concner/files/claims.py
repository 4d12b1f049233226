"""The paths of one call, checked against each other before it reads anything at length."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from ..errors import ConcnerError, Errors
from ..folder_marker import MARKER, Marker, list_files, read_marker
from ..remote import (
    check_local,
    is_file,
    is_own_memory,
    is_remote,
    list_folders,
    open_stream,
    same_place,
)
from .locks import PATIENCE, lock
from .outputs import File, Output, Store
from .unfinished import sweep, sweep_inside, target

# What is read of a file to tell whether it is of the kind that is written.
HEAD_BYTES = 1 << 16
Paths: TypeAlias = "Path | str | Sequence[Path | str] | None"


@contextmanager
def claim(
    verb: str,
    *,
    inputs: Mapping[str, Paths],
    outputs: Mapping[str, Output | None],
    force: bool = False,
) -> Iterator[None]:
    """Check all paths of a call, and keep other runs from its outputs while it lasts.

    Of several outputs one at most is not disposable, and it is put into place last: once it is
    there the run has ended, and after a kill before that the same call can be run again.

    verb (str): The verb, such as "convert": only folders that it made are replaced.
    inputs (Mapping[str, Paths]): What is read, by the option that names it, such as "INPUT" or
        "--keep-from". Names of packages and of hub models are passed over.
    outputs (Mapping[str, Output | None]): What is written, by option.
    force (bool): Replace what this verb made before.
    RAISES (ConcnerError): C407 if an output is an input or another output, lies in one or holds
        one; C128 if it is there and `force` is not set; C408 if it is there and not of this verb;
        C129 if it cannot be written, C601 if another run is writing it, C604 if no lock can be
        kept.
    """
    written = {option: output for option, output in outputs.items() if output is not None}
    lasting = [o for o in written.values() if not (isinstance(o, Store) or o.disposable)]
    if len(lasting) > 1:
        raise ValueError(f"A rerun would stop at the first that is there of {lasting}")
    check_apart(inputs, {option: output.path for option, output in written.items()})
    with ExitStack() as locks:
        for option, output in written.items():
            _take(locks, option, output)
        for option, output in written.items():
            _check_place(option, output.path)
            _check_replaceable(verb, option, output, force)
        yield


def check_apart(inputs: Mapping[str, Paths], outputs: Mapping[str, Path]) -> None:
    """Check that no output of a call would harm an input or another output.

    inputs (Mapping[str, Paths]): What is read, by option.
    outputs (Mapping[str, Path]): What is written, by option.
    RAISES (ConcnerError): C407 if one is another, lies in it or holds it, C686 if one is a URL
        that was taken for a path of the disk.
    """
    read = [(option, path) for option, paths in inputs.items() for path in _listed(option, paths)]
    written = list(outputs.items())
    for option, path in written:
        check_local(path, option)
    for number, (option, path) in enumerate(written):
        for other_option, other in [*read, *written[:number]]:
            if relation := _relation(path, other):
                values = {"option": option, "path": path, "relation": relation}
                raise ConcnerError(
                    Errors.C407.format(**values, other_option=other_option, other=other)
                )


def check_in_place(path: Path, force: bool) -> None:
    """Check that something may be changed where it stands.

    path (Path): The folder.
    force (bool): Whether the caller allows it.
    RAISES (ConcnerError): C513 if not, or if it is no folder but an installed package.
    """
    if not force or not path.is_dir():
        raise ConcnerError(Errors.C513.format(path=path))


def _take(locks: ExitStack, option: str, output: Output) -> None:
    """Lock an output, and sweep what killed runs have left of it: of a shared one, the own part."""
    path = output.path
    if isinstance(output, File) and output.shared:
        return
    if isinstance(output, Store) and output.part:
        own = path / output.parts / output.part
        # A run that does all of the work keeps this lock.
        with lock(option, path, patience=PATIENCE):
            locks.enter_context(lock(option, own))
        if not is_remote(path):
            sweep_inside(own)
        return
    locks.enter_context(lock(option, path))
    if isinstance(output, Store):
        for part in list_folders(path / output.parts) if output.parts else ():
            with lock(option, part):
                pass
    if is_remote(path):
        # What a store puts is whole: a killed run leaves nothing beside it.
        return
    sweep(target(path))
    if isinstance(output, Store):
        sweep_inside(path)


def _listed(option: str, paths: Paths) -> list[Path]:
    found: Any = [paths] if isinstance(paths, str | Path) or is_remote(paths) else paths or []
    listed: list[Path] = [path if is_remote(path) else Path(path) for path in found if str(path)]
    for path in listed:
        check_local(path, option)
    return [path for path in listed if is_remote(path) or os.path.exists(path)]


def _relation(path: Path, other: Path) -> str:
    """Say how an output stands to another path so as to harm it; empty if it does not."""
    if is_remote(path) or is_remote(other):
        return _relation_of_names(path, other) if is_remote(path) and is_remote(other) else ""
    one, two = path.resolve(), other.resolve()
    if one == two:
        return "is, by a link," if path.is_symlink() or other.is_symlink() else "is"
    if two in one.parents:
        return "lies in"
    if one in two.parents:
        return "holds"
    if path.exists() and other.exists():
        if path.samefile(other):
            return "is, by a link,"
        if path.is_file() and path.stat().st_nlink > 1 and other.is_dir():
            for file in other.rglob("*"):
                if file.is_file() and path.samefile(file):
                    return "is, by a link, a file of"
    return ""


def _relation_of_names(path: Path, other: Path) -> str:
    """Do what `_relation` does by names alone, for a store has no links."""
    one, two = same_place(path), same_place(other)
    if one == two:
        return "is"
    if one[: len(two)] == two:
        return "lies in"
    return "holds" if two[: len(one)] == one else ""


def _check_place(option: str, path: Path) -> None:
    """Check that an output can be made: C129 if what stands above it is no folder to write to."""
    if is_remote(path):
        # The kind of store, the bucket, and a name.
        if len(same_place(path)) < (2 if is_own_memory(path) else 3):
            raise ConcnerError(Errors.C687.format(option=option, path=path))
        return
    absolute = path.absolute()
    there = next(place for place in absolute.parents if place.exists())
    reason = ""
    if not there.is_dir():
        reason = f"{there} is no folder"
    elif not os.access(there, os.W_OK | os.X_OK):
        reason = f"{there} is read-only"
    if reason:
        raise ConcnerError(Errors.C129.format(option=option, path=path, reason=reason))


def _check_replaceable(verb: str, option: str, output: Output, force: bool) -> None:
    path = output.path
    if isinstance(output, Store) or not (is_file(path) if is_remote(path) else path.exists()):
        return
    told = {"option": option, "path": path}
    if isinstance(output, File):
        if not is_file(path):
            raise ConcnerError(Errors.C129.format(**told, reason="it is no file but a folder"))
        with open_stream(path) as stream:
            head = stream.read(HEAD_BYTES)
        reason = f"is a file that spacy concner {verb} did not make"
        if output.is_ours is None:
            reason = "is there already, and may hold the work of a person"
        if output.is_ours is None or not output.is_ours(head):
            raise ConcnerError(Errors.C408.format(**told, reason=reason))
        if not (force or output.disposable):
            raise ConcnerError(Errors.C128.format(**told))
        return
    if not path.is_dir():
        raise ConcnerError(Errors.C129.format(**told, reason="it is no folder but a file"))
    if path.resolve() == Path.cwd():
        # It would be moved away under the feet of the shell.
        raise ConcnerError(Errors.C129.format(**told, reason="it is the folder that you are in"))
    if not any(path.iterdir()):
        return
    marker = read_marker(path) or Marker("", [])
    strange = sorted(set(list_files(path)) - {*marker.files, Path(MARKER)})
    reason = ""
    if marker.verb != verb:
        reason = f"holds files that spacy concner {verb} did not make"
    elif strange:
        reason = f"holds {strange[0]}, which spacy concner {verb} did not make"
    if reason:
        raise ConcnerError(Errors.C408.format(**told, reason=reason))
    if not (force or output.disposable):
        raise ConcnerError(Errors.C128.format(**told))
