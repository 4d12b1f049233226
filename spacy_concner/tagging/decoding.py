"""From label scores to entities: BIO constraints, Viterbi, entity probabilities (pure).

Sequences of different length are decoded together without padding: at position t only
the sequences longer than t take part, so memory is that of the scores themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import log_softmax
from ..calibration.maps import Calibration
from .labels import entity_type

IMPOSSIBLE = -1e9


@dataclass(frozen=True)
class Entity:
    """A decoded entity of one sequence.

    start: first token.
    end: token after the last.
    label: entity type.
    score: probability of exactly this entity, between 0 and 1.
    """

    start: int
    end: int
    label: str
    score: float


def bio_transitions(labels: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Give what BIO allows: I-X follows only B-X or I-X.

    labels (list[str]): BIO tags in the order of the scores' columns.
    RETURNS (tuple): `(n_labels,)` for the first token and `(n_labels, n_labels)` from label
        to label, float64, 0 where allowed and `IMPOSSIBLE` where not.
    """
    inside = np.array([label.startswith("I-") for label in labels], dtype=bool)
    types = [entity_type(label) for label in labels]
    same = np.array([[a == b and a != "" for b in types] for a in types], dtype=bool)
    start = np.where(inside, IMPOSSIBLE, 0.0)
    steps = np.where(inside[None, :] & ~same.reshape(len(labels), -1), IMPOSSIBLE, 0.0)
    return start, steps


@dataclass(frozen=True)
class _Sequences:
    """Rows of a batch of sequences by position: `rows(t)` of those longer than t."""

    starts: np.ndarray
    lengths: np.ndarray

    @classmethod
    def of(cls, lengths: np.ndarray) -> "_Sequences":
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype("i8")
        order = np.argsort(-lengths, kind="stable")
        return cls(starts[order], lengths[order])

    @property
    def longest(self) -> int:
        return int(self.lengths[0]) if len(self.lengths) else 0

    def counts(self) -> np.ndarray:
        """Give the number of sequences longer than t for each t, in one pass."""
        return np.searchsorted(-self.lengths, -np.arange(self.longest), side="left")


def viterbi(log_probs: np.ndarray, lengths: np.ndarray, labels: list[str]) -> np.ndarray:
    """Find the most probable valid BIO sequences.

    log_probs (ndarray): `(n_tokens, n_labels)` float64, sequences one after another.
    lengths (ndarray): `(n_sequences,)` int, tokens of each sequence, none zero.
    labels (list[str]): BIO tags of the columns.
    RETURNS (ndarray): `(n_tokens,)` int64 columns.
    """
    start, steps = bio_transitions(labels)
    best = np.zeros(len(log_probs), dtype="i8")
    if not len(log_probs):
        return best
    sequences = _Sequences.of(np.asarray(lengths, dtype="i8"))
    counts = sequences.counts()
    previous = np.zeros(log_probs.shape, dtype="i2")
    scores = start + log_probs[sequences.starts]
    for position in range(1, sequences.longest):
        n = counts[position]
        rows = sequences.starts[:n] + position
        paths = scores[:n, :, None] + steps
        previous[rows] = paths.argmax(axis=1)
        scores[:n] = paths.max(axis=1) + log_probs[rows]
    current = scores.argmax(axis=1)
    for position in range(sequences.longest - 1, -1, -1):
        n = counts[position]
        rows = sequences.starts[:n] + position
        best[rows] = current[:n]
        current[:n] = previous[rows, current[:n]]
    return best


