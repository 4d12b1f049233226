"""How well an encoder aligns languages: retrieval of translations, purity of token neighbours."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from spacy_concner.arrays import unit_vectors
from spacy_concner.pipelines import find_component, predict_docs

BATCH = 64


def token_vectors(nlp: Language, docs: Sequence[Doc]) -> list[np.ndarray]:
    """Give the vectors that the tagger reads, `(n_tokens, width)` for each Doc.

    nlp (Language): Pipeline with a `concner`.
    docs (Sequence[Doc]): The Docs.
    """
    name = find_component(nlp)
    tagger: Any = nlp.get_pipe(name)

    def predict(batch: list[Doc]) -> list[np.ndarray]:
        flat = tagger.model.ops.to_numpy(tagger.model.predict(batch).token_vectors)
        return np.split(flat, np.cumsum([len(doc) for doc in batch])[:-1])

    found = dict(predict_docs(nlp, name, docs, BATCH, predict))
    return [found.get(i, np.zeros((0, 0))) for i in range(len(docs))]


def unit(vectors: np.ndarray) -> np.ndarray:
    """Center vectors and scale them to length one.

    The mean goes off first: encoders give vectors that mostly point one way.
    """
    centred = vectors - vectors.mean(axis=0)
    return unit_vectors(centred)


def retrieval_accuracy(source: np.ndarray, target: np.ndarray) -> float:
    """Give the share of sentences whose translation is the nearest, both ways, in percent.

    source (ndarray): `(n, width)` sentence vectors of one language.
    target (ndarray): `(n, width)` those of their translations.
    """
    cosines = unit(source) @ unit(target).T
    own = np.arange(len(source))
    found = (cosines.argmax(axis=1) == own).mean() + (cosines.argmax(axis=0) == own).mean()
    return 50 * float(found)


def neighbour_purity(
    target: np.ndarray,
    target_tags: Sequence[str],
    source: np.ndarray,
    source_tags: Sequence[str],
    n_neighbours: int = 10,
) -> float:
    """Give how many of the nearest source tokens of target tokens share their tag, in percent.

    Averaged over the tags, so that O does not decide.

    target (ndarray): `(n, width)` token vectors of the target language.
    target_tags (Sequence[str]): Their gold tags.
    source (ndarray): `(m, width)` token vectors of the source language.
    source_tags (Sequence[str]): Their gold tags.
    n_neighbours (int): Neighbours of each token.
    """
    ours, theirs = np.asarray(target_tags), np.asarray(source_tags)
    left, right = unit(target), unit(source)
    shares = np.zeros(len(ours))
    for first in range(0, len(ours), 1000):
        rows = slice(first, first + 1000)
        nearest = np.argpartition(-(left[rows] @ right.T), n_neighbours, axis=1)[:, :n_neighbours]
        shares[rows] = (theirs[nearest] == ours[rows, None]).mean(axis=1)
    return 100 * float(np.mean([shares[ours == tag].mean() for tag in np.unique(ours)]))
