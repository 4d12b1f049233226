"""Faults of the disk, whoever finds them, as coded errors."""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import ConcnerError, Errors
from .reasons import show_reason

# What a full or forbidden disk says.
FULL_DISK = {errno.ENOSPC, errno.EDQUOT}
DISK_FAULTS = {*FULL_DISK, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG}
# How libraries tell of them that raise errors of their own.
RUST_FAULT = re.compile(r"\(os error (\d+)\)")
NUMPY_FAULT = re.compile(r"\d+ requested and \d+ written")
# The first of all that `shutil.copytree` could not copy, which may be what is read.
COPY_FAULT = re.compile(r"\[Errno (\d+)\] ([^\"]+)")


@contextmanager
def told_as(option: str, path: Path, part: Path) -> Iterator[None]:
    """Tell faults of the disk as C129, and leave all others as they are.

    option (str): What the caller calls the output, for messages.
    path (Path): The output.
    part (Path): Where it is written meanwhile: faults that name it are of the disk, too.
    RAISES (ConcnerError): C129.
    """
    try:
        yield
    except ConcnerError:
        raise
    except Exception as error:
        fault = find_fault(error)
        if not (
            names_any(fault, part)
            or fault.errno in DISK_FAULTS
            or fault.filename == str(path.parent)
        ):
            raise
        reason = show_reason(fault)
        if fault.errno in FULL_DISK:
            reason = f"{reason}; make room for it and run the same command again"
        told = {"option": option, "path": path, "reason": reason}
        raise ConcnerError(Errors.C129.format(**told)) from error


def names_any(fault: OSError, folder: Path | str) -> bool:
    """Tell whether a fault is of a folder, or of what is in it."""
    names = (fault.filename, fault.filename2)
    return any(name is not None and str(name).startswith(str(folder)) for name in names)


def find_fault(error: Exception) -> OSError:
    """Give the fault of the disk that an error is, or tells of in its text, or an empty one."""
    if isinstance(error, OSError) and error.errno is not None:
        return error
    text = str(error)
    if isinstance(error, shutil.Error) and (found := COPY_FAULT.search(text)):
        return OSError(int(found[1]), found[2])
    if found := RUST_FAULT.search(text):
        return OSError(int(found[1]), os.strerror(int(found[1])))
    if NUMPY_FAULT.search(text):
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return OSError()
