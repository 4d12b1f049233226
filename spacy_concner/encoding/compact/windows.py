"""Word pieces of texts: which tokens they belong to and in which windows they are seen (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Alignment:
    """Which pieces belong to which tokens, all texts one after another.

    pieces (ndarray): `(n_pairs,)` int64 piece of each pair, by token.
    lengths (ndarray): `(n_tokens,)` int32 number of pairs of each token.
    """

    pieces: np.ndarray
    lengths: np.ndarray


def align(offsets: np.ndarray, token_starts: np.ndarray) -> Alignment:
    """Align pieces to tokens as spacy-transformers does: by the characters they share.

    A token owns its characters and those up to the next token. A piece belongs to each token
    it has a character of, a piece without characters to none.

    offsets (ndarray): `(n_pieces, 2)` int64 first character and end of each piece.
    token_starts (ndarray): `(n_tokens,)` int64 first character of each token, ascending.
    RETURNS (Alignment): The alignment.
    """
    is_real = offsets[:, 1] > offsets[:, 0]
    numbers = np.flatnonzero(is_real)
    first = np.searchsorted(token_starts, offsets[numbers, 0], side="right") - 1
    last = np.searchsorted(token_starts, offsets[numbers, 1] - 1, side="right") - 1
    counts = last - first + 1
    if (counts == 1).all():
        tokens, pieces = first, numbers
    else:
        pieces = np.repeat(numbers, counts)
        within = np.arange(len(pieces)) - np.repeat(np.cumsum(counts) - counts, counts)
        tokens = np.repeat(first, counts) + within
    if (np.diff(tokens) < 0).any():
        order = np.argsort(tokens, kind="stable")
        tokens, pieces = tokens[order], pieces[order]
    lengths = np.bincount(tokens, minlength=len(token_starts)).astype("i4")
    return Alignment(pieces, lengths)


@dataclass(frozen=True)
class Windows:
    """Stretches of pieces that the encoder sees at once, all texts one after another.

    starts, ends (ndarray): `(n_windows,)` int64 pieces that a window sees.
    kept_starts, kept_ends (ndarray): `(n_windows,)` int64 pieces whose vectors are taken from
        it; these tile the pieces.
    """

    starts: np.ndarray
    ends: np.ndarray
    kept_starts: np.ndarray
    kept_ends: np.ndarray


def cut_windows(n_pieces: Sequence[int], is_start: np.ndarray, most: int, overlap: int) -> Windows:
    """Cut texts into windows.

    The windows of a long text are equally long; where two overlap each piece is taken from the
    one in which it stands farther from the edge, and tokens are not torn if they fit.

    n_pieces (Sequence[int]): Pieces of each text, without special ones.
    is_start (ndarray): `(sum(n_pieces),)` bool, whether a token begins with the piece.
    most (int): Most pieces of a window.
    overlap (int): Pieces that neighbouring windows share at least, less than `most`.
    RETURNS (Windows): The windows in order; none for a text without pieces.
    """
    sizes = np.asarray(n_pieces, dtype="i8")
    firsts = np.cumsum(sizes) - sizes
    is_short = sizes <= most
    if is_short.all():
        starts = firsts[sizes > 0]
        ends = starts + sizes[sizes > 0]
        return Windows(starts, ends, starts, ends)
    rows: list[tuple[int, int, int, int]] = []
    for first, size in zip(firsts.tolist(), sizes.tolist(), strict=True):
        if size:
            rows.extend(_cut(first, size, is_start, most, overlap))
    starts, ends, kept_starts, kept_ends = np.array(rows, dtype="i8").reshape(-1, 4).T
    return Windows(starts, ends, kept_starts, kept_ends)


def _cut(
    first: int, size: int, is_start: np.ndarray, most: int, overlap: int
) -> list[tuple[int, int, int, int]]:
    n_windows = max(1, -(-(size - overlap) // (most - overlap)))
    width = -(-(size + (n_windows - 1) * overlap) // n_windows)
    step = (size - width) / max(1, n_windows - 1)
    starts = [first + round(number * step) for number in range(n_windows)]
    cuts = [first]
    for before, after in zip(starts, starts[1:], strict=False):
        end = before + width
        middle = (after + end) // 2
        begins = np.flatnonzero(is_start[after:end]) + after
        nearest = begins[np.abs(begins - middle).argmin()] if len(begins) else middle
        cuts.append(int(nearest))
    cuts.append(first + size)
    return [
        (start, start + width, kept_start, kept_end)
        for start, kept_start, kept_end in zip(starts, cuts, cuts[1:], strict=False)
    ]


def make_batches(lengths: np.ndarray, most: int) -> list[np.ndarray]:
    """Put sequences of like length together.

    lengths (ndarray): `(n_sequences,)` int64 length of each.
    most (int): Most pieces of a batch, padding included; a longer sequence stands alone.
    RETURNS (list[ndarray]): Numbers of the sequences of each batch.
    """
    order = np.argsort(-lengths, kind="stable")
    batches = []
    begin = 0
    while begin < len(order):
        size = max(1, most // max(1, int(lengths[order[begin]])))
        batches.append(order[begin : begin + size])
        begin += size
    return batches
