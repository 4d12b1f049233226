"""Disks that are full or read-only: told, and what stood there stays."""

import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from faults.calls import CALLS
from faults.injector import Injector, cut_writes
from faults.kill import Outcome, spread
from faults.runs import Ended, Stage, last_line
from faults.snapshots import differences, is_half_made, is_left_over, take

PAGE = 4096
MOST = 20
# Without a disk of their own.
MOST_STEPS = 10


@dataclass(frozen=True)
class Tried:
    """A run on a disk that fails.

    where: The fault.
    ended: How the run ended.
    can_clean: Whether what is half made could be removed.
    """

    where: str
    ended: Ended
    can_clean: bool = True


def try_disk(
    name: str, inputs: Path, work: Path, *, over_old: bool, read_only: bool, most: int = MOST
) -> Outcome:
    """Run a call on a disk that is full, at many points, or read-only.

    name (str): The call, of `calls.CALLS`.
    inputs (Path): What the calls read.
    work (Path): Folder for all that is made.
    over_old (bool): Over the output of an earlier call, with `--force`.
    read_only (bool): The disk is read-only; else full.
    most (int): Points at most of a full disk.
    RETURNS (Outcome): The trials, those in which there was room enough among them.
    """
    if (work / "out").is_mount():
        # Of a bench that was stopped.
        subprocess.run(["umount", str(work / "out")], check=True)
    stage = Stage(CALLS[name], inputs, work, over_old=over_old)
    expected, done = stage.expected, Outcome()
    spacys_own = tuple(f"'{stage.out / path}'" for path in stage.call.spacys_own)
    trials = _read_only(stage) if read_only else _full(stage, most)
    for tried in trials:
        printed = tried.ended.printed
        if tried.ended.status == 0:
            unlike = differences(take(stage.out), stage.new)
            if not tried.can_clean:
                unlike = [path for path in unlike if not is_left_over(path)]
            done.add(tried.where, [f"{path} is not as it is with room" for path in unlike])
            continue
        faults = []
        told = last_line(printed)
        is_spacys = told.endswith(spacys_own)
        if not is_spacys and ("[C" not in printed or "Traceback" in printed):
            faults.append(f"no coded error: {told}")
        faults += expected.find_faults(stage.out)
        if tried.can_clean:
            left = [path for path in take(stage.out) if is_half_made(path)]
            faults += [f"{path} is left" for path in left]
        done.add(tried.where, faults)
        done.n_failed += 1
    return done


def _full(stage: Stage, most: int) -> Iterator[Tried]:
    _ = stage.new
    if can_mount():
        half = most // 2
        used = _pages(stage.out)
        stage.reset()
        spare = max(_pages(stage.out) - used, used, 1) + 4
        for number in spread(spare, half):
            free = number - 1
            yield Tried(f"{free} pages free", _run_on(stage, lambda used, n=free: _size(used + n)))
        files = len(list(stage.out.rglob("*"))) + 1
        for number in spread(max(stage.steps, 2), most - half):
            inodes = f"nr_inodes={files + number}"
            yield Tried(f"{number - 1} files free", _run_on(stage, lambda used, told=inodes: told))
    for step in spread(stage.steps, MOST_STEPS):
        stage.reset()
        fault = Injector(stage.out, step, errno.ENOSPC)
        yield Tried(f"full from step {step} on", stage.run(before=fault.arm))
    # What is printed goes to a file, too, and must have room.
    sizes = [size // 2 for size in stage.sizes if size > PAGE]
    for number in spread(len(sizes), 3):
        stage.reset()
        size = sizes[number - 1]
        ended = stage.run(before=cut_writes(size, kills=False))
        yield Tried(f"no file over {size} bytes", ended)
    stage.reset()


def _read_only(stage: Stage) -> Iterator[Tried]:
    _ = stage.new
    if can_mount():
        yield Tried("read-only disk", _run_on(stage, lambda used: "ro"))
    for code in (errno.EACCES, errno.EROFS):
        for step in spread(stage.steps, 2):
            stage.reset()
            fault = Injector(stage.out, step, code)
            told = f"{errno.errorcode[code]} from step {step} on"
            yield Tried(told, stage.run(before=fault.arm), can_clean=False)
    stage.reset()


def _size(pages: int) -> str:
    return f"size={pages * PAGE}"


def _run_on(stage: Stage, option: Callable[[int], str]) -> Ended:
    """Run a call on a disk of its own, mounted anew once its start is on it.

    option (Callable[[int], str]): Gives the option of the mount by the pages that are in use then.
    """
    stage.reset()
    start = stage.out.with_name("held")
    shutil.rmtree(start, ignore_errors=True)
    shutil.copytree(stage.out, start)
    mount("-t", "tmpfs", "tmpfs", stage.out)
    try:
        shutil.copytree(start, stage.out, dirs_exist_ok=True)
        disk = os.statvfs(stage.out)
        used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize // PAGE
        mount("-o", f"remount,{option(used)}", stage.out)
        ended = stage.run()
        # What is there must be looked at once the disk is gone.
        shutil.rmtree(start)
        shutil.copytree(stage.out, start)
    finally:
        subprocess.run(["umount", str(stage.out)], check=True)
    for path in stage.out.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(start, stage.out, dirs_exist_ok=True)
    return ended


def _pages(folder: Path) -> int:
    """Count the pages that files take."""
    return sum(-(-path.stat().st_size // PAGE) for path in folder.rglob("*") if path.is_file())


def mount(*words: object) -> None:
    """Call mount."""
    subprocess.run(["mount", *map(str, words)], check=True, capture_output=True)


@cache
def can_mount() -> bool:
    """Tell whether disks can be mounted here."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        try:
            mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", folder)
        except (OSError, subprocess.CalledProcessError):
            return False
        subprocess.run(["umount", folder], check=True)
    return True
