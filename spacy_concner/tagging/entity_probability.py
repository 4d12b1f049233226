"""The probability of exactly an entity among all valid BIO sequences: forward–backward (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import log_softmax
from ..calibration.maps import Calibration
from .labels import TagColumns, as_slice
from .sequences import Sequences

# A label that is less probable than this at a token is taken for as probable: sums of such
# probabilities would be no numbers any more. In logarithms.
LEAST = -650.0


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
    """Log sums of the probabilities of all valid BIO sequences, at the borders of entities.

    total: `(n_tokens,)` float64, of all beginnings up to a token, with it.
    before: `(n_tokens,)` float64, of the same, as an entity begins at the next token.
    after: `(n_tokens,)` float64, of all continuations from a token on, as an entity has ended
        before it.
    """

    total: np.ndarray
    before: np.ndarray
    after: np.ndarray


def forward_backward(
    log_probs: np.ndarray,
    lengths: Sequence[int] | np.ndarray,
    tags: TagColumns,
    adjacency: float = 1.0,
) -> SequenceSums:
    """Sum the probabilities of all valid BIO sequences up to and from each token.

    Linear in the number of types: B- tags and O follow anything, so that the sum of all that
    comes before is one for all of them, and an I- tag follows the two tags of its type. The sums
    are scaled to one at each token, as logarithms would take numpy three times longer (Rabiner
    1989, "A tutorial on hidden Markov models", section V.A).

    log_probs (ndarray): `(n_tokens, n_labels)` float64, sequences one after another. What is
        below `LEAST` counts as that.
    lengths (Sequence[int]): Tokens of each sequence, none zero.
    tags (TagColumns): Which columns are which tags.
    adjacency (float): Factor of each B- tag right after an entity, at most 1.
    RETURNS (SequenceSums): The sums.
    """
    sequences = Sequences(lengths)
    # Column by column, as numpy is faster over few columns.
    probs = np.asfortranarray(np.exp(np.maximum(log_probs[sequences.order], LEAST)))
    begin, inside = (probs[:, as_slice(columns)] for columns in (tags.begin, tags.inside))
    outside, begins = probs[:, tags.type_numbers < 0][:, 0], begin.sum(axis=1)
    free, less = outside + begins, 1.0 - adjacency
    # Up to each token: of what ends within a type, over the sum of all, which grows by `grown`.
    # `opening` is the share of it that goes on where an entity begins at the next token.
    grown, within, opening = free.copy(), begin / free[:, None], np.ones_like(free)
    for earlier, tokens in sequences.positions():
        going = inside[tokens] * within[earlier]
        starting = begin[tokens]
        if less:
            opening[earlier] -= less * within[earlier].sum(axis=1)
            grown[tokens] = outside[tokens] + begins[tokens] * opening[earlier]
            starting = starting * opening[earlier, None]
        grown[tokens] += going.sum(axis=1)
        going += starting
        np.divide(going, grown[tokens, None], out=within[tokens])
    # From each token on: after "O", after an entity that has ended, and inside one.
    rest, onwards, shrunk = free.copy(), inside.copy(order="F"), np.ones_like(free)
    ended = outside + adjacency * begins if less else rest
    for earlier, tokens in sequences.positions_from_the_end():
        followed = onwards[tokens] + ended[tokens, None]
        going = outside[earlier] * rest[tokens]
        starting = (begin[earlier] * followed).sum(axis=1)
        anything = going + starting
        followed *= inside[earlier]
        total = anything + followed.sum(axis=1)
        np.divide(anything, total, out=rest[earlier])
        if less:
            np.divide(going + adjacency * starting, total, out=ended[earlier])
        np.divide(followed, total[:, None], out=onwards[earlier])
        shrunk[earlier] = total
    grown, opening, ended, shrunk = map(sequences.put_back, (grown, opening, ended, shrunk))
    total = _sums_to_each(np.log(grown), lengths)
    with np.errstate(divide="ignore"):
        after = np.log(ended) + _sums_from_each(np.log(shrunk), lengths)
    return SequenceSums(total, total + np.log(opening), after)


def _sums_to_each(values: np.ndarray, lengths: Sequence[int] | np.ndarray) -> np.ndarray:
    """Sum values from the first of their sequence to each, `(n_tokens,)`."""
    sums = np.cumsum(values)
    lasts = np.cumsum(lengths) - 1
    return sums - np.repeat(np.append(0.0, sums[lasts[:-1]]), lengths)


def _sums_from_each(values: np.ndarray, lengths: Sequence[int] | np.ndarray) -> np.ndarray:
    """Sum values from each to the last of their sequence, `(n_tokens,)`."""
    return _sums_to_each(values[::-1], lengths[::-1])[::-1]


def score_entities(
    logits: np.ndarray,
    lengths: Sequence[int] | np.ndarray,
    labels: Sequence[str],
    entities: FoundEntities,
    *,
    calibration: Calibration | None = None,
    adjacency: float = 1.0,
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
    adjacency (float): Factor of each entity that begins right after another, at most 1.
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
    sums = forward_backward(log_probs, sizes, tags, adjacency)
    last = np.cumsum(sizes) - 1
    sequences = (np.cumsum(needed) - 1)[entities.sequences]
    starts, ends = rows[entities.starts], rows[entities.ends - 1] + 1
    scores = log_probs[starts, tags.begin[entities.types]] - sums.total[last[sequences]]
    within = tags.inside[entities.types]
    for step in range(1, int((ends - starts).max())):
        going = np.flatnonzero(starts + step < ends)
        scores[going] += log_probs[starts[going] + step, within[going]]
    # What comes before may be anything, what follows anything but one more token of an entity.
    preceded = np.flatnonzero(starts > (last - sizes + 1)[sequences])
    scores[preceded] += sums.before[starts[preceded] - 1]
    follows = np.flatnonzero(ends <= last[sequences])
    scores[follows] += sums.after[ends[follows]]
    types = [tags.types[number] for number in entities.types]
    return calibration.map_entities(np.exp(np.minimum(scores, 0.0)), types)
