"""Files of one call: its paths checked against each other, its outputs written whole or not at all.

A verb claims its paths before it reads anything at length (`claim`), and writes each output through
`whole_file` or `whole_folder`: beside its place first, then swapped in. What a killed run has left
is swept by the next run on the same output. A folder carries a marker that tells which verb made
it and of what files it consists: `--force` replaces nothing else.
"""

import errno
import hashlib
import json
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from filelock import FileLock, Timeout

from .errors import ConcnerError, Errors
from .folder_marker import MARKER, Marker, file_sha256, list_files, make_marker, read_marker

# Where the project and the configs keep encoders: no organisation on the hub.
OWN_FOLDER = "encoders"
PART = ".part"
# What is read of a file to tell whether it is of the kind that is written.
HEAD_BYTES = 1 << 16
ASIDE = ".aside"
# What `_beside` calls a file or folder until it comes under its name.
BESIDE = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{8}\.(part|aside)", re.DOTALL)
# What a full or forbidden disk says.
FULL_DISK = {errno.ENOSPC, errno.EDQUOT}
DISK_FAULTS = {*FULL_DISK, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG}

# How libraries tell of them that raise errors of their own.
RUST_FAULT = re.compile(r"\(os error (\d+)\)")
NUMPY_FAULT = re.compile(r"\d+ requested and \d+ written")

# Seconds that a run waits for others that begin or end at the same moment.
PATIENCE = 10.0

Paths: TypeAlias = "Path | str | Sequence[Path | str] | None"


@dataclass(frozen=True)
class File:
    """A file that a call writes.

    path: Where.
    is_ours: Tells by its first bytes whether a file that stands there is of the kind that is
        written, and may be replaced; None if that cannot be told, then none is replaced.
    disposable: Replaced without `--force`, as a report on one run is by that on the next.
    shared: Runs that do the work together may all write it, each whole and with the same content.
    """

    path: Path
    is_ours: Callable[[bytes], bool] | None = None
    disposable: bool = False
    shared: bool = False


@dataclass(frozen=True)
class Folder:
    """A folder that a call writes as a whole.

    path: Where.
    disposable: Replaced without `--force`, if the verb made all of it.
    """

    path: Path
    disposable: bool = False


@dataclass(frozen=True)
class Store:
    """A file or folder that runs add to, such as a cache; the verb itself judges its content.

    path: Where.
    parts: Folder in it that has a folder for each run that does a part of the work; empty if the
        work is never shared.
    part: Name of this run's folder there: runs of other parts may write at the same time. Empty
        for a run that does all of the work, and so is alone.
    """

    path: Path
    parts: str = ""
    part: str = ""


Output: TypeAlias = File | Folder | Store


def json_line_with(*keys: str) -> Callable[[bytes], bool]:
    """Make the test of a file of JSON lines of ours: its first object has one of these keys.

    keys (str): Keys that no other JSON lines are likely to have.
    RETURNS (Callable[[bytes], bool]): The test, which an empty file passes.
    """

    def is_ours(head: bytes) -> bool:
        first = head.partition(b"\n")[0]
        try:
            found = json.loads(first) if first.strip() else dict.fromkeys(keys)
        except ValueError:
            return False
        return isinstance(found, dict) and not found.keys().isdisjoint(keys)

    return is_ours


def is_doc_bin(head: bytes) -> bool:
    """Tell whether a file begins as `.spacy` files do, which are compressed by zlib."""
    return head[:1] == b"\x78"


