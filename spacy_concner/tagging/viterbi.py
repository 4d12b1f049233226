"""The most probable valid BIO sequence, and which of equally probable ones it is (pure)."""

from collections.abc import Sequence

import numpy as np

from .labels import TagColumns, as_slice
from .sequences import Sequences

# Of what comes before the first token: no tag is of it, "O" neither.
NO_TYPE = -2


def viterbi(
    log_probs: np.ndarray,
    lengths: Sequence[int] | np.ndarray,
    tags: TagColumns,
    adjacency: float = 1.0,
) -> np.ndarray:
    """Find the most probable valid BIO sequences, in time linear in the number of types.

    I-X follows only B-X or I-X; all else follows anything, so that its best predecessor is
    one and the same for every B- tag, and for O. Of equally probable predecessors, and of equally
    probable last tags, that of the lower column wins: with sorted tags B- before I- before O.

    log_probs (ndarray): `(n_tokens, n_labels)` float64, sequences one after another.
    lengths (Sequence[int]): Tokens of each sequence, none zero.
    tags (TagColumns): Which columns are which tags.
    adjacency (float): Factor of each B- tag right after an entity, at most 1.
    RETURNS (ndarray): `(n_tokens,)` int64 columns.
    """
    if not len(log_probs):
        return np.zeros(0, dtype="i8")
    sizes = np.asarray(lengths, dtype="i8")
    starts = np.cumsum(sizes) - sizes
    # Where BIO allows the best tag of each token, and no other is as good, that is the sequence.
    best = log_probs.argmax(axis=1)
    types = tags.type_numbers[best]
    types_before = np.roll(types, 1)
    types_before[starts] = NO_TYPE
    in_doubt = tags.is_inside[best] & (types != types_before)
    if adjacency < 1.0:
        in_doubt |= tags.is_begin[best] & (types_before >= 0)
    is_best = log_probs == log_probs[np.arange(len(best)), best][:, None]
    if np.count_nonzero(is_best) > len(best):
        in_doubt |= is_best.sum(axis=1) > 1
    needed = np.logical_or.reduceat(in_doubt, starts)
    if needed.any():
        rows = np.repeat(needed, sizes)
        best[rows] = _search(log_probs[rows], sizes[needed], tags, np.log(adjacency))
    return best


def _search(
    log_probs: np.ndarray, sizes: np.ndarray, tags: TagColumns, log_adjacency: float
) -> np.ndarray:
    """Find the sequences by dynamic programming."""
    sequences = Sequences(sizes)
    own = log_probs[sequences.order]
    lower, upper = np.minimum(tags.begin, tags.inside), np.maximum(tags.begin, tags.inside)
    lowers, uppers, inside = as_slice(lower), as_slice(upper), as_slice(tags.inside)
    begin = as_slice(tags.begin)
    follows_entity = np.where(tags.type_numbers < 0, 0.0, log_adjacency)
    # The best predecessor of each token: of O, of B- tags, and of I- tags whether the lower.
    before_any, before_begin = np.zeros((2, len(own)), dtype="i8")
    is_lower = np.zeros((len(own), len(tags.types)), dtype=bool)
    own[sequences.first, inside] = -np.inf
    reached_by = own.copy()
    for before, tokens in sequences.positions():
        paths = reached_by[before]
        before_any[tokens] = paths.argmax(axis=1)
        ours, theirs = paths[:, lowers], paths[:, uppers]
        is_lower[tokens] = ours >= theirs
        reached = own[tokens] + paths.max(axis=1, keepdims=True)
        before_begin[tokens] = before_any[tokens]
        if log_adjacency:
            beginning = paths + follows_entity
            before_begin[tokens] = beginning.argmax(axis=1)
            reached[:, begin] = own[tokens, begin] + beginning.max(axis=1, keepdims=True)
        reached[:, inside] = own[tokens, inside] + np.maximum(ours, theirs)
        reached_by[tokens] = reached
    best = reached_by.argmax(axis=1)
    for before, tokens in sequences.positions_from_the_end():
        found = best[tokens]
        types = tags.type_numbers[found]
        rows = np.arange(len(found))
        within = np.where(is_lower[tokens][rows, types], lower[types], upper[types])
        other = np.where(tags.is_begin[found], before_begin[tokens], before_any[tokens])
        best[before] = np.where(tags.is_inside[found], within, other)
    return sequences.put_back(best)
