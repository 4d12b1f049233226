"""One run at a time writes an output: locks that go with their process, however it ends."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import ConcnerError, Errors
from ..remote import is_remote, same_place
from .reasons import show_reason

# Seconds that a run waits for others that begin or end at the same moment.
PATIENCE = 10.0


@contextmanager
def lock(option: str, path: Path, *, patience: float = 0) -> Iterator[None]:
    """Keep other runs on this machine from an output, be it of the disk or of a store.

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
        place = "/".join(map(str, same_place(path))) if is_remote(path) else str(path.resolve())
        name = hashlib.sha256(place.encode("utf8")).hexdigest()[:32]
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
