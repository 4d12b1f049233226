"""How seldom an entity begins right after another: learned from labels, used in decoding.

What a tagger says of each token alone does not tell that two entities hardly ever stand side by
side, so that of one that it is unsure of it makes two. A factor for each entity that begins right
after another tells it, in the most probable sequence as in the probabilities of entities.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
from spacy.attrs import ENT_IOB
from spacy.tokens import Doc

from ..corpora.soft_labels import SoftLabels, get_soft_labels
from .annotation import view_tokens, word_positions
from .labels import TagColumns
from .viterbi import viterbi

MISSING, OUTSIDE, BEGIN, INSIDE = range(-1, 3)
# What spaCy writes for each: nothing known, inside, outside, begin.
OF_IOB = np.array([MISSING, INSIDE, OUTSIDE, BEGIN])
# Enough to count what is rare.
MOST_DOCS = 10_000
# Keeps logarithms of soft labels finite.
SMALLEST = 1e-7


def learn_adjacency(docs: Iterable[Doc]) -> float | None:
    """Tell how much less often an entity begins right after another than elsewhere.

    docs (Iterable[Doc]): Labelled Docs, or softly labelled ones, whose most probable tags count.
        The first 10,000 are read.
    RETURNS (float | None): The share of entities that begin among the tokens after an entity, over
        that among all others, at most 1. None without entities.
    """
    # After an entity or not, and whether one begins: one more of each than there are.
    counts = np.ones((2, 2))
    found = False
    for sequence in _sequences(islice(docs, MOST_DOCS)):
        before = np.concatenate([[OUTSIDE], sequence[:-1]])
        asked = (before != MISSING) & (sequence != MISSING) & (sequence != INSIDE)
        begins = sequence[asked] == BEGIN
        np.add.at(counts, ((before[asked] != OUTSIDE).astype(int), begins.astype(int)), 1)
        found = found or bool(begins.any())
    if not found:
        return None
    elsewhere, after_entity = counts[:, 1] / counts.sum(axis=1)
    # As many digits as are stored.
    return round(float(min(after_entity / elsewhere, 1.0)), 6)


def _sequences(docs: Iterable[Doc]) -> Iterator[np.ndarray]:
    """Give what stands at the tokens of each segment that are no white space."""
    for doc in docs:
        soft = get_soft_labels(doc)
        iob = doc.to_array(ENT_IOB)
        for positions in word_positions([doc], [view_tokens(doc).is_word])[0]:
            own = np.asarray(positions)
            yield OF_IOB[iob[own]] if soft is None else _most_probable(soft, own)


def _most_probable(soft: SoftLabels, positions: np.ndarray) -> np.ndarray:
    tags = TagColumns.of(soft.labels)
    probabilities = soft.probabilities[positions].astype("f8")
    best = viterbi(np.log(np.maximum(probabilities, SMALLEST)), [len(positions)], tags)
    found = np.where(tags.is_begin[best], BEGIN, np.where(tags.is_inside[best], INSIDE, OUTSIDE))
    return np.where(probabilities.any(axis=1), found, MISSING)
