"""Files of stores such as S3 beside those of the disk: whatever differs between them is here.

A path of a store (`s3://`, `gs://`, `hf://`, `memory://`, what fsspec knows) is a `UPath`, which
has the names and parents of a `Path`. Reading and writing goes through the functions of this room,
which take paths of both kinds. A store puts an object whole or not at all; it has no folders but
beginnings of names, no locks, and no renaming but by a copy.
"""

import posixpath
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, TypeVar, cast
from urllib.parse import urlsplit

from .errors import ConcnerError, Errors

T = TypeVar("T")
R = TypeVar("R")
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.:\-]+://")
TRAILING = re.compile(r"(?<=[^:/])/+$")
# What `Path` leaves of a URL; one letter is a drive of Windows.
CRUSHED = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+:/(?!/)")
LOCAL = ("file", "local")
# Known to this process alone.
OWN_MEMORY = "memory"
# fsspec takes names with these for patterns of several.
PATTERN = re.compile(r"[*?\[\]]")
# What a store's object is read by; its readers ask for as much again when they need it.
BLOCK_BYTES = 1 << 23
# Requests at once.
N_REQUESTS = 16
# What the extra brings the package of.
IN_EXTRA = ("s3", "s3a")


def locate(place: str | Path, option: str = "INPUT") -> Path:
    """Give what a name stands for: a path of the disk, or one of a store.

    place (str | Path): A path, or a URL such as "s3://bucket/folder".
    option (str): What the caller calls it, for messages.
    RETURNS (Path): The path; of a store, a `UPath` that keeps no list of what is there.
    RAISES (ConcnerError): C680 for a URL that cannot be used, C681 if its package is not there,
        C686 for a URL that was made a `Path`.
    """
    if is_remote(place):
        return cast(Path, place)
    text = str(place)
    told = {"option": option, "path": text}
    if isinstance(place, Path) or not URL.match(text):
        check_local(Path(place), option)
        return Path(place)
    protocol = text.partition("://")[0]
    if protocol in LOCAL:
        return Path(text.partition("://")[2])
    reason = ""
    if "::" in protocol:
        reason = "it goes through several stores"
    elif urlsplit(text).password:
        told["path"] = f"{protocol}://…"
        reason = "it holds a password, which messages and files would show"
    elif found := PATTERN.search(text):
        reason = f"{found.group()!r} stands for other names there"
    if reason:
        raise ConcnerError(Errors.C680.format(reason=reason, **told))
    try:
        from fsspec import available_protocols
        from upath import UPath
    except ImportError as error:
        raise _no_package(told, protocol, error) from error
    if protocol not in available_protocols():
        raise ConcnerError(Errors.C680.format(reason=f"no store is called {protocol}", **told))
    path = cast(Path, UPath(TRAILING.sub("", text), use_listings_cache=False))
    try:
        _ = _fs(path)
    except ImportError as error:
        raise _no_package(told, protocol, error) from error
    # Whatever a store may ask for before it is asked for anything.
    except Exception as error:
        raise as_told(path, error) from error
    return path


def check_local(path: Path, option: str) -> None:
    """Check that a path of the disk is not a URL that lost a slash: C686.

    path (Path): The path.
    option (str): What the caller calls it, for messages.
    """
    if CRUSHED.match(str(path)) and not path.exists():
        url = str(path).replace(":/", "://", 1)
        raise ConcnerError(Errors.C686.format(option=option, path=url))


def is_remote(path: object) -> bool:
    """Tell whether a path is one of a store."""
    return hasattr(path, "storage_options")


def is_own_memory(path: Path) -> bool:
    """Tell whether other processes cannot see what a path stands for."""
    return is_remote(path) and cast(Any, path).protocol == OWN_MEMORY


def same_place(path: Path) -> tuple[object, ...]:
    """Give what two paths of a store have in common if they stand for one place.

    path (Path): The path.
    RETURNS (tuple[object, ...]): The kind of the store, and the parts of the name.
    """
    name = posixpath.normpath("/" + _name(path).strip("/"))
    return (type(_fs(path)).__name__, *(part for part in name.split("/") if part))


