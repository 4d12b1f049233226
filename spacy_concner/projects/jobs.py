"""Commands that run side by side: their lines told apart, none of them left when the run ends.

Each runs below a small watcher, a process that ends the command, and whatever that has started,
when its own input ends: because a job beside it has failed, or because the run was killed.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO

from ..errors import ConcnerError, Errors
from ..sharding.processes import THREADS, count_cores

WATCHER = """
import os, signal, subprocess, sys, threading
own = {"start_new_session": True} if os.name == "posix" else {}
try:
    job = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, **own)
except OSError as error:
    print(error.strerror, file=sys.stderr)
    sys.exit(int(os.environ["CONCNER_NOT_STARTED"]))
def end():
    sys.stdin.buffer.read()
    try:
        os.killpg(job.pid, signal.SIGKILL) if own else job.kill()
    except OSError:
        pass
threading.Thread(target=end, daemon=True).start()
status = job.wait()
os._exit(status if status >= 0 else 128 - status)
"""
# No command that was started ends so; shells say it of one that was not found.
NOT_STARTED = 127


@dataclass(frozen=True)
class Job:
    """A command of several.

    name: What its lines begin with, such as "bg".
    command: Its words.
    """

    name: str
    command: Sequence[str]

    @property
    def shown(self) -> str:
        """The first words, for messages."""
        return " ".join(self.command[:5])


def count_jobs(jobs: int) -> int:
    """Give how many jobs run at once.

    jobs (int): What was asked for; 0 for one a core.
    RETURNS (int): How many.
    RAISES (ConcnerError): C406 for a negative number.
    """
    if jobs < 0:
        raise ConcnerError(Errors.C406.format(option="--jobs", value=jobs, least=0))
    return jobs or count_cores()


def run_jobs(jobs: Sequence[Job], at_once: int) -> None:
    """Run commands, several at once; the first that fails ends the others.

    Each computes on one thread unless the environment says otherwise.

    jobs (Sequence[Job]): The commands, which begin in this order.
    at_once (int): How many run at a time.
    RAISES (ConcnerError): C614 if one fails, C617 if it cannot be started.
    """
    run = _Run()
    with ThreadPoolExecutor(at_once) as threads, run.ended():
        for done in as_completed([threads.submit(run.job, job) for job in jobs]):
            done.result()


class _Run:
    """Jobs that run, and what ends them."""

    def __init__(self) -> None:
        self._printing = threading.Lock()
        self._starting = threading.Lock()
        self._inputs: list[IO[bytes]] = []
        self._is_over = False

    @contextmanager
    def ended(self) -> Iterator[None]:
        """End all jobs with the block, however it ends."""
        try:
            yield
        finally:
            with self._starting:
                self._is_over = True
            for stream in self._inputs:
                with suppress(OSError):
                    stream.close()

    def job(self, job: Job) -> None:
        """Run a job to its end."""
        with self._starting:
            if self._is_over:
                return
            watcher = subprocess.Popen(
                [sys.executable, "-S", "-c", WATCHER, *job.command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=_environment(os.environ),
            )
            assert watcher.stdin is not None and watcher.stdout is not None
            self._inputs.append(watcher.stdin)
        last = ""
        for line in watcher.stdout:
            # A bar of progress is drawn over and over in one line.
            last = line.decode("utf8", "replace").rstrip().rpartition("\r")[2]
            with self._printing:
                print(f"[{job.name}] {last}", flush=True)
        status = watcher.wait()
        if self._is_over or not status:
            return
        told = {"command": job.shown, "values": job.name}
        if status == NOT_STARTED:
            raise ConcnerError(Errors.C617.format(reason=last, **told))
        raise ConcnerError(Errors.C614.format(status=status, **told))


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    alone = dict.fromkeys(THREADS, "1")
    told = {"PYTHONUNBUFFERED": "1", "CONCNER_NOT_STARTED": str(NOT_STARTED)}
    return {**alone, **told, **given}
