"""The most probable valid BIO sequence, and which of equally probable ones it is (pure)."""

from collections.abc import Sequence

import numpy as np

from .labels import TagColumns, as_slice
from .sequences import Sequences


def viterbi(
    log_probs: np.ndarray, lengths: Sequence[int] | np.ndarray, tags: TagColumns
) -> np.ndarray:
    """Find the most probable valid BIO sequences, in time linear in the number of types.

    I-X follows only B-X or I-X; all else follows anything, so that its best predecessor is
    one and the same for every B- tag and O. Of equally probable predecessors, and of equally
    probable last tags, that of the lower column wins: with sorted tags B- before I- before O.

    log_probs (ndarray): `(n_tokens, n_labels)` float64, sequences one after another.
    lengths (Sequence[int]): Tokens of each sequence, none zero.
    tags (TagColumns): Which columns are which tags.
    RETURNS (ndarray): `(n_tokens,)` int64 columns.
    """
    if not len(log_probs):
        return np.zeros(0, dtype="i8")
    sequences = Sequences(lengths)
    own = log_probs[sequences.order]
    lower, upper = np.minimum(tags.begin, tags.inside), np.maximum(tags.begin, tags.inside)
    lowers, uppers, inside = as_slice(lower), as_slice(upper), as_slice(tags.inside)
    # The best predecessor of each token: of B- tags and O, and of I- tags whether the lower.
    before_any = np.zeros(len(own), dtype="i8")
    is_lower = np.zeros((len(own), len(tags.types)), dtype=bool)
    own[sequences.first, inside] = -np.inf
    scores = own.copy()
    for before, tokens in sequences.positions():
        paths = scores[before]
        before_any[tokens] = paths.argmax(axis=1)
        ours, theirs = paths[:, lowers], paths[:, uppers]
        is_lower[tokens] = ours >= theirs
        reached = own[tokens] + paths.max(axis=1, keepdims=True)
        reached[:, inside] = own[tokens, inside] + np.maximum(ours, theirs)
        scores[tokens] = reached
    best = scores.argmax(axis=1)
    for before, tokens in sequences.positions_from_the_end():
        found = best[tokens]
        types = tags.type_numbers[found]
        rows = np.arange(len(found))
        within = np.where(is_lower[tokens][rows, types], lower[types], upper[types])
        best[before] = np.where(tags.is_inside[found], within, before_any[tokens])
    return sequences.put_back(best)