def is_page(head: bytes) -> bool:
    """Tell whether a file begins as the pages of this package do."""
    return b'name="generator" content="spacy-concner' in head


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
    RAISES (ConcnerError): C407 if one is another, lies in it or holds it.
    """
    read = [(option, path) for option, paths in inputs.items() for path in _listed(paths)]
    written = list(outputs.items())
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


@contextmanager
def whole_file(path: Path, option: str = "OUTPUT") -> Iterator[Path]:
    """Write a file that comes under its name once it is whole, or not at all.

    path (Path): The file; its folder is made. A link stays, and its target is written.
    option (str): What the caller calls it, for messages.
    YIELDS (Path): Where to write it meanwhile.
    RAISES (ConcnerError): C129 if it cannot be written.
    """
    path = _target(path)
    part = _beside(path, PART)
    with _told_as(option, path, part):
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
    path = _target(path)
    part, aside = _beside(path, PART), _beside(path, ASIDE)
    with _told_as(option, path, part):
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


@contextmanager
def file_of_folder(folder: Path, name: str, option: str) -> Iterator[Path]:
    """Write a file into a folder that is there, as `whole_file` does, and into its marker.

    A kill at any moment leaves a folder that its marker is true of.

    folder (Path): The folder; one without a marker stays without.
    name (str): The file in it.
    option (str): What the caller calls the folder, for messages.
    YIELDS (Path): Where to write it meanwhile.
    RAISES (ConcnerError): C129 if it cannot be written.
    """
    path, marker = folder / name, read_marker(folder)
    with whole_file(path, option) as part:
        yield part
        new = file_sha256(part)
        if marker is not None:
            _note(folder, marker, name, f"{marker.sha256.get(name, '')} {new}".strip())
    if marker is not None:
        _note(folder, marker, name, new)


def unseal(folder: Path) -> None:
    """Forget the digests of a pipeline, whose files are written anew by others.

    folder (Path): The folder.
    """
    marker = read_marker(folder)
    if marker is not None and marker.sha256:
        with whole_file(folder / MARKER) as part:
            replace(marker, sha256={}).write(part)


def _note(folder: Path, marker: Marker, name: str, sha256: str) -> None:
    """Note a file and, where digests are kept of its kind, its digests."""
    files = sorted({*marker.files, Path(name)})
    kept = marker.sha256 | ({name: sha256} if name in marker.sha256 else {})
    with whole_file(folder / MARKER) as part:
        replace(marker, files=files, sha256=kept).write(part)


def sweep(path: Path) -> None:
    """Clear away what killed runs have left beside an output, and put back what they moved aside.

    path (Path): The output, which no other run is writing.
    """
    if path.parent.is_dir():
        _clear_away(path.parent.glob(f".{_escape(path.name)}.*"))


def is_path(source: str) -> bool:
    """Tell whether a name is surely that of a file or folder, for which the hub is not asked.

    source (str): Name such as "encoders/encoder" or "encoder", for those on the hub have one slash;
        "FacebookAI/xlm-roberta-base" may be both.
    """
    path = Path(source)
    first = path.parts[0] if path.parts else ""
    return (
        path.exists()
        or path.is_absolute()
        or source.startswith((".", "~"))
        or "\\" in source
        or len(path.parts) != 2
        or first == OWN_FOLDER
        or Path(first).is_dir()
    )


def show_reason(error: Exception | None) -> str:
    """Give what an error says as a part of a sentence.

    error (Exception | None): The error.
    RETURNS (str): Its text without path, full stop and spaCy's advice; its type if it says nothing.
    """
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    text = text.partition(" If your data is in spaCy")[0]
    return text.strip().rstrip(".") or type(error).__name__


def _listed(paths: Paths) -> list[Path]:
    found = [paths] if isinstance(paths, str | Path) else paths or []
    return [Path(path) for path in found if str(path) and os.path.exists(path)]


def _relation(path: Path, other: Path) -> str:
    """Say how an output stands to another path so as to harm it; empty if it does not."""
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


def _check_place(option: str, path: Path) -> None:
    """Check that an output can be made: C129 if what stands above it is no folder to write to."""
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
    if isinstance(output, Store) or not path.exists():
        return
    told = {"option": option, "path": path}
    if isinstance(output, File):
        if not path.is_file():
            raise ConcnerError(Errors.C129.format(**told, reason="it is no file but a folder"))
        with path.open("rb") as stream:
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
        _sweep_inside(own)
        return
    locks.enter_context(lock(option, path))
    if isinstance(output, Store):
        for part in (path / output.parts).glob("*") if output.parts else ():
            with lock(option, part):
                pass
    sweep(_target(path))
    if isinstance(output, Store):
        _sweep_inside(path)


@contextmanager
def lock(option: str, path: Path, *, patience: float = 0) -> Iterator[None]:
    """Keep other runs on this machine from an output.

    option (str): What the caller calls it, for messages.
    path (Path): The output; it need not be there.
    patience (float): Seconds to wait for another run to leave it.
    RAISES (ConcnerError): C601 if another run is writing it, C604 if no lock can be kept.
    """
    # Not beside the output: a lock that stayed there would be one more file to wonder about.
    user = os.getuid() if hasattr(os, "getuid") else "user"
    told = {"option": option, "path": path}
    folder = Path(os.environ.get("TMPDIR", os.sep))
    try:
        folder = Path(tempfile.gettempdir()) / f"spacy-concner-locks-{user}"
        folder.mkdir(exist_ok=True)
        name = hashlib.sha256(str(path.resolve()).encode("utf8")).hexdigest()[:32]
        held = FileLock(folder / f"{name}.lock")
        held.acquire(timeout=patience)
    except Timeout as error:
        raise ConcnerError(Errors.C601.format(**told)) from error
    except OSError as error:
        told |= {"folder": folder, "reason": show_reason(error)}
        raise ConcnerError(Errors.C604.format(**told)) from error
    try:
        yield
    finally:
        held.release()


@contextmanager
def _told_as(option: str, path: Path, part: Path) -> Iterator[None]:
    """Tell faults of the disk as C129, and leave all others as they are."""
    try:
        yield
    except ConcnerError:
        raise
    except Exception as error:
        fault = _disk_fault(error)
        names = (fault.filename, fault.filename2)
        about_us = any(name is not None and str(name).startswith(str(part)) for name in names)
        if not (about_us or fault.errno in DISK_FAULTS or fault.filename == str(path.parent)):
            raise
        reason = show_reason(fault)
        if fault.errno in FULL_DISK:
            reason = f"{reason}; make room for it and run the same command again"
        told = {"option": option, "path": path, "reason": reason}
        raise ConcnerError(Errors.C129.format(**told)) from error


def _disk_fault(error: Exception) -> OSError:
    """Give the fault of the disk that an error tells of in its text alone, or an empty one."""
    if isinstance(error, OSError) and error.errno is not None:
        return error
    if found := RUST_FAULT.search(str(error)):
        return OSError(int(found[1]), os.strerror(int(found[1])))
    if NUMPY_FAULT.search(str(error)):
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return OSError()


def _target(path: Path) -> Path:
    """Give what a path stands for: the end of a link."""
    return path.resolve() if path.is_symlink() else path


def _beside(path: Path, suffix: str) -> Path:
    return path.absolute().with_name(f".{path.name}.{uuid.uuid4().hex[:8]}{suffix}")


def _sweep_inside(path: Path) -> None:
    """Clear away what killed runs have left in a folder that runs add to."""
    if path.is_dir():
        _clear_away(path.rglob(".*"))


def _clear_away(paths: Iterable[Path]) -> None:
    """Remove those of the paths that are of a killed run, or put them back if they stood there."""
    # Folders of a run go with what is in them.
    for left in list(paths):
        found = BESIDE.fullmatch(left.name)
        if found is None or not left.exists():
            continue
        place = left.with_name(found["name"])
        if left.suffix == ASIDE and not place.exists():
            left.rename(place)
        elif left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def _escape(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _sync(path: Path) -> None:
    # Folders cannot be opened everywhere.
    with suppress(PermissionError, IsADirectoryError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
