"""How seldom an entity begins right after another: learned from labels, used in decoding.

What a tagger says of each token alone does not tell that two entities hardly ever stand side by
side, so that of one that it is unsure of it makes two. A factor for each entity that begins right
after another tells it, in the most probable sequence as in the probabilities of entities.
"""

from collections.abc import Iterable, Iterator

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


class AdjacencyCounts:
    """How often entities begin right after another, and elsewhere, in the Docs that are added."""

    def __init__(self) -> None:
        """Begin with one more of each than there are, so that no share is nothing."""
        # Elsewhere and after an entity, and whether one begins.
        self._counts = np.ones((2, 2))
        self._docs = 0

    @classmethod
    def of(cls, docs: Iterable[Doc]) -> "AdjacencyCounts":
        """Count in Docs."""
        counts = cls()
        for doc in docs:
            counts.add(doc)
        return counts

    def add(self, doc: Doc) -> None:
        """Count in a Doc, of the first 10,000.

        doc (Doc): A labelled Doc, or a softly labelled one, whose most probable tags count.
        """
        if self._docs == MOST_DOCS:
            return
        self._docs += 1
        for sequence in _sequences(doc):
            before = np.concatenate([[OUTSIDE], sequence[:-1]])
            asked = (before != MISSING) & (sequence != MISSING) & (sequence != INSIDE)
            after_entity = (before[asked] != OUTSIDE).astype(int)
            np.add.at(self._counts, (after_entity, (sequence[asked] == BEGIN).astype(int)), 1)

    @property
    def ratio(self) -> float | None:
        """The share of entities that begin among the tokens after an entity, over that elsewhere.

        At most 1; None without entities. Inside tags are left out.
        """
        if self._counts[:, 1].sum() == 2:
            return None
        elsewhere, after_entity = self._counts[:, 1] / self._counts.sum(axis=1)
        # As many digits as are stored.
        return round(float(min(after_entity / elsewhere, 1.0)), 6)


def _sequences(doc: Doc) -> Iterator[np.ndarray]:
    """Give what stands at the tokens of each segment that are no white space."""
    soft = get_soft_labels(doc)
    if soft is not None and soft.probabilities.shape != (len(doc), len(soft.labels)):
        # Of another text: training says so.
        return
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
