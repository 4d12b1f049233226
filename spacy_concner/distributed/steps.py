"""Steps that all ranks take together, whatever each of them has to learn from."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

# After the last epoch of any training.
END = 2**62


def in_step(
    batches: Iterable[tuple[int, Any]], find_least: Callable[[int], int]
) -> Iterator[tuple[int, Any]]:
    """Give batches so that no rank is in an epoch that another has not begun, or has left.

    A rank whose batches of an epoch are fewer than another's takes the rest of the epoch's steps
    on empty ones: it learns what the others do, and each document counts once an epoch. The
    training ends on all ranks when none has a batch left.

    batches (Iterable[tuple[int, Any]]): Epochs and batches of this rank, as spaCy makes them.
    find_least (Callable[[int], int]): Gives the least of the numbers of all ranks.
    YIELDS (tuple[int, Any]): Epochs and batches, as many on each rank.
    """
    own = iter(batches)
    coming = next(own, None)
    while True:
        epoch = find_least(END if coming is None else coming[0])
        if epoch == END:
            return
        if coming is None or coming[0] > epoch:
            yield epoch, []
        else:
            yield coming
            coming = next(own, None)
