"""Least probabilities of entities, one a type, found on a labelled corpus (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from spacy.scorer import PRFScore

from ..errors import ConcnerError, Errors
from ..tagging.labels import TagColumns
from ..tagging.threshold import ALL_TYPES
from .fit import FEWEST_ENTITIES, JudgedEntities, draw_folds
from .maps import Calibration
from .measure import Predictions

MEASURES = ("f1", "precision", "recall")


@dataclass(frozen=True)
class Goal:
    """What thresholds are for.

    measure: "f1" for the best F1; "precision" for the most entities with at least that precision;
        "recall" for the best precision with at least that recall.
    value: Least precision or recall, between 0 and 1; not used by "f1".
    """

    measure: str
    value: float = 0.0

    @classmethod
    def of(cls, text: str) -> "Goal":
        """Read a goal such as "f1" or "precision=0.9".

        text (str): What the user gives.
        RETURNS (Goal): The goal.
        RAISES (ConcnerError): C526 if it is none.
        """
        measure, equals, number = text.strip().partition("=")
        try:
            goal = cls(measure, float(number) if equals else 0.0)
        except ValueError:
            raise ConcnerError(Errors.C526.format(found=text)) from None
        if measure not in MEASURES or bool(equals) != (measure != "f1") or not 0 <= goal.value <= 1:
            raise ConcnerError(Errors.C526.format(found=text))
        return goal

    def __str__(self) -> str:
        """Give it as the user does."""
        return self.measure if self.measure == "f1" else f"{self.measure}={self.value:g}"


@dataclass(frozen=True)
class GoldEntities:
    """Entities of the gold annotation, whether they are found or not.

    types: `(n_entities,)` str.
    sequences: `(n_entities,)` int, number of the sequence of each.
    """

    types: np.ndarray
    sequences: np.ndarray

    @classmethod
    def of(cls, predictions: Predictions) -> "GoldEntities":
        """Take those of a corpus.

        predictions (Predictions): Scores and gold annotation.
        RETURNS (GoldEntities): The entities, in order.
        """
        tags = TagColumns.of(predictions.labels)
        places = np.flatnonzero(np.isin(predictions.tags, tags.begin))
        types = [tags.types[tags.type_numbers[predictions.tags[place]]] for place in places]
        ends = np.cumsum(predictions.lengths)
        return cls(np.array(types, dtype=str), np.searchsorted(ends, places, side="right"))

    def take(self, rows: np.ndarray) -> "GoldEntities":
        """Take some of them.

        rows (ndarray): `(n_entities,)` bool.
        RETURNS (GoldEntities): Those.
        """
        return GoldEntities(self.types[rows], self.sequences[rows])


@dataclass(frozen=True)
class FoundThresholds:
    """Thresholds, and what they do to entities that they have not seen.

    goal: What they are for.
    thresholds: By type; "*" for all types together, which those take that have too few entities.
    missed: Types, "*" among them, that do not reach the goal at any threshold, and take the one
        that comes nearest.
    before: Scores by type without thresholds.
    held_out: The same with thresholds that were found without the fold that they are applied to.
    """

    goal: Goal
    thresholds: dict[str, float]
    missed: list[str]
    before: dict[str, PRFScore]
    held_out: dict[str, PRFScore]

    @property
    def is_worse(self) -> bool:
        """Whether F1, if that is the goal, is lower on what they have not seen."""
        before, after = total(self.before), total(self.held_out)
        return self.goal.measure == "f1" and after.fscore < before.fscore


def find_thresholds(
    predictions: Predictions, calibration: Calibration, goal: Goal, seed: int = 0
) -> FoundThresholds:
    """Find the thresholds of a goal, one a type of which there are enough entities.

    predictions (Predictions): Scores and gold annotation of the dev corpus.
    calibration (Calibration): Maps of the probabilities, which thresholds are applied after.
    goal (Goal): What for.
    seed (int): Seed of the folds.
    RETURNS (FoundThresholds): The thresholds.
    """
    entities, gold = JudgedEntities.of(predictions, calibration), GoldEntities.of(predictions)
    thresholds, missed = _find(entities, gold, goal)
    folds = draw_folds(len(predictions.lengths), seed)
    before = _score(entities, gold, {})
    held_out = {label: PRFScore() for label in before}
    for fold in np.unique(folds):
        inside, gold_inside = folds[entities.sequences] == fold, folds[gold.sequences] == fold
        found, _ = _find(entities.take(~inside), gold.take(~gold_inside), goal)
        for label, score in _score(entities.take(inside), gold.take(gold_inside), found).items():
            held_out[label] += score
    return FoundThresholds(goal, thresholds, missed, before, held_out)


def find_threshold(
    probabilities: Sequence[float] | np.ndarray,
    correct: Sequence[int] | np.ndarray,
    n_gold: int,
    goal: Goal,
) -> tuple[float, bool]:
    """Find the threshold of a goal.

    probabilities (Sequence[float]): Of predicted entities.
    correct (Sequence[int]): 1 or 0 for each.
    n_gold (int): Gold entities, found or not.
    goal (Goal): What for.
    RETURNS (tuple[float, bool]): The threshold, half-way between two entities, or 0 if all are
        kept; and whether it reaches the goal. If none does, it is the one that comes nearest.
    """
    order = np.argsort(-np.asarray(probabilities, dtype="f8"), kind="stable")
    p = np.asarray(probabilities, dtype="f8")[order]
    if not len(p):
        return 0.0, True
    n_kept = np.arange(1, len(p) + 1)
    n_right = np.cumsum(np.asarray(correct)[order])
    # Entities of one probability are kept or dropped together.
    borders = np.append(np.flatnonzero(p[1:] < p[:-1]), len(p) - 1)
    precision = (n_right / n_kept)[borders]
    recall = n_right[borders] / max(n_gold, 1)
    if goal.measure == "f1":
        best, reached = int(np.argmax(n_right[borders] / (n_kept[borders] + n_gold))), True
    elif goal.measure == "precision":
        good = np.flatnonzero(precision >= goal.value)
        reached = bool(len(good))
        # Of the most precise the one that keeps most.
        best = int(good[-1] if reached else np.flatnonzero(precision == precision.max())[-1])
    else:
        good = np.flatnonzero(recall >= goal.value)
        reached = bool(len(good))
        best = int(good[0] if reached else len(borders) - 1)
    last = borders[best]
    return (0.0 if last == len(p) - 1 else float(p[last] + p[last + 1]) / 2), reached


def total(scores: dict[str, PRFScore]) -> PRFScore:
    """Add up the scores of all types."""
    return sum(scores.values(), PRFScore())


def _find(
    entities: JudgedEntities, gold: GoldEntities, goal: Goal
) -> tuple[dict[str, float], list[str]]:
    found: dict[str, float] = {}
    missed: list[str] = []
    types, counts = np.unique(entities.types, return_counts=True)
    for label in [ALL_TYPES, *types[counts >= FEWEST_ENTITIES].tolist()]:
        every = label == ALL_TYPES
        rows = np.full(len(entities.types), True) if every else entities.types == label
        n_gold = len(gold.types) if every else int((gold.types == label).sum())
        part = entities.take(rows)
        found[label], reached = find_threshold(part.probabilities, part.correct, n_gold, goal)
        if not reached:
            missed.append(label)
    return found, missed


def _score(
    entities: JudgedEntities, gold: GoldEntities, thresholds: dict[str, float]
) -> dict[str, PRFScore]:
    scores = {}
    least = thresholds.get(ALL_TYPES, 0.0)
    for label in np.unique([*entities.types, *gold.types]).tolist():
        rows = entities.types == label
        kept = rows & (entities.probabilities >= thresholds.get(label, least))
        n_right = int(entities.correct[kept].sum())
        n_gold = int((gold.types == label).sum())
        scores[label] = PRFScore(tp=n_right, fp=int(kept.sum()) - n_right, fn=n_gold - n_right)
    return scores
