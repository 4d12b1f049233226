"""The probability of exactly an entity among all valid BIO sequences: forward–backward (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import log_softmax
from ..calibration.maps import Calibration
from .labels import TagColumns, as_slice
from .sequences import Sequences


@dataclass(frozen=True)
class FoundEntities:
    """Entities in a batch of sequences.

    sequences: `(n_entities,)` int64 numbers of their sequences.
    starts: `(n_entities,)` int64 first tokens, counted over all sequences.
    ends: `(n_entities,)` int64 tokens after the last, counted likewise.
    types: `(n_entities,)` int64 numbers of their types (`TagColumns.types`).
    """

    sequences: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    types: np.ndarray

    def __len__(self) -> int:
        """Give the number of entities."""
        return len(self.starts)


@dataclass(frozen=True)
class SequenceSums:
    """Log sums of the probabilities of all valid BIO sequences.

    before: `(n_tokens, n_labels)` float64, of the beginnings that end in a label at a token,
        the token's own score included.
    after: `(n_tokens, n_labels)` float64, of the continuations after it, not included.
    """

    before: np.ndarray
    after: np.ndarray


def forward_backward(
    log_probs: np.ndarray, lengths: Sequence[int] | np.ndarray, tags: TagColumns
) -> SequenceSums:
    """Sum the probabilities of all valid BIO sequences up to and after each token.

    Linear in the number of types: what precedes and what follows a B- tag and O is one sum for
    all of them, and an I- tag has two predecessors.

    log_probs (ndarray): `(n_tokens, n_labels)` float64, sequences one after another.
    lengths (Sequence[int]): Tokens of each sequence, none zero.
    tags (TagColumns): Which columns are which tags.
    RETURNS (SequenceSums): The sums.
    """
    sequences = Sequences(lengths)
    begin, inside = as_slice(tags.begin), as_slice(tags.inside)
    others = np.flatnonzero(~tags.is_inside)
    # Column by column, as numpy is faster over few columns.
    own = np.asfortranarray(log_probs[sequences.order])
    before, after = own.copy(order="F"), np.zeros_like(own)
    before[sequences.first, inside] = -np.inf
    for earlier, tokens in sequences.positions():
        paths, sums = before[earlier], before[tokens]
        within = np.logaddexp(paths[:, begin], paths[:, inside])
        within += sums[:, inside]
        sums += _log_sums(paths)
        sums[:, inside] = within
    for earlier, tokens in sequences.positions_from_the_end():
        onwards = own[tokens] + after[tokens]
        anything = _log_sums(onwards[:, others])
        followed = after[earlier]
        followed[:] = anything
        joined = np.logaddexp(anything, onwards[:, inside])
        followed[:, begin] = joined
        followed[:, inside] = joined
    return SequenceSums(sequences.put_back(before), sequences.put_back(after))


def score_entities(
    logits: np.ndarray,
    lengths: Sequence[int] | np.ndarray,
    labels: Sequence[str],
    entities: FoundEntities,
    *,
    calibration: Calibration | None = None,
) -> np.ndarray:
    """Give the probability of entities among all valid BIO sequences.

    It is that of the sequences that have exactly this entity: it starts here, ends here and
    has this type. A product over its tokens would count sequences that BIO forbids, and would
    not ask whether the entity ends where it does.

    logits (ndarray): `(n_tokens, n_labels)` scores before softmax, sequences one after
        another.
    lengths (Sequence[int]): Tokens of each sequence, none zero.
    labels (Sequence[str]): BIO tags of the columns.
    entities (FoundEntities): The entities.
    calibration (Calibration): Maps scores and probabilities.
    RETURNS (ndarray): `(n_entities,)` float64 between 0 and 1.
    """
    if not len(entities):
        return np.zeros(0)
    tags = TagColumns.of(labels)
    calibration = calibration or Calibration()
    # Sequences without entities need no sums.
    needed = np.zeros(len(lengths), dtype=bool)
    needed[entities.sequences] = True
    kept = np.repeat(needed, lengths)
    rows = np.cumsum(kept) - 1
    sizes = np.asarray(lengths)[needed]
    log_probs = log_softmax(calibration.map_logits(logits[kept]))
    sums = forward_backward(log_probs, sizes, tags)
    last = np.cumsum(sizes) - 1
    totals = np.logaddexp.reduce(sums.before[last], axis=1)
    sequences = (np.cumsum(needed) - 1)[entities.sequences]
    starts, ends = rows[entities.starts], rows[entities.ends - 1] + 1
    scores = sums.before[starts, tags.begin[entities.types]] - totals[sequences]
    within = tags.inside[entities.types]
    for step in range(1, int((ends - starts).max())):
        going = np.flatnonzero(starts + step < ends)
        scores[going] += log_probs[starts[going] + step, within[going]]
    # What follows may be anything but one more token of an entity.
    follows = np.flatnonzero(ends <= last[sequences])
    onwards = log_probs[ends[follows]] + sums.after[ends[follows]]
    scores[follows] += _log_sums(onwards[:, ~tags.is_inside])[:, 0]
    types = [tags.types[number] for number in entities.types]
    return calibration.map_entities(np.exp(np.minimum(scores, 0.0)), types)


def _log_sums(rows: np.ndarray) -> np.ndarray:
    """Give log Σ exp of each row: `(n, 1)`."""
    largest = rows.max(axis=1, keepdims=True)
    return largest + np.log(np.exp(rows - largest).sum(axis=1, keepdims=True))
