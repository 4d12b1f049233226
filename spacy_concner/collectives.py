"""What the ranks of a training tell each other: torch alone, over a group of processes.

Each function is called by all ranks, in the same order. Where one of them has ended, the others
are told by a coded error instead of waiting.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import distributed

from .errors import ConcnerError, Errors

# Small talk goes over the network of the processors, whatever gradients take.
CPU = torch.device("cpu")


class RankEnded(ConcnerError):
    """Another rank has ended, so that this one cannot go on."""


@dataclass
class Group:
    """The ranks that train together, seen from one of them.

    rank: The number of this one, from 0.
    size: How many there are.
    store: Where a rank that fails leaves its reason for the others.
    """

    rank: int
    size: int
    store: Any

    def tell_end(self, reason: str) -> None:
        """Let the others know why this rank ends.

        reason (str): The reason.
        """
        with suppress(Exception):
            self.store.set(f"ended/{self.rank}", reason)

    def find_reason(self, error: BaseException) -> str:
        """Find out why another rank has ended.

        error (BaseException): What the connection to it gave.
        RETURNS (str): What that rank has told, or else what became of the connection.
        """
        for rank in range(self.size):
            with suppress(Exception):
                if rank != self.rank and self.store.check([f"ended/{rank}"]):
                    return f"rank {rank} told {self.store.get(f'ended/{rank}').decode('utf8')!r}"
        # Without the place in torch's code, and without its guesses.
        told = re.sub(r"^\[.*?\] ", "", str(error).splitlines()[0]).partition(". ")[0]
        return f"the connection to it is lost ({told})"


# The group that this process is in, one at a time as in torch.
_groups: list[Group] = []


@contextmanager
def joined(group: Group) -> Iterator[Group]:
    """Be in a group whose processes are connected; at the end its connections are closed.

    group (Group): The group.
    YIELDS (Group): The same.
    """
    _groups.append(group)
    try:
        yield group
    except RankEnded:
        raise
    except BaseException as error:
        group.tell_end(" ".join(str(error).split()) or type(error).__name__)
        raise
    finally:
        _groups.remove(group)
        # Others that wait for this one learn by it that it is gone.
        distributed.destroy_process_group()


def current_group() -> Group | None:
    """Give the group that this process is in.

    RETURNS (Group | None): The group; None if it trains alone.
    """
    return _groups[-1] if _groups else None


@contextmanager
def _told_if_a_rank_ended() -> Iterator[Group]:
    group = _groups[-1]
    try:
        yield group
    except RuntimeError as error:
        message = Errors.C660.format(
            rank=group.rank, size=group.size, reason=group.find_reason(error)
        )
        raise RankEnded(message) from error


def sum_up(tensor: torch.Tensor, wait: bool = True) -> Any:
    """Add a tensor up over all ranks, in place.

    tensor (Tensor): One of the same shape on each rank.
    wait (bool): Whether to wait until it is done.
    RETURNS (Work | None): Without waiting, what `wait_for` waits for.
    """
    with _told_if_a_rank_ended():
        return distributed.all_reduce(tensor, async_op=not wait)


def wait_for(work: Any) -> None:
    """Wait for what `sum_up` has begun.

    work (Work): What it gave.
    """
    with _told_if_a_rank_ended():
        work.wait()


def find_least(number: int) -> int:
    """Give the least of the numbers of all ranks.

    number (int): That of this rank.
    RETURNS (int): The least.
    """
    return int(_reduced(torch.tensor([number]), distributed.ReduceOp.MIN)[0])


def find_most(numbers: Sequence[int]) -> list[int]:
    """Give the largest of the numbers of all ranks, place by place.

    numbers (Sequence[int]): Those of this rank, as many on each.
    RETURNS (list[int]): The largest.
    """
    return _reduced(torch.tensor(numbers), distributed.ReduceOp.MAX).tolist()


def _reduced(tensor: torch.Tensor, how: Any) -> torch.Tensor:
    with _told_if_a_rank_ended():
        distributed.all_reduce(tensor, how)
    return tensor


def spread(value: Any) -> Any:
    """Give what rank 0 has.

    value (Any): That of rank 0; what other ranks bring is not used.
    RETURNS (Any): The value of rank 0.
    """
    values = [value]
    with _told_if_a_rank_ended():
        distributed.broadcast_object_list(values, device=CPU)
    return values[0]


def collect(value: Any) -> list[Any]:
    """Give what all ranks have.

    value (Any): That of this rank.
    RETURNS (list[Any]): All values, in the order of the ranks.
    """
    with _told_if_a_rank_ended() as group:
        values: list[Any] = [None] * group.size
        distributed.all_gather_object(values, value)
    return values


@dataclass(frozen=True)
class Gathered:
    """Rows of all ranks, one after another.

    rows: `(n, width)` rows.
    ranks: `(n,)` int64 rank that each row is of.
    own: The rows of this rank.
    """

    rows: torch.Tensor
    ranks: torch.Tensor
    own: slice


def gather_rows(rows: torch.Tensor) -> Gathered:
    """Gather the rows of all ranks, as many as each has; gradients flow back to their ranks.

    rows (Tensor): `(n_rows, width)`; a rank without rows may have another width.
    RETURNS (Gathered): The rows of all.
    """
    with _told_if_a_rank_ended() as group:
        size = torch.tensor(rows.shape, device=rows.device)
        sizes = [torch.empty_like(size) for _ in range(group.size)]
        distributed.all_gather(sizes, size)
    counts = torch.stack(sizes)[:, 0]
    width = int(torch.stack(sizes)[:, 1].max())
    gathered = _GatherRows.apply(rows, counts.tolist(), width, group.rank)
    ranks = torch.arange(group.size, device=rows.device).repeat_interleave(counts)
    start = int(counts[: group.rank].sum())
    return Gathered(gathered, ranks, slice(start, start + len(rows)))


class _GatherRows(torch.autograd.Function):
    """Gathers rows; the gradient of a row is the sum of what all ranks found for it."""

    @staticmethod
    def forward(
        ctx: Any, rows: torch.Tensor, counts: list[int], width: int, rank: int
    ) -> torch.Tensor:
        """Gather rows, padded on the way to the count of the longest."""
        ctx.shape, ctx.counts, ctx.rank = rows.shape, counts, rank
        padded = rows.new_zeros(max(counts), width)
        if len(rows):
            padded[: len(rows)] = rows
        found = [torch.empty_like(padded) for _ in counts]
        with _told_if_a_rank_ended():
            distributed.all_gather(found, padded)
        return torch.cat([part[:count] for part, count in zip(found, counts, strict=True)])

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        """Add up the gradients of all rows over the ranks, and give those of this one's."""
        total = gradients[0].contiguous().clone()
        sum_up(total)
        own = total.split(ctx.counts)[ctx.rank]
        return own.reshape(ctx.shape), None, None, None
