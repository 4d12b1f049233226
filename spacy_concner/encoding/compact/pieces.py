"""Word pieces of texts: which tokens they belong to, and sequences of them in batches (pure)."""

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
