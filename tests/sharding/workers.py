"""What processes of the tests do: they import this, and little else."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from spacy_concner.errors import ConcnerError
from spacy_concner.sharding.processes import Processes


def double(shard: int) -> tuple[int, int, str | None]:
    return 2 * shard, os.getpid(), os.environ.get("OMP_NUM_THREADS")


def make_double() -> Callable[[int], tuple[int, int, str | None]]:
    return double


def fail(shard: int) -> int:
    if shard == 3:
        raise ConcnerError("[C999] a fault of three")
    return shard


def make_failing() -> Callable[[int], int]:
    return fail


def die(shard: int) -> int:
    if shard == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return shard


def make_dying() -> Callable[[int], int]:
    return die


def make_dying_once(folder: Path) -> Callable[[int], int]:
    """Make what dies at three, the first time."""

    def work(shard: int) -> int:
        if shard == 3 and not (folder / "died").exists():
            (folder / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return -shard

    return work


def make_sleeping(folder: Path) -> Callable[[int], int]:
    def sleep(shard: int) -> int:
        (folder / str(os.getpid())).touch()
        time.sleep(60)
        return shard

    return sleep


def feed(folder: Path) -> None:
    """Feed two processes that sleep."""
    with Processes(make_sleeping, (folder,), 2) as engine:
        for shard in range(9):
            list(engine.put(shard))


if __name__ == "__main__":
    import sys

    from tests.sharding import workers

    workers.feed(Path(sys.argv[1]))
