"""Shards made by processes of this machine, each with a pipeline of its own."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from multiprocessing.connection import wait as wait_for
from typing import Any, Generic, TypeVar

from ..errors import ConcnerError, Errors
from .run import Lazily

S = TypeVar("S")
R = TypeVar("R")
# One thread a process: the processes take the cores, and sums come out the same for any number.
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")

_make: Callable[[Any], Any] | None = None


def count_cores() -> int:
    """Give the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Processes(AbstractContextManager, Generic[S, R]):
    """An engine of several processes; to be used as a context."""

    def __init__(
        self, make_worker: Callable[..., Callable[[S], R]], arguments: tuple, n: int
    ) -> None:
        """Name the work; processes start when there is work for them.

        make_worker (Callable): Makes, in each process once, what makes a shard. A function of a
            module, as are its arguments and results: they are sent.
        arguments (tuple): Its arguments.
        n (int): How many processes.
        """
        self._n = n
        self._waiting: dict[Future, S] = {}
        self._pool = ProcessPoolExecutor(
            n,
            # A fork would share locks and threads of libraries.
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start,
            initargs=(make_worker, arguments),
        )

    def put(self, shard: S) -> Iterator[tuple[S, R]]:
        """Send a shard to a process; see `Engine`."""
        # One more than there are processes, so that none waits for the reading.
        while len(self._waiting) > self._n:
            yield from self._take()
        try:
            with _one_thread_each():
                self._waiting[self._pool.submit(_work, shard)] = shard
        except BrokenProcessPool as error:
            raise self._told(shard) from error

    def finish(self) -> Iterator[tuple[S, R]]:
        """Wait for the processes; see `Engine`."""
        while self._waiting:
            yield from self._take()

    def _take(self) -> Iterator[tuple[S, R]]:
        ready, _ = wait(self._waiting, return_when=FIRST_COMPLETED)
        for future in ready:
            shard = self._waiting.pop(future)
            try:
                result = future.result()
            except BrokenProcessPool as error:
                raise self._told(shard) from error
            yield shard, result

    def _told(self, shard: S) -> ConcnerError:
        return ConcnerError(Errors.C631.format(shard=getattr(shard, "number", shard)))

    def __exit__(self, *error: object) -> None:
        """Let the processes end with what they are at."""
        self._pool.shutdown(cancel_futures=True)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let processes that start meanwhile compute on one thread, unless the user says otherwise."""
    missing = [name for name in THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(missing, "1"))
    try:
        yield
    finally:
        for name in missing:
            del os.environ[name]


def _start(make_worker: Callable[..., Callable[[Any], Any]], arguments: tuple) -> None:
    """Begin a process: what it needs is loaded with its first shard, so that faults are told."""
    global _make

    # Who presses Ctrl-C stops the process that feeds this one, which lets it end its shard.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    _make = Lazily(make_worker, arguments)


def _end_with(sentinel: int) -> None:
    """End this process when the one that feeds it is gone: killed, it cannot tell."""
    wait_for([sentinel])
    os._exit(1)


def _work(shard: Any) -> Any:
    assert _make is not None
    return _make(shard)
