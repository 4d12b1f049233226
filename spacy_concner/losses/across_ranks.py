"""Contrast with what other ranks hold: a larger batch without its memory in the encoder."""

from collections.abc import Mapping
from typing import Any

import torch

from ..collectives import current_group, gather_rows

# Documents of a batch are numbered from 0 on each rank.
MOST_DOCUMENTS = 2**32


def wait_for_others(losses: Mapping[str, Any]) -> bool:
    """Tell whether losses ask what other ranks hold, so that all ranks compute them together.

    losses (Mapping[str, Callable]): The losses by name.
    RETURNS (bool): Whether one does.
    """
    return current_group() is not None and any(
        getattr(loss, "across_ranks", False) for loss in losses.values()
    )


def gather_anchors(
    vectors: torch.Tensor, documents: torch.Tensor, *columns: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor, list[Any], slice | None]:
    """Gather what is contrasted from all ranks.

    Each rank takes the loss of its own anchors, among the vectors of all. The losses of all ranks
    add up to that of the joint batch, and so do the gradients: that of a vector is the sum of
    what all ranks found for it.

    vectors (Tensor): `(n, width)` vectors of this rank.
    documents (Tensor): `(n,)` int64 number of each vector's document, from 0.
    columns (Tensor | None): `(n,)` int64 each, what else is known of the vectors and means the
        same on all ranks; None stays None.
    RETURNS (tuple): Vectors, documents and columns of all ranks, and which rows are this rank's
        own; in a process alone what was given, and None.
    """
    if current_group() is None:
        return vectors, documents, list(columns), None
    known = [column for column in (documents, *columns) if column is not None]
    gathered = gather_rows(vectors)
    documents, *others = gather_rows(torch.stack(known, dim=1)).rows.unbind(dim=1)
    found = iter(others)
    return (
        gathered.rows,
        documents + gathered.ranks * MOST_DOCUMENTS,
        [None if column is None else next(found) for column in columns],
        gathered.own,
    )
