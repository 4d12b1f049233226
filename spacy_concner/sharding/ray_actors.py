"""Shards made by actors of Ray, on this machine or on a cluster whose machines share the disk."""

import logging
import os
import socket
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from typing import Any, Generic, TypeVar

from ..errors import ConcnerError, Errors, Warnings
from .run import Lazily

S = TypeVar("S")
R = TypeVar("R")
# What an actor has at once: a shard that it makes, and one to go on with.
EACH = 2
# How often a shard may cost an actor its life before the run is given up.
MOST_DEATHS = 3
# Makes Ray start a cluster even where another run has one, which ends with that run.
OWN_CLUSTER = "local"
# Seconds that a cluster has to answer.
ANSWER_WITHIN = 20.0
# Seconds without a result after which a run says that it waits.
PATIENCE = 300.0


def import_ray() -> Any:
    """Give the package ray, which tells nobody of its use.

    RETURNS (module): The package.
    RAISES (ConcnerError): C632 if it is not there.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as error:
        raise ConcnerError(Errors.C632.format(error=error)) from error
    return ray


class RayActors(AbstractContextManager, Generic[S, R]):
    """An engine of Ray's actors; to be used as a context.

    An actor that dies is replaced, and what it had is made by others.
    """

    def __init__(
        self,
        make_worker: Callable[..., Callable[[S], R]],
        arguments: tuple,
        n: int,
        *,
        address: str = "",
        on_gpu: bool = False,
    ) -> None:
        """Name the work, and join a cluster.

        make_worker (Callable): Makes, in each actor once, what makes a shard.
        arguments (tuple): Its arguments, which are sent, as are shards and results.
        n (int): How many actors; 0 for one a core of the cluster, or one a GPU.
        address (str): Address of a cluster, as Ray writes it; "" for that which this process has
            joined, or that of RAY_ADDRESS, or else one of its own on this machine.
        on_gpu (bool): Whether each actor has a GPU to itself.
        RAISES (ConcnerError): C632 if Ray is not installed, C633 if the cluster is not there or
            has no such machines.
        """
        self._ray = import_ray()
        self._starts = not self._ray.is_initialized()
        if self._starts:
            self._join(address)
        self._resource = "GPU" if on_gpu else "CPU"
        self._n = n or int(self._ray.cluster_resources().get(self._resource, 0))
        if not self._n:
            raise ConcnerError(Errors.C633.format(error=f"it has no {self._resource}"))
        settings = {"num_cpus": 1, "num_gpus": int(on_gpu), "max_restarts": 0}
        actor = self._ray.remote(**settings)(_Actor)
        self._start = lambda: actor.remote(make_worker, arguments, os.getcwd())
        # What each actor has, by what stands for the result; the first is what it is making.
        self._work: dict[Any, dict[Any, S]] = {}
        self._deaths: Counter[Any] = Counter()

    def put(self, shard: S) -> Iterator[tuple[S, R]]:
        """Send a shard to an actor; see `Engine`."""
        while sum(map(len, self._work.values())) >= EACH * self._n:
            yield from self._take()
        self._send(shard)

    def finish(self) -> Iterator[tuple[S, R]]:
        """Wait for the actors; see `Engine`."""
        while any(self._work.values()):
            yield from self._take()

    def _send(self, shard: S) -> None:
        if len(self._work) < self._n and all(self._work.values()):
            self._work[self._start()] = {}
        actor = min(self._work, key=lambda one: len(self._work[one]))
        self._work[actor][actor.make.remote(shard)] = shard

    def _take(self) -> Iterator[tuple[S, R]]:
        waiting = {result: actor for actor, work in self._work.items() for result in work}
        ready = self._wait(list(waiting))
        actor = waiting[ready]
        try:
            result = self._ray.get(ready)
        except self._ray.exceptions.RayActorError as error:
            self._replace(actor, error)
            return
        except self._ray.exceptions.RayTaskError as error:
            # Its own text is the traceback of another process.
            raise error.cause if isinstance(error.cause, ConcnerError) else error from None
        yield self._work[actor].pop(ready), result

    def _wait(self, results: list[Any]) -> Any:
        """Give a result that is there, and say so if none is for long."""
        found, _ = self._ray.wait(results, timeout=PATIENCE)
        if not found:
            total = self._ray.cluster_resources().get(self._resource, 0)
            free = self._ray.available_resources().get(self._resource, 0)
            told = {"seconds": PATIENCE, "n": self._n, "resource": self._resource}
            warnings.warn(Warnings.W630.format(**told, total=total, free=free), stacklevel=2)
            found, _ = self._ray.wait(results)
        return found[0]

    def _replace(self, actor: Any, error: Exception) -> None:
        """Give what a dead actor had to others."""
        shards = list(self._work.pop(actor).values())
        number = getattr(shards[0], "number", shards[0])
        self._deaths[number] += 1
        if self._deaths[number] >= MOST_DEATHS:
            raise ConcnerError(Errors.C631.format(shard=number)) from error
        for shard in shards:
            self._send(shard)

    def _join(self, address: str) -> None:
        settings: dict[str, Any] = {"logging_level": logging.ERROR, "log_to_driver": False}
        address = address or os.environ.get("RAY_ADDRESS", "") or OWN_CLUSTER
        _check_there(address)
        settings |= {"address": address}
        if address == OWN_CLUSTER:
            settings |= {"include_dashboard": False}
        try:
            self._ray.init(**settings)
        # Whatever a broken address or cluster may raise.
        except Exception as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
            raise ConcnerError(Errors.C633.format(error=reason)) from error

    def __exit__(self, *error: object) -> None:
        """End the actors, and a cluster that was started for them."""
        for actor in self._work:
            self._ray.kill(actor)
        if self._starts:
            self._ray.shutdown()


def _check_there(address: str) -> None:
    """Ask whether anything answers at an address, for Ray itself asks for a quarter of an hour."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER_WITHIN).close()
    except (OSError, OverflowError) as error:
        reason = f"nothing answers at {address} ({error})"
        raise ConcnerError(Errors.C633.format(error=reason)) from error


class _Actor:
    """What runs in an actor: what it needs is loaded with its first shard."""

    def __init__(
        self, make_worker: Callable[..., Callable[[Any], Any]], arguments: tuple, folder: str
    ) -> None:
        # Paths mean what they mean where the command was typed.
        with suppress(OSError):
            os.chdir(folder)
        self._make = Lazily(make_worker, arguments)

    def make(self, shard: Any) -> Any:
        """Make a shard."""
        return self._make(shard)
