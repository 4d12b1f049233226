"""What stands beside an output until it is whole, and is cleared away after a run was killed."""

import re
import shutil
import uuid
from collections.abc import Iterable
from pathlib import Path

PART = ".part"
ASIDE = ".aside"
# What `beside` calls a file or folder until it comes under its name.
BESIDE = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{8}\.(part|aside)", re.DOTALL)


def target(path: Path) -> Path:
    """Give what a path stands for: the end of a link."""
    return path.resolve() if path.is_symlink() else path


def beside(path: Path, suffix: str) -> Path:
    """Give a new name, beside a path, for what is to come there or has stood there."""
    return path.absolute().with_name(f".{path.name}.{uuid.uuid4().hex[:8]}{suffix}")


def sweep(path: Path) -> None:
    """Clear away what killed runs have left beside an output, and put back what they moved aside.

    path (Path): The output, which no other run is writing.
    """
    if path.parent.is_dir():
        _clear_away(path.parent.glob(f".{_escape(path.name)}.*"))


def sweep_inside(path: Path) -> None:
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