def is_file(path: Path) -> bool:
    """Tell whether there is a file."""
    if not is_remote(path):
        return path.is_file()
    with told(path):
        return bool(_fresh(path).isfile(_name(path)))


def is_folder(path: Path) -> bool:
    """Tell whether there is a folder; on a store, whether there is anything in it."""
    if not is_remote(path):
        return path.is_dir()
    with told(path):
        return bool(_fresh(path).isdir(_name(path)))


def list_sizes(folder: Path) -> dict[str, int]:
    """Give the files of a folder, without those in its folders.

    folder (Path): The folder; it need not be there.
    RETURNS (dict[str, int]): Bytes by name.
    """
    if not is_remote(folder):
        sizes = {}
        for path in folder.iterdir() if folder.is_dir() else ():
            # Runs of other parts rename theirs meanwhile.
            with suppress(FileNotFoundError):
                if path.is_file():
                    sizes[path.name] = path.stat().st_size
        return sizes
    return {
        entry["name"].rstrip("/").rpartition("/")[2]: entry["size"]
        for entry in _entries(folder)
        if entry["type"] == "file"
    }


def list_folders(folder: Path) -> list[Path]:
    """Give the folders in a folder, in order of their names; none if it is not there."""
    if not is_remote(folder):
        return sorted(path for path in folder.glob("*") if path.is_dir())
    names = {
        entry["name"].rstrip("/").rpartition("/")[2]
        for entry in _entries(folder)
        if entry["type"] == "directory"
    }
    return [folder / name for name in sorted(names)]


def list_tree(folder: Path) -> list[Path]:
    """Give all files of a folder and of those in it."""
    if not is_remote(folder):
        return [path for path in folder.rglob("*") if path.is_file()]
    start = _name(folder).rstrip("/")
    with told(folder):
        found = _fresh(folder).find(start)
    return [folder / name[len(start) :].lstrip("/") for name in found if name != start]


def sizes_of(paths: Sequence[Path]) -> list[int]:
    """Give the bytes of files, of a store several at once."""

    def size(path: Path) -> int:
        if not is_remote(path):
            return path.stat().st_size
        with told(path):
            return int(_fs(path).size(_name(path)))

    return _at_once(size, paths, any(map(is_remote, paths[:1])))


def open_stream(path: Path) -> IO[bytes]:
    """Open a file for reading, of which little is in memory.

    path (Path): The file.
    RETURNS (IO[bytes]): The stream; what it raises while it is read is told by `told`.
    """
    if not is_remote(path):
        return path.open("rb")
    return cast(IO[bytes], _fs(path).open(_name(path), "rb", block_size=BLOCK_BYTES))


def read_bytes(path: Path) -> bytes:
    """Read a file.

    path (Path): The file.
    RETURNS (bytes): What it holds.
    RAISES (OSError): FileNotFoundError if there is none, others of the disk alone.
    """
    if not is_remote(path):
        return path.read_bytes()
    with told(path, or_missing=True):
        return bytes(_fs(path).cat_file(_name(path)))


def read_each(paths: Sequence[Path]) -> list[bytes | None]:
    """Read small files, of a store several at once.

    paths (Sequence[Path]): The files.
    RETURNS (list[bytes | None]): What each holds, in order; None if it cannot be read.
    """

    def read(path: Path) -> bytes | None:
        with suppress(OSError):
            return read_bytes(path)
        return None

    return _at_once(read, paths, any(map(is_remote, paths[:1])))


def put(path: Path, content: bytes | Path) -> None:
    """Put an object of a store in one go: it is whole or not there.

    path (Path): The object.
    content (bytes | Path): What it is to hold, or a file of the disk that holds it.
    """
    with told(path):
        if isinstance(content, bytes):
            _fs(path).pipe_file(_name(path), content)
        else:
            _fs(path).put_file(str(content), _name(path))


