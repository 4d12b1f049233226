"""Which words translate each other, told by the vectors of a multilingual encoder.

SimAlign (Jalili Sabet et al., Findings of EMNLP 2020): words that translate each other have
similar vectors in a middle layer, so a matrix of similarities is all that an alignment needs.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from ..arrays import unit_vectors
from ..errors import ConcnerError, Errors
from .pharaoh import Links

DISCOUNT = 0.9
FEW_WORDS = 2


def cosine_similarity(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Compare the words of a sentence with those of its translation.

    source (ndarray): Vectors of the source words, `(n_source, width)`.
    target (ndarray): Vectors of the target words, `(n_target, width)`.
    RETURNS (ndarray): Cosines, `(n_source, n_target)`; 0 for a word without a vector.
    """
    return unit_vectors(source) @ unit_vectors(target).T


def add_distortion(similarity: np.ndarray, weight: float) -> np.ndarray:
    """Make words that stand far apart less similar, for languages of like word order.

    similarity (ndarray): Cosines, `(n_source, n_target)`.
    weight (float): From 0 (no change) to 1 (first and last word are never similar).
    RETURNS (ndarray): The similarities, moved from -1…1 to 0…1 before they are lessened.
    """
    n_source, n_target = similarity.shape
    source = np.arange(n_source)[:, None] / max(n_source - 1, 1)
    target = np.arange(n_target)[None, :] / max(n_target - 1, 1)
    return (similarity + 1) / 2 * (1 - weight * (source - target) ** 2)


def mutual_argmax(similarity: np.ndarray) -> Links:
    """Link the words that are each other's most similar.

    similarity (ndarray): Similarities, `(n_source, n_target)`.
    RETURNS (Links): Positions of source and target words, in order; few, but precise. Words
        that are in no way alike (0 or less) have none.
    """
    return _links(_mutual(similarity) & (similarity > 0)) if similarity.size else []


def itermax(similarity: np.ndarray) -> Links:
    """Link most similar words, then in a second round those that were left alone.

    In the second round a word may also get a second link, at a discount.

    similarity (ndarray): Similarities, `(n_source, n_target)`.
    RETURNS (Links): Positions of source and target words, in order; more than by
        `mutual_argmax`, of which it holds all.
    """
    if not similarity.size:
        return []
    is_alike = similarity > 0
    linked = _mutual(similarity) & is_alike
    similarity = (similarity + 1) / 2
    source_is_free = ~linked.any(axis=1, keepdims=True)
    target_is_free = ~linked.any(axis=0, keepdims=True)
    is_short = min(similarity.shape) <= FEW_WORDS
    if is_short or not source_is_free.any() or not target_is_free.any():
        return _links(linked)
    both = source_is_free & target_is_free
    either = source_is_free | target_is_free
    discounted = similarity * np.where(both, 1.0, np.where(either, DISCOUNT, 0.0))
    return _links(linked | (_mutual(discounted) & either & is_alike))


METHODS: dict[str, Callable[[np.ndarray], Links]] = {
    "argmax": mutual_argmax,
    "itermax": itermax,
}
DEFAULT_METHOD = "itermax"


class Encoder(Protocol):
    """What gives words their vectors, such as `encoding.word_vectors.WordEncoder`."""

    def encode(self, sentences: Sequence[Sequence[str]]) -> list[np.ndarray]:
        """Give a vector for each word of each sentence."""
        ...


class Aligner:
    """Word alignment without a model of its own."""

    def __init__(
        self, encoder: Encoder, method: str = DEFAULT_METHOD, distortion: float = 0.0
    ) -> None:
        """Take an encoder.

        encoder (Encoder): What gives words their vectors.
        method (str): "argmax" (few, precise links) or "itermax" (more links).
        distortion (float): How much less alike words are that stand at other places of their
            sentences, from 0 to 1.
        RAISES (ConcnerError): C218 if there is no such method, or the distortion is out of
            range.
        """
        if method not in METHODS or not 0 <= distortion <= 1:
            raise ConcnerError(
                Errors.C218.format(method=method, known=", ".join(METHODS), distortion=distortion)
            )
        self.encoder = encoder
        self.method = method
        self.distortion = distortion

    def align(
        self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]
    ) -> list[Links]:
        """Align sentences with their translations.

        sources (Sequence[Sequence[str]]): Words of each sentence.
        targets (Sequence[Sequence[str]]): Words of each translation.
        RETURNS (list[Links]): Positions of source and target words.
        """
        vectors = self.encoder.encode([*sources, *targets])
        links = []
        for source, target in zip(vectors[: len(sources)], vectors[len(sources) :], strict=True):
            similarity = cosine_similarity(source, target)
            if self.distortion:
                similarity = add_distortion(similarity, self.distortion)
            links.append(METHODS[self.method](similarity))
        return links


def _mutual(similarity: np.ndarray) -> np.ndarray:
    n_source, n_target = similarity.shape
    best_target = np.arange(n_target)[None, :] == similarity.argmax(axis=1)[:, None]
    best_source = np.arange(n_source)[:, None] == similarity.argmax(axis=0)[None, :]
    return best_target & best_source


def _links(linked: np.ndarray) -> Links:
    return [(int(i), int(j)) for i, j in np.argwhere(linked)]
