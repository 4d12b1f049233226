"""The most probable valid BIO sequence, and which of equally probable ones it is (pure)."""

from collections.abc import Sequence

import numpy as np

from .labels import TagColumns
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
    best = np.zeros(len(log_probs), dtype="i8")
    if not len(log_probs):
        return best
    sequences = Sequences(lengths)
    lower, upper = np.minimum(tags.begin, tags.inside), np.maximum(tags.begin, tags.inside)
    # The best predecessor of each token: of B- tags and O, and of I- tags whether the lower.
    before_any = np.zeros(len(log_probs), dtype="i8")
    is_lower = np.zeros((len(log_probs), len(tags.types)), dtype=bool)
    scores = log_probs[sequences.starts]
    scores[:, tags.inside] = -np.inf
    for rows in sequences.positions():
        paths = scores[: len(rows)]
        before_any[rows] = paths.argmax(axis=1)
        reached = np.repeat(paths.max(axis=1, keepdims=True), tags.n_columns, axis=1)
        is_lower[rows] = paths[:, lower] >= paths[:, upper]
        reached[:, tags.inside] = np.maximum(paths[:, lower], paths[:, upper])
        scores[: len(rows)] = reached + log_probs[rows]
    current = scores.argmax(axis=1)
    for rows in sequences.positions_from_the_end():
        found = current[: len(rows)]
        best[rows] = found
        types = tags.type_numbers[found]
        within = np.where(is_lower[rows, types], lower[types], upper[types])
        current[: len(rows)] = np.where(tags.is_inside[found], within, before_any[rows])
    best[sequences.starts] = current
    return best
