"""From label scores to entities: the most probable valid BIO tags, with probabilities (pure)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..arrays import log_softmax
from ..calibration.maps import Calibration
from .entity_probability import FoundEntities, score_entities
from .labels import TagColumns
from .viterbi import viterbi


class Entity(NamedTuple):
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


def decode(
    logits: np.ndarray,
    lengths: Sequence[int],
    labels: Sequence[str],
    calibration: Calibration | None = None,
    *,
    adjacency: float = 1.0,
) -> list[list[Entity]]:
    """Turn label scores into entities with their probabilities.

    The tags of an entity come from the most probable valid BIO sequence (see `viterbi.py`, of
    ties too). Its score is its probability among all valid sequences (see
    `entity_probability.py`).

    logits (ndarray): `(n_tokens, n_labels)` scores before softmax, sequences one after
        another.
    lengths (Sequence[int]): Tokens of each sequence, none zero.
    labels (Sequence[str]): BIO tags of the columns.
    calibration (Calibration): Maps scores and probabilities; which entities are found does
        not depend on it.
    adjacency (float): Factor of each entity that begins right after another, at most 1.
    RETURNS (list[list[Entity]]): For each sequence its entities in order.
    """
    found = find_entities(logits, lengths, labels, adjacency)
    of = logits, lengths, labels, found
    scores = score_entities(*of, calibration=calibration, adjacency=adjacency)
    types = TagColumns.of(labels).types
    firsts = np.cumsum([0, *lengths])[found.sequences]
    # Lists, for numbers of arrays are slow one by one.
    columns = (found.sequences, found.starts - firsts, found.ends - firsts, found.types, scores)
    decoded: list[list[Entity]] = [[] for _ in lengths]
    for sequence, start, end, number, score in zip(*map(np.ndarray.tolist, columns), strict=True):
        decoded[sequence].append(Entity(start, end, types[number], score))
    return decoded


def find_entities(
    logits: np.ndarray,
    lengths: Sequence[int] | np.ndarray,
    labels: Sequence[str],
    adjacency: float = 1.0,
) -> FoundEntities:
    """Find the entities of the most probable valid BIO sequences.

    logits (ndarray): As for `decode`.
    lengths (Sequence[int]): As for `decode`.
    labels (Sequence[str]): As for `decode`.
    adjacency (float): As for `decode`.
    RETURNS (FoundEntities): The entities in order.
    """
    tags = TagColumns.of(labels)
    best = viterbi(log_softmax(logits), lengths, tags, adjacency)
    starts = np.flatnonzero(np.isin(best, tags.begin))
    # A sequence never begins inside, so that its first token ends the entity before it.
    borders = np.append(np.flatnonzero(~tags.is_inside[best]), len(best))
    ends = borders[np.searchsorted(borders, starts, side="right")]
    sequences = np.searchsorted(np.cumsum(lengths), starts, side="right")
    return FoundEntities(sequences, starts, ends, tags.type_numbers[best[starts]])
