"""A folder for what a run needs only for a while, on whatever disk the machine has for that."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import ConcnerError, Errors
from .disk_faults import DISK_FAULTS, find_fault, names_any
from .reasons import show_reason

PREFIX = "spacy-concner-"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a new folder that goes at the end.

    YIELDS (Path): The folder.
    RAISES (ConcnerError): C059 if there is no place for temporary files, or it is full.
    """
    try:
        folder = tempfile.gettempdir()
    except FileNotFoundError as error:
        told = {"folder": "any folder", "reason": show_reason(error)}
        raise ConcnerError(Errors.C059.format(**told)) from error
    try:
        with tempfile.TemporaryDirectory(prefix=PREFIX, dir=folder) as scratch:
            yield Path(scratch)
    except ConcnerError:
        raise
    except Exception as error:
        fault = find_fault(error)
        # A write that fails names no file, and other outputs tell of theirs.
        is_write = fault.errno in DISK_FAULTS and fault.filename is None
        if not (is_write or names_any(fault, Path(folder) / PREFIX)):
            raise
        told = {"folder": folder, "reason": show_reason(fault)}
        raise ConcnerError(Errors.C059.format(**told)) from error
