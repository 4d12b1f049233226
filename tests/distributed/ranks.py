"""Ranks of a training as copies of this process, which has imported everything already."""

import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

# Far more than it takes where other programs leave it a core.
SECONDS = 400


def run_ranks(run: Callable[[int], object], logs: Path, size: int = 2) -> list[int]:
    """Run something on each of some ranks, and kill those that are not done in time.

    run (Callable[[int], object]): What to run; it takes the number of its rank.
    logs (Path): Folder for what each rank prints: `rank0.log` and so on.
    size (int): How many ranks there are; 1 is a process without torchrun.
    RETURNS (list[int]): Exit status of each, or minus the signal that has ended it.
    """
    logs.mkdir(parents=True, exist_ok=True)
    with socket.socket() as place:
        place.bind(("localhost", 0))
        port = place.getsockname()[1]
    children = [_fork(run, logs / f"rank{rank}.log", rank, size, port) for rank in range(size)]
    found: dict[int, int] = {}
    end = time.monotonic() + SECONDS
    while len(found) < size:
        for child in children:
            if child not in found:
                done, status = os.waitpid(child, os.WNOHANG)
                if done:
                    found[child] = os.waitstatus_to_exitcode(status)
                elif time.monotonic() > end:
                    os.kill(child, signal.SIGKILL)
        time.sleep(0.01)
    return [found[child] for child in children]


def _fork(run: Callable[[int], object], log: Path, rank: int, size: int, port: int) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        stream = log.open("w", encoding="utf8")
        for number in (1, 2):
            os.dup2(stream.fileno(), number)
        sys.stdout, sys.stderr = (open(n, "w", closefd=False) for n in (1, 2))
        if size > 1:
            os.environ |= {
                "RANK": str(rank),
                "WORLD_SIZE": str(size),
                "MASTER_ADDR": "localhost",
                "MASTER_PORT": str(port),
            }
        run(rank)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
