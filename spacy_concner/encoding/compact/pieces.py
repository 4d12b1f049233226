"""Word pieces of texts: which tokens they belong to, and sequences of them in batches (pure)."""

from dataclasses import dataclass

import numpy as np

STEP = 8


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


def pad_lengths(lengths: np.ndarray, most: int) -> np.ndarray:
    """Give the lengths that sequences are padded to: the next multiples of `STEP`.

    They depend on nothing but the sequence. Matrices of another size are summed up in another
    order, and where vectors are rounded to 8 bits that shows in the second decimal of a
    probability: what a text gives must not depend on the texts beside it.

    lengths (ndarray): `(n_sequences,)` int64 length of each.
    most (int): Most pieces that a sequence may have.
    RETURNS (ndarray): `(n_sequences,)` int64 lengths.
    """
    return np.maximum(lengths, np.minimum(-(-lengths // STEP) * STEP, most))


def make_batches(lengths: np.ndarray, most: int) -> list[np.ndarray]:
    """Put sequences of one length together, the longest first.

    lengths (ndarray): `(n_sequences,)` int64 length of each, padding included.
    most (int): Most pieces of a batch; a longer sequence stands alone.
    RETURNS (list[ndarray]): Numbers of the sequences of each batch.
    """
    order = np.argsort(-lengths, kind="stable")
    borders = np.flatnonzero(np.diff(lengths[order])) + 1
    batches = []
    for group in np.split(order, borders) if len(order) else ():
        size = max(1, most // max(1, int(lengths[group[0]])))
        batches += [group[begin : begin + size] for begin in range(0, len(group), size)]
    return batches
