"""A fault at a chosen step of a process in a folder: it is killed there, or the disk fails.

A step is what changes the folder: a file opened for writing, a rename, a new or removed file or
folder. Python tells of each by an audit event, before it is done. Copies of the process that are
forked count with it.
"""

import errno
import mmap
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
# Where in the arguments of an event a path and the folder that it is relative to stand.
PATHS = {
    "os.rename": ((0, 2), (1, 3)),
    "os.mkdir": ((0, 2),),
    "os.remove": ((0, 1),),
    "os.rmdir": ((0, 1),),
    "os.link": ((1, 3),),
    "os.symlink": ((1, 2),),
    "os.truncate": ((0, None),),
    "sqlite3.connect": ((0, None),),
}
# What needs room: a full disk lets files be renamed and removed.
NEED_ROOM = {"open", "os.mkdir", "os.link", "os.symlink", "sqlite3.connect"}


class Injector:
    """Counts the steps in a folder, and strikes at one."""

    def __init__(self, folder: Path, at: int = 0, code: int | None = None) -> None:
        """Choose the fault; `arm` puts it into a process.

        folder (Path): Where steps count.
        at (int): The step to strike at, from 1; 0 counts only.
        code (int | None): What the disk says from that step on, of `errno`; None kills the
            process that comes to the step.
        """
        self.folder = os.path.realpath(folder)
        self.at, self.code = at, code
        self._shared = mmap.mmap(-1, 8)

    @property
    def steps(self) -> int:
        """Steps so far, those of all processes."""
        return struct.unpack("q", self._shared[:8])[0]

    def arm(self) -> None:
        """Watch this process from now on, and what it forks."""
        sys.addaudithook(self._watch)

    def _watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if not (isinstance(flags, int) and flags & WRITES and self._is_inside(path, None)):
                return
        elif event not in PATHS or not any(
            self._is_inside(arguments[i], None if j is None else arguments[j])
            for i, j in PATHS[event]
        ):
            return
        steps = self.steps + 1
        self._shared[:8] = struct.pack("q", steps)
        if not self.at or steps < self.at:
            return
        if self.code is None:
            os.kill(os.getpid(), signal.SIGKILL)
        elif self.code != errno.ENOSPC or event in NEED_ROOM:
            raise OSError(self.code, os.strerror(self.code), str(arguments[0]))

    def _is_inside(self, path: Any, folder: int | None) -> bool:
        if isinstance(path, int):
            return False
        name = os.fsdecode(path)
        if not os.path.isabs(name):
            above = os.getcwd() if folder in (None, -1) else os.readlink(f"/proc/self/fd/{folder}")
            name = os.path.join(above, name)
        return name.startswith(self.folder)


def cut_writes(size: int, *, kills: bool) -> Callable[[], None]:
    """Make what lets no file of a process grow larger than this.

    size (int): Bytes.
    kills (bool): Kill the process in the middle of the write; else the write fails (EFBIG).
    RETURNS (Callable): To be called in the process.
    """

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL if kills else signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit
