"""Vectors of bitexts: whether sentences that mean the same lie together (pure)."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ...corpora.segments import text_ids
from .bitexts import Bitext, Encode, Segment


@dataclass(frozen=True)
class Retrieval:
    """Whether the nearest sentence of the other language is the translation.

    source, target: language codes.
    n: bitexts.
    forth: share of source sentences whose nearest target sentence translates them.
    back: share of target sentences whose nearest source sentence they translate.
    """

    source: str
    target: str
    n: int
    forth: float
    back: float


@dataclass(frozen=True)
class Cloud:
    """Points in the plane, and the figures of the vectors that they stand for.

    points: `(n, 2)` float64.
    groups: language code and entity type of each; the type is empty for sentences.
    pairs: `(n_pairs, 2)` int, points that translate each other.
    explained: share of the variance that the plane keeps.
    """

    points: np.ndarray
    groups: list[tuple[str, str]]
    pairs: np.ndarray
    explained: float


@dataclass(frozen=True)
class VectorPicture:
    """What an encoder or a pipeline makes of the bitexts.

    name: its name.
    sentences: sentence vectors.
    tokens: vectors of entity tokens; None if fewer than two are labelled.
    retrieval: for each language beside the source.
    same_type: share of the entity tokens whose nearest one of another language has the same
        type; None without labels in two languages.
    """

    name: str
    sentences: Cloud
    tokens: Cloud | None
    retrieval: list[Retrieval]
    same_type: float | None


def draw_vectors(
    name: str, bitexts: Sequence[Bitext], encode: Encode, most_tokens: int = 300, seed: int = 0
) -> VectorPicture:
    """Give the picture of an encoder.

    name (str): Name of the encoder.
    bitexts (Sequence[Bitext]): Two or more bitexts.
    encode (Encode): Gives sentence vectors `(n, width)` and for each sentence token vectors
        `(n_tokens, width)`.
    most_tokens (int): Entity tokens that are drawn and compared, of each language.
    seed (int): Seed of their draw.
    RETURNS (VectorPicture): The picture.
    """
    segments = [segment for bitext in bitexts for segment in bitext]
    sentence_vectors, token_vectors = encode(segments)
    unit = _unit(sentence_vectors)
    firsts = np.cumsum([0, *map(len, bitexts)])[:-1]
    pairs = [
        (first, first + place)
        for first, bitext in zip(firsts.tolist(), bitexts, strict=True)
        for place in range(1, len(bitext))
    ]
    points, explained = project(unit)
    groups = [(segment.language, "") for segment in segments]
    sentences = Cloud(points, groups, np.array(pairs), explained)
    of_language: dict[str, list[tuple[int, int]]] = {}
    for number, segment in enumerate(segments):
        places = of_language.setdefault(segment.language, [])
        places += [(number, i) for i, label in enumerate(segment.types) if label]
    shuffled = random.Random(seed)
    drawn = [
        place
        for places in of_language.values()
        for place in shuffled.sample(places, min(len(places), most_tokens))
    ]
    tokens, same_type = None, None
    if len(drawn) > 1:
        vectors = _unit(np.stack([token_vectors[number][i] for number, i in drawn]))
        kinds = [(segments[number].language, segments[number].types[i]) for number, i in drawn]
        points, explained = project(vectors)
        tokens = Cloud(points, kinds, np.zeros((0, 2), dtype="i8"), explained)
        same_type = same_type_share(vectors, kinds)
    return VectorPicture(name, sentences, tokens, _retrievals(segments, unit, pairs), same_type)


def project(vectors: np.ndarray) -> tuple[np.ndarray, float]:
    """Project vectors onto their two principal components.

    vectors (ndarray): `(n, width)`.
    RETURNS (tuple[ndarray, float]): `(n, 2)` points, and the share of the variance that
        they keep.
    """
    centred = np.asarray(vectors, dtype="f8") - np.mean(vectors, axis=0)
    left, strengths, _ = np.linalg.svd(centred, full_matrices=False)
    points = np.zeros((len(centred), 2))
    n = min(2, len(strengths))
    points[:, :n] = left[:, :n] * strengths[:n]
    total = float((strengths**2).sum())
    return points, float((strengths[:2] ** 2).sum() / total) if total else 0.0


def retrieve(
    source: np.ndarray, target: np.ndarray, source_texts: Sequence[str], target_texts: Sequence[str]
) -> tuple[float, float]:
    """Give how often the nearest sentence is the translation, by cosine.

    A sentence that stands more than once counts as found where any of its translations is.

    source (ndarray): `(n, width)` unit vectors.
    target (ndarray): `(n, width)` unit vectors of their translations.
    source_texts (Sequence[str]): The sentences.
    target_texts (Sequence[str]): Their translations.
    RETURNS (tuple[float, float]): Share from source to target, and back.
    """
    cosines = source @ target.T
    ids = [np.array(text_ids(texts)) for texts in (source_texts, target_texts)]

    def share(nearest: np.ndarray) -> float:
        return float(np.mean((ids[0][nearest] == ids[0]) | (ids[1][nearest] == ids[1])))

    return share(cosines.argmax(axis=1)), share(cosines.argmax(axis=0))


def same_type_share(vectors: np.ndarray, kinds: Sequence[tuple[str, str]]) -> float | None:
    """Give how often the nearest entity token of another language has the same type.

    vectors (ndarray): `(n, width)` unit vectors.
    kinds (Sequence[tuple[str, str]]): Language code and type of each.
    RETURNS (float | None): The share; None if there is but one language.
    """
    languages = np.array([language for language, _ in kinds])
    types = np.array([label for _, label in kinds])
    if len(set(languages)) < 2:
        return None
    cosines = np.where(languages[:, None] == languages, -np.inf, vectors @ vectors.T)
    return float(np.mean(types[cosines.argmax(axis=1)] == types))


def _retrievals(
    segments: Sequence[Segment], unit: np.ndarray, pairs: Iterable[tuple[int, int]]
) -> list[Retrieval]:
    directions: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for source, target in pairs:
        languages = segments[source].language, segments[target].language
        directions.setdefault(languages, []).append((source, target))
    found = []
    for (source_language, target_language), rows in sorted(directions.items()):
        sources, targets = (list(side) for side in zip(*rows, strict=True))
        texts = [[segments[i].text for i in side] for side in (sources, targets)]
        forth, back = retrieve(unit[sources], unit[targets], *texts)
        found.append(Retrieval(source_language, target_language, len(rows), forth, back))
    return found


def _unit(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(lengths, 1e-12)
