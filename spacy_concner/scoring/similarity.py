"""`spacy-concner.similarity_scorer.v1`: how well an evaluator tells same labels from others."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from spacy.training import Example

from ..arrays import unit_vectors
from ..tagging.pairs import Level, draw_pairs, pair_classes


def make_similarity_scorer() -> Callable:
    """Make the scorer of `concner_evaluator`.

    RETURNS (Callable): Function from Examples to `sim_acc`, the share of token pairs whose
        cosine is above zero where their labels are the same and not above where they
        differ, and `sim_auc`, how often a pair of the same label has a higher cosine than
        one of different labels. Both lie between 0 and 1, 0.5 is chance, None without
        annotation. Pairs are drawn as for training, from the whole corpus, the same ones
        at each evaluation.
    """
    return score_similarity


def score_similarity(
    examples: Iterable[Example],
    *,
    level: Level = "tag",
    max_pairs: int = 10000,
    seed: int = 0,
    **kwargs: Any,
) -> dict[str, Any]:
    """Score an evaluator: see `make_similarity_scorer`.

    examples (Iterable[Example]): Predicted Docs with vectors in `doc.tensor`, and gold ones.
    level (str): "tag" or "type".
    max_pairs (int): The most pairs to draw.
    seed (int): Decides which pairs are drawn.
    RETURNS (dict[str, Any]): The scores.
    """
    # A pipeline without its evaluator, as spaCy makes one to score a part, gives no vectors.
    examples = [eg for eg in examples if len(eg.x) and len(eg.x.tensor) == len(eg.x)]
    classes = pair_classes(examples, level)
    pairs = draw_pairs(classes, max_pairs, [seed])
    if not len(pairs.same):
        return {"sim_acc": None, "sim_auc": None}
    vectors = np.concatenate([eg.predicted.tensor for eg in examples])
    unit = unit_vectors(vectors)
    cosines = np.einsum("ij,ij->i", unit[pairs.first], unit[pairs.second])
    return {
        "sim_acc": float(((cosines > 0) == pairs.same).mean()),
        "sim_auc": area_under_curve(cosines, pairs.same),
    }


def area_under_curve(scores: np.ndarray, positive: np.ndarray) -> float:
    """Give the area under the ROC curve, ties counting half.

    scores (ndarray): `(n,)` floats.
    positive (ndarray): `(n,)` bool, at least one True and one False.
    RETURNS (float): How often a positive has a higher score than a negative.
    """
    _, rows, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[rows]
    n_positive, n_negative = int(positive.sum()), int((~positive).sum())
    wins = ranks[positive].sum() - n_positive * (n_positive + 1) / 2
    return float(wins / (n_positive * n_negative))