def move(pairs: Iterable[tuple[Path, Path]]) -> None:
    """Move files to other places of the same disk; of a store copy them, several at once.

    pairs (Iterable[tuple[Path, Path]]): Where each is, and where it is to be.
    """

    def copy(pair: tuple[Path, Path]) -> None:
        source, target = pair
        try:
            with told(target, or_missing=True):
                _fs(source).cp_file(_name(source), _name(target))
        except FileNotFoundError:
            # On another machine, whose locks are not ours, a run that does the same was faster.
            if not is_file(target):
                raise

    pairs = list(pairs)
    if not any(is_remote(one) for one, _ in pairs[:1]):
        for one, other in pairs:
            one.replace(other)
        return
    _at_once(copy, pairs, True)


def remove(path: Path) -> None:
    """Remove a file that may be there."""
    if not is_remote(path):
        return path.unlink(missing_ok=True)
    with told(path), suppress(FileNotFoundError):
        _fs(path).rm_file(_name(path))


def remove_tree(folder: Path) -> None:
    """Remove a folder that may be there, with all that is in it."""
    if not is_remote(folder):
        return shutil.rmtree(folder, ignore_errors=True)
    with told(folder), suppress(FileNotFoundError):
        _fresh(folder).rm(_name(folder), recursive=True)


@contextmanager
def told(path: Path, or_missing: bool = False) -> Iterator[None]:
    """Tell what a store says as a coded error; faults of the disk pass as they are.

    path (Path): What is read or written.
    or_missing (bool): Let a FileNotFoundError pass as well.
    RAISES (ConcnerError): C682 if there is no such place, C683 if it must not be used, C684 if it
        cannot be reached, C685 for all else.
    """
    try:
        yield
    except ConcnerError:
        raise
    # Each library of a store has errors of its own.
    except Exception as error:
        if not is_remote(path) or (or_missing and isinstance(error, FileNotFoundError)):
            raise
        raise as_told(path, error) from error


def as_told(path: Path, error: Exception) -> ConcnerError:
    """Give what a store says as a coded error.

    path (Path): What is read or written.
    error (Exception): What the store's library raised.
    RETURNS (ConcnerError): C682 to C685.
    """
    name, text = type(error).__name__, " ".join(str(error).split()).rstrip(".")
    told = {"path": path, "reason": text[:300] or name}
    if isinstance(error, FileNotFoundError):
        return ConcnerError(Errors.C682.format(**told))
    if isinstance(error, PermissionError) or re.search("Credential|Token|Auth|Gated", name):
        return ConcnerError(Errors.C683.format(**told))
    if isinstance(error, ConnectionError | TimeoutError) or re.search("Connect|Timeout", name):
        return ConcnerError(Errors.C684.format(**told))
    return ConcnerError(Errors.C685.format(**told))


def _fs(path: Path) -> Any:
    return cast(Any, path).fs


def _fresh(path: Path) -> Any:
    """Give the store, which forgets what it knows of the names in it: others write, too."""
    store = _fs(path)
    store.invalidate_cache()
    return store


def _at_once(do: Callable[[T], R], things: Iterable[T], is_remote: bool) -> list[R]:
    """Do the same to several things, to those of a store by several requests at once."""
    if not is_remote:
        return [do(one) for one in things]
    with ThreadPoolExecutor(N_REQUESTS) as threads:
        return list(threads.map(do, things))


def _name(path: Path) -> str:
    return str(cast(Any, path).path)


def _entries(folder: Path) -> list[dict[str, Any]]:
    """List a folder of a store; nothing if it is not there."""
    with told(folder):
        try:
            return [
                entry
                for entry in _fresh(folder).ls(_name(folder), detail=True)
                # The mark of an empty folder, or a file of this name.
                if entry["name"].strip("/") != _name(folder).strip("/")
            ]
        except (FileNotFoundError, NotADirectoryError):
            return []


def _no_package(told: dict[str, str], protocol: str, error: ImportError) -> ConcnerError:
    packages = '"spacy-concner[remote]"'
    # fsspec names the package of each kind of store.
    if protocol not in IN_EXTRA and (found := re.search(r"[Ii]nstall\w* (\w+)", str(error))):
        packages += f" {found[1]}"
    return ConcnerError(Errors.C681.format(packages=packages, error=error, **told))
