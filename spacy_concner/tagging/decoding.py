"""From label scores to entities: BIO constraints, Viterbi, entity probabilities (pure).

Sequences of different length are decoded together without padding: at position t only
the sequences longer than t take part, so memory is that of the scores themselves.
"""

from dataclasses import dataclass

import numpy as np

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


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Give log-probabilities of `(n_tokens, n_labels)` scores, in float64."""
    scores = np.asarray(logits, dtype="f8")
    scores = scores - scores.max(axis=-1, keepdims=True, initial=IMPOSSIBLE)
    return scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))


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


def decode(logits: np.ndarray, lengths: list[int], labels: list[str]) -> list[list[Entity]]:
    """Turn label scores into entities with their probabilities.

    The tags of an entity come from the most probable valid BIO sequence. Its score is the
    probability, among all valid sequences, of those that have exactly this entity: it
    starts here, ends here and has this type.

    logits (ndarray): `(n_tokens, n_labels)` scores before softmax, sequences one after
        another.
    lengths (list[int]): Tokens of each sequence, none zero.
    labels (list[str]): BIO tags of the columns.
    RETURNS (list[list[Entity]]): For each sequence its entities in order.
    """
    log_probs = log_softmax(logits)
    if not len(log_probs):
        return [[] for _ in lengths]
    best = viterbi(log_probs, np.asarray(lengths), labels)
    before, after = forward_backward(log_probs, np.asarray(lengths), labels)
    begins = np.array([label.startswith("B-") for label in labels])
    inside = np.array([label.startswith("I-") for label in labels])
    _, steps = bio_transitions(labels)
    decoded: list[list[Entity]] = []
    offset = 0
    for length in lengths:
        tags = best[offset : offset + length]
        total = np.logaddexp.reduce(before[offset + length - 1])
        entities = []
        for start in np.flatnonzero(begins[tags]):
            end = start + 1
            while end < length and inside[tags[end]]:
                end += 1
            label = entity_type(labels[tags[start]])
            log_score = before[offset + start, tags[start]] - total
            log_score += sum(log_probs[offset + t, tags[t]] for t in range(start + 1, end))
            if end < length:
                # What follows may be anything but one more token of the same entity.
                ends = np.array([tag == f"I-{label}" for tag in labels])
                onwards = steps[tags[end - 1]] + log_probs[offset + end] + after[offset + end]
                log_score += np.logaddexp.reduce(onwards[~ends])
            score = float(np.exp(min(log_score, 0.0)))
            entities.append(Entity(int(start), int(end), label, score))
        decoded.append(entities)
        offset += length
    return decoded
