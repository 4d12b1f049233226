"""Words of sentences aligned with those of their translations, by an encoder's vectors."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from ..errors import ConcnerError, Errors
from ..projection.pharaoh import Links
from ..projection.word_alignment import METHODS, add_distortion, cosine_similarity

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
