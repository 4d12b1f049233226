"""Sequences of different length that are worked through together, without padding (pure)."""

from collections.abc import Iterator, Sequence

import numpy as np


class Sequences:
    """Rows of a batch of sequences by position: the first tokens of all, then the second ones.

    At a position only the sequences that are longer take part, so that memory is that of the
    scores themselves. The longest sequence comes first, so that the tokens of a position follow
    each other, and so do those before them: slices of one array, which numpy takes without a copy.

    order: `(n_tokens,)` int64 rows, by position.
    """

    def __init__(self, lengths: Sequence[int] | np.ndarray) -> None:
        """Sort the tokens.

        lengths (Sequence[int]): Tokens of each sequence, none zero; they lie one after another.
        """
        sizes = np.asarray(lengths, dtype="i8")
        starts = np.cumsum(sizes) - sizes
        ranked = np.argsort(-sizes, kind="stable")
        starts, sizes = starts[ranked], sizes[ranked]
        longest = int(sizes[0]) if len(sizes) else 0
        counts = np.searchsorted(-sizes, -np.arange(longest), side="left")
        self._ends = np.cumsum(counts).tolist()
        self._counts = counts.tolist()
        rank = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        self.order = starts[rank] + np.repeat(np.arange(longest), counts)

    @property
    def first(self) -> slice:
        """The first tokens."""
        return slice(0, self._ends[0] if self._ends else 0)

    def positions(self) -> Iterator[tuple[slice, slice]]:
        """Give the second tokens, then the third, and so on, each with the tokens before them.

        YIELDS (tuple[slice, slice]): Places in `order` of the tokens before, and of the tokens.
        """
        for place in range(1, len(self._counts)):
            before, n = self._ends[place - 1] - self._counts[place - 1], self._counts[place]
            yield slice(before, before + n), slice(self._ends[place] - n, self._ends[place])

    def positions_from_the_end(self) -> Iterator[tuple[slice, slice]]:
        """Give what `positions` gives, the last first."""
        yield from reversed(list(self.positions()))

    def put_back(self, values: np.ndarray) -> np.ndarray:
        """Give values by position in the order in which the tokens lie."""
        found = np.empty_like(values)
        found[self.order] = values
        return found
