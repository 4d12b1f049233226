"""Sequences of different length that are worked through together, without padding (pure)."""

from collections.abc import Iterator, Sequence

import numpy as np


class Sequences:
    """Rows of a batch of sequences by position.

    At a position only the sequences that are longer take part, so that memory is that of the
    scores themselves.
    """

    def __init__(self, lengths: Sequence[int] | np.ndarray) -> None:
        """Sort the sequences, the longest first.

        lengths (Sequence[int]): Tokens of each sequence, none zero; they lie one after another.
        """
        sizes = np.asarray(lengths, dtype="i8")
        starts = np.cumsum(sizes) - sizes
        order = np.argsort(-sizes, kind="stable")
        self.starts = starts[order]
        self._lengths = sizes[order]

    def positions(self) -> Iterator[np.ndarray]:
        """Give the rows of the second tokens, then of the third, and so on.

        Row i is of the sequence that `starts[i]` begins; at each position there are as many or
        fewer than before.
        """
        longest = int(self._lengths[0]) if len(self._lengths) else 0
        counts = np.searchsorted(-self._lengths, -np.arange(longest), side="left")
        for position in range(1, longest):
            yield self.starts[: counts[position]] + position

    def positions_from_the_end(self) -> Iterator[np.ndarray]:
        """Give what `positions` gives, the last first."""
        yield from reversed(list(self.positions()))
