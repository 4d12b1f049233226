"""Which rank this process is, as torchrun has told it, and its connection to the others."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ..errors import ConcnerError, Errors

ALONE = "-"


@dataclass(frozen=True)
class Ranks:
    """The processes that torchrun has started, seen from one of them.

    rank: The number of this one, from 0.
    size: How many there are, on all machines.
    """

    rank: int = 0
    size: int = 1


def find_ranks() -> Ranks:
    """Tell which rank this process is.

    RETURNS (Ranks): The rank; that of a process alone without torchrun.
    """
    try:
        return Ranks(int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"]))
    except (KeyError, ValueError):
        return Ranks()


@contextmanager
def connect(ranks: Ranks, timeout_minutes: float) -> Iterator[Any]:
    """Connect all ranks: by NCCL where they are on GPUs, by Gloo for all else.

    ranks (Ranks): Which rank this is.
    timeout_minutes (float): How long ranks wait for each other at most.
    YIELDS (Group): The group, whose connections are closed at the end.
    RAISES (ConcnerError): C661 if the others are not found, C666 if not every rank has a processor
        of its own, C672 without torch.
    """
    try:
        import torch
        from torch import distributed
    except ImportError as error:
        raise ConcnerError(Errors.C672.format(error=error)) from error
    from thinc.api import CupyOps, get_current_ops

    from ..collectives import Group, collect, joined

    on_gpu = isinstance(get_current_ops(), CupyOps)
    settings: dict[str, Any] = {"timeout": timedelta(minutes=timeout_minutes)}
    try:
        store, _, _ = next(distributed.rendezvous("env://", **settings))
        distributed.init_process_group(
            "cpu:gloo,cuda:nccl" if on_gpu else "gloo",
            store=store,
            rank=ranks.rank,
            world_size=ranks.size,
            **settings,
        )
    except (RuntimeError, ValueError) as error:
        address = ":".join(os.environ.get(f"MASTER_{name}", "?") for name in ("ADDR", "PORT"))
        raise ConcnerError(
            Errors.C661.format(
                rank=ranks.rank,
                size=ranks.size,
                address=address,
                reason=str(error).splitlines()[0],
                minutes=timeout_minutes,
            )
        ) from error
    with joined(Group(ranks.rank, ranks.size, store)) as group:
        device = f"GPU {torch.cuda.current_device()}" if on_gpu else ALONE
        check_processors(collect((platform.node(), device)))
        yield group


def check_processors(found: list[tuple[str, str]]) -> None:
    """Check that no two ranks share a GPU, and that all have one or none.

    found (list[tuple[str, str]]): Machine and GPU of each rank, ALONE on a processor.
    RAISES (ConcnerError): C666 if it is not so.
    """
    on_gpu = [place for place in found if place[1] != ALONE]
    shared = [place for place in found if place in on_gpu and found.count(place) > 1]
    if on_gpu and len(on_gpu) < len(found):
        shared = [place for place in found if place not in on_gpu]
    if shared:
        machine, device = shared[0]
        ranks = [rank for rank, place in enumerate(found) if place == shared[0]]
        device = "the processor" if device == ALONE else device
        raise ConcnerError(Errors.C666.format(ranks=ranks, device=device, machine=machine))
