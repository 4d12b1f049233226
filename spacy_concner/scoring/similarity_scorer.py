"""`spacy-concner.similarity_scorer.v1`: how well an evaluator tells same labels from others."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from spacy.scorer import ROCAUCScore
from spacy.training import Example

from ..arrays import unit_vectors
from ..tagging.token_pairs import Level, draw_pairs, pair_classes


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
    # As many pairs of one kind as of the other were drawn, so that there is a curve.
    curve = ROCAUCScore()
    for cosine, is_same in zip(cosines.tolist(), pairs.same.tolist(), strict=True):
        curve.score_set(cosine, is_same)
    return {
        "sim_acc": float(((cosines > 0) == pairs.same).mean()),
        "sim_auc": float(curve.score),
    }
