"""Single files of a folder written anew, with what its marker tells of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ..folder_marker import MARKER, Marker, file_sha256, read_marker
from .whole import whole_file


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
