"""The one runner of work that is cut into shards: what is there is kept, the rest is made."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

S = TypeVar("S")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True)
class Made(Generic[S, R]):
    """A shard that is there.

    shard: The shard, as it was given.
    result: What came of it.
    resumed: Whether an earlier run has made it.
    """

    shard: S
    result: R
    resumed: bool


class Engine(Protocol[S, R_co]):
    """Makes shards, here or by workers, each exactly once."""

    def put(self, shard: S) -> Iterator[tuple[S, R_co]]:
        """Take a shard, and give those that have been made meanwhile; wait while all are busy.

        shard (Any): The shard.
        YIELDS (tuple[Any, Any]): A shard and what came of it.
        """
        ...

    def finish(self) -> Iterator[tuple[S, R_co]]:
        """Give the shards that are still being made.

        YIELDS (tuple[Any, Any]): A shard and what came of it.
        """
        ...


class Lazily(Generic[S, R]):
    """Makes shards by a worker that is made with the first of them, so that its faults are told."""

    def __init__(self, make_worker: Callable[..., Callable[[S], R]], arguments: tuple) -> None:
        """Name the worker.

        make_worker (Callable): Makes what makes a shard.
        arguments (tuple): Its arguments.
        """
        self._make_worker = make_worker
        self._arguments = arguments
        self._worker: Callable[[S], R] | None = None

    def __call__(self, shard: S) -> R:
        """Make a shard."""
        if self._worker is None:
            self._worker = self._make_worker(*self._arguments)
        return self._worker(shard)


class Here(Generic[S, R]):
    """The engine of one process: this one."""

    def __init__(self, make: Callable[[S], R]) -> None:
        """Name the work.

        make (Callable): Makes a shard.
        """
        self._make = make

    def put(self, shard: S) -> Iterator[tuple[S, R]]:
        """Make a shard; see `Engine`."""
        yield shard, self._make(shard)

    def finish(self) -> Iterator[tuple[S, R]]:
        """Give nothing: what was put is made."""
        yield from ()


def run_shards(
    shards: Iterable[S], find: Callable[[S], R | None], engine: Engine[S, R]
) -> Iterator[Made[S, R]]:
    """Make shards, those of an earlier run excepted.

    A few are in memory at a time: one that is read, and those that the engine has.

    shards (Iterable[Any]): The shards, in order.
    find (Callable): Gives what an earlier run has made of a shard; None if it has to be made.
    engine (Engine): Makes the others.
    YIELDS (Made): The shards as they get ready, by one process in order.
    """
    for shard in shards:
        found = find(shard)
        if found is not None:
            yield Made(shard, found, resumed=True)
            continue
        for done, result in engine.put(shard):
            yield Made(done, result, resumed=False)
    for done, result in engine.finish():
        yield Made(done, result, resumed=False)