def forward_backward(
    log_probs: np.ndarray, lengths: np.ndarray, labels: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Sum the probabilities of all valid BIO sequences up to and after each token.

    log_probs (ndarray): As for `viterbi`.
    lengths (ndarray): As for `viterbi`.
    labels (list[str]): As for `viterbi`.
    RETURNS (tuple): Two `(n_tokens, n_labels)` float64 arrays of log sums: of the beginnings
        that end in a label at a token (the token's own score included), and of the
        continuations after it (not included).
    """
    start, steps = bio_transitions(labels)
    before = np.empty_like(log_probs)
    after = np.zeros_like(log_probs)
    if not len(log_probs):
        return before, after
    sequences = _Sequences.of(np.asarray(lengths, dtype="i8"))
    counts = sequences.counts()
    before[sequences.starts] = start + log_probs[sequences.starts]
    for position in range(1, sequences.longest):
        rows = sequences.starts[: counts[position]] + position
        before[rows] = log_probs[rows] + np.logaddexp.reduce(
            before[rows - 1][:, :, None] + steps, axis=1
        )
    for position in range(sequences.longest - 1, 0, -1):
        rows = sequences.starts[: counts[position]] + position
        onwards = log_probs[rows] + after[rows]
        after[rows - 1] = np.logaddexp.reduce(steps + onwards[:, None, :], axis=2)
    return before, after


def decode(
    logits: np.ndarray,
    lengths: Sequence[int],
    labels: list[str],
    calibration: Calibration | None = None,
) -> list[list[Entity]]:
    """Turn label scores into entities with their probabilities.

    The tags of an entity come from the most probable valid BIO sequence. Its score is the
    probability, among all valid sequences, of those that have exactly this entity: it
    starts here, ends here and has this type. A product over its tokens would count
    sequences that BIO forbids, and would not ask whether the entity ends where it does.

    logits (ndarray): `(n_tokens, n_labels)` scores before softmax, sequences one after
        another.
    lengths (Sequence[int]): Tokens of each sequence, none zero.
    labels (list[str]): BIO tags of the columns.
    calibration (Calibration): Maps scores and probabilities; which entities are found does
        not depend on it.
    RETURNS (list[list[Entity]]): For each sequence its entities in order.
    """
    entities = find_entities(logits, lengths, labels)
    scores = score_entities(logits, lengths, labels, entities, calibration).tolist()
    decoded: list[list[Entity]] = [[] for _ in lengths]
    offsets = np.cumsum([0, *lengths])
    for sequence, start, end, column, score in zip(*entities.T.tolist(), scores, strict=True):
        offset = int(offsets[sequence])
        label = entity_type(labels[column])
        decoded[sequence].append(Entity(start - offset, end - offset, label, score))
    return decoded


def find_entities(logits: np.ndarray, lengths: Sequence[int], labels: list[str]) -> np.ndarray:
    """Find the entities of the most probable valid BIO sequences.

    logits (ndarray): As for `decode`.
    lengths (Sequence[int]): As for `decode`.
    labels (list[str]): As for `decode`.
    RETURNS (ndarray): `(n_entities, 4)` int64: the sequence, first token, token after the
        last (both counted over all sequences) and column of the B- tag.
    """
    if not len(logits):
        return np.zeros((0, 4), dtype="i8")
    best = viterbi(log_softmax(logits), np.asarray(lengths), labels)
    begins = np.array([label.startswith("B-") for label in labels])
    inside = np.array([label.startswith("I-") for label in labels])
    starts = np.flatnonzero(begins[best])
    # A sequence never begins inside, so that its first token ends the entity before it.
    borders = np.append(np.flatnonzero(~inside[best]), len(best))
    ends = borders[np.searchsorted(borders, starts, side="right")]
    sequences = np.searchsorted(np.cumsum(lengths), starts, side="right")
    return np.stack([sequences, starts, ends, best[starts]], axis=1)


def score_entities(
    logits: np.ndarray,
    lengths: Sequence[int],
    labels: list[str],
    entities: np.ndarray,
    calibration: Calibration | None = None,
) -> np.ndarray:
    """Give the probability of entities among all valid BIO sequences.

    logits (ndarray): As for `decode`.
    lengths (Sequence[int]): As for `decode`.
    labels (list[str]): As for `decode`.
    entities (ndarray): As of `find_entities`.
    calibration (Calibration): As for `decode`.
    RETURNS (ndarray): `(n_entities,)` float64 between 0 and 1.
    """
    if not len(entities):
        return np.zeros(0)
    calibration = calibration or Calibration()
    # Sequences without entities need no sums.
    needed = np.zeros(len(lengths), dtype=bool)
    needed[entities[:, 0]] = True
    kept = np.repeat(needed, lengths)
    rows = np.cumsum(kept) - 1
    sizes = np.asarray(lengths)[needed]
    log_probs = log_softmax(calibration.map_logits(logits[kept]))
    before, after = forward_backward(log_probs, sizes, labels)
    last = np.cumsum(sizes) - 1
    totals = np.logaddexp.reduce(before[last], axis=1)
    sequences = (np.cumsum(needed) - 1)[entities[:, 0]]
    starts, ends = rows[entities[:, 1]], rows[entities[:, 2] - 1] + 1
    tags = entities[:, 3]
    within = np.array([labels.index(f"I-{entity_type(labels[tag])}") for tag in tags])
    scores = before[starts, tags] - totals[sequences]
    longest = int((ends - starts).max())
    for step in range(1, longest):
        going = np.flatnonzero(starts + step < ends)
        scores[going] += log_probs[starts[going] + step, within[going]]
    # What follows may be anything but one more token of an entity.
    follows = np.flatnonzero(ends <= last[sequences])
    first, _ = bio_transitions(labels)
    onwards = first + log_probs[ends[follows]] + after[ends[follows]]
    scores[follows] += np.logaddexp.reduce(onwards, axis=1)
    types = [entity_type(labels[tag]) for tag in tags]
    return calibration.map_entities(np.exp(np.minimum(scores, 0.0)), types)
