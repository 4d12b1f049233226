"""The marker of a folder: which verb made it, of what files it consists, and their digests."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import __version__
from .errors import ConcnerError, Errors
from .remote import is_remote, list_tree, open_stream, read_bytes

MARKER = "concner.json"
META = "meta.json"
# What a pipeline's folder holds for people, who may edit it, and records of ours; `spacy package`
# writes the meta data anew.
NOT_READ = ("*.md", "LICEN[CS]E*", "concner*.json", META)


@dataclass(frozen=True)
class Marker:
    """What a folder says of itself.

    verb: The verb that made it.
    files: Of what files it consists, relative to the folder.
    sha256: Digests by file, in hexadecimal; while a file is being replaced the old one and the
        new one, with a blank between them. Only shipped pipelines keep them.
    finished: Whether all of it is there.
    """

    verb: str
    files: list[Path]
    sha256: dict[str, str] = field(default_factory=dict)
    finished: bool = True

    def write(self, path: Path) -> None:
        """Write it.

        path (Path): The file.
        """
        path.write_bytes(self.content())

    def content(self) -> bytes:
        """Give what its file holds."""
        files = [file.as_posix() for file in self.files]
        content: dict[str, object] = {"verb": self.verb, "version": __version__, "files": files}
        if not self.finished:
            content["unfinished"] = True
        if self.sha256:
            content["sha256"] = self.sha256
        return f"{json.dumps(content, indent=1)}\n".encode()


def make_marker(folder: Path, verb: str, sealed: bool = False) -> Marker:
    """Make the marker of a folder that is complete.

    folder (Path): The folder.
    verb (str): The verb that made it.
    sealed (bool): Keep the digests of its files, as `check_sealed` wants them.
    RETURNS (Marker): The marker.
    """
    files = [path for path in list_files(folder) if path != Path(MARKER)]
    read = [path for path in files if not _is_for_people(path)] if sealed else []
    return Marker(verb, files, {path.as_posix(): file_sha256(folder / path) for path in read})


def read_marker(folder: Path) -> Marker | None:
    """Read the marker of a folder.

    folder (Path): The folder.
    RETURNS (Marker | None): None if there is none or none that can be read.
    RAISES (ConcnerError): C683 to C685 if a store cannot be asked.
    """
    try:
        content = json.loads(read_bytes(folder / MARKER))
        files = [Path(name) for name in content["files"]]
        digests, finished = dict(content.get("sha256", {})), not content.get("unfinished", False)
        return Marker(str(content["verb"]), files, digests, finished)
    except ConcnerError:
        raise
    except (OSError, ValueError, KeyError, TypeError):
        return None


def check_complete(folder: Path) -> None:
    """Check that a folder that has a marker is finished, and still has all its files.

    folder (Path): The folder.
    RAISES (ConcnerError): C602 if some are gone, C608 if the run that makes it has not ended.
    """
    marker = read_marker(folder)
    if marker is None:
        return
    verb = f"spacy concner {marker.verb}"
    if not marker.finished:
        raise ConcnerError(Errors.C608.format(path=folder, verb=verb))
    if is_remote(folder):
        # One list, where each question would be a request.
        missing = sorted(set(marker.files) - set(list_files(folder)))
    else:
        missing = [name for name in marker.files if not (folder / name).exists()]
    if missing:
        values = {"n_missing": len(missing), "n_files": len(marker.files), "example": missing[0]}
        raise ConcnerError(Errors.C602.format(path=folder, verb=verb, **values))


def is_sealed(folder: Path) -> bool:
    """Tell whether a folder keeps the digests of its files, as shipped pipelines do."""
    marker = read_marker(folder)
    return marker is not None and bool(marker.sha256)


def check_sealed(folder: Path) -> None:
    """Check that the files of a pipeline are those that were written.

    folder (Path): Its folder; one whose marker has no digests is not checked, nor are its README
        and licences.
    RAISES (ConcnerError): C607 if a file is gone, cut short or changed, or the marker is.
    """
    changed = _find_changed(folder)
    if changed:
        what = (
            "has other content than" if (folder / changed).is_file() else "is gone, which is among"
        )
        marker = read_marker(folder)
        verb = f"spacy concner {marker.verb}" if marker else "spacy concner"
        told = {"path": folder, "file": changed, "what": what, "marker": MARKER}
        raise ConcnerError(Errors.C607.format(**told, verb=verb))


def list_files(folder: Path) -> list[Path]:
    """List the files of a folder and of those in it, relative to it, in order."""
    if is_remote(folder):
        return sorted(Path(str(path.relative_to(folder))) for path in list_tree(folder))
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir())


def fingerprint(files: Iterable[Path]) -> str:
    """Give the SHA-256 of files, names and contents, in hexadecimal."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode("utf8"))
        for chunk in _chunks(file):
            digest.update(chunk)
    return digest.hexdigest()


def file_sha256(file: Path) -> str:
    """Give the SHA-256 of what a file holds, in hexadecimal."""
    digest = hashlib.sha256()
    for chunk in _chunks(file):
        digest.update(chunk)
    return digest.hexdigest()


def _is_for_people(path: Path) -> bool:
    return len(path.parts) == 1 and any(path.match(pattern) for pattern in NOT_READ)


def _find_changed(folder: Path) -> str:
    """Name the first file of a folder that is not as its marker says; empty if there is none."""
    marker = read_marker(folder)
    if marker is None:
        return MARKER if (folder / MARKER).exists() else ""
    for name, expected in marker.sha256.items():
        file = folder / name
        if not file.is_file() or file_sha256(file) not in expected.split():
            return name
    # It has no digest, for spacy package writes it anew.
    return META if marker.sha256 and not _is_json(folder / META) else ""


def _is_json(file: Path) -> bool:
    try:
        return isinstance(json.loads(file.read_text("utf8")), dict)
    except (OSError, ValueError):
        return False


def _chunks(file: Path) -> Iterator[bytes]:
    with open_stream(file) as stream:
        while chunk := stream.read(1 << 20):
            yield chunk
