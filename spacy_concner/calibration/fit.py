"""Maps of probabilities fitted to a labelled corpus, and tried on what they have not seen."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ..arrays import log_softmax
from ..errors import ConcnerError, Errors
from ..tagging.labels import TagColumns
from .maps import SMALLEST, Calibration
from .measure import Predictions, Reliability, measure_entities

Method = Literal["temperature", "vector", "auto"]
METHODS = ("temperature", "vector", "auto")
# Of probabilities of entities, from the simplest on.
ENTITY_MAPS = ("identity", "beta", "types")
N_FOLDS = 5
# Fewer entities than this say too little about how often a probability is right.
FEWEST_ENTITIES = 30
# Slopes of the entity map stay above it, so that a likelier entity stays likelier.
LEAST_SLOPE = 1e-3


@dataclass(frozen=True)
class FittedCalibration:
    """What was fitted to a corpus.

    calibration: the maps.
    method: "temperature" or "vector".
    entity_map: map of the entities' probabilities: none ("identity"), beta calibration ("beta"),
        or beta calibration with an offset a type, then isotonic regression ("types").
    temperature: the temperature that a single one would be.
    losses: for each method that was tried, by entity map, the negative log-likelihood of
        held-out entities in nats.
    before: how far the probabilities of entities can be trusted without any calibration.
    held_out: the same after it, each entity by maps that were fitted without its fold.
    """

    calibration: Calibration
    method: str
    entity_map: str
    temperature: float
    losses: dict[str, dict[str, float]]
    before: Reliability
    held_out: Reliability

    @property
    def is_worse(self) -> bool:
        """Whether entities that it has not seen have worse probabilities after it."""
        before, after = self.before, self.held_out
        return (after.ece or 0) > (before.ece or 0) or (after.brier or 0) > (before.brier or 0)


@dataclass(frozen=True)
class JudgedEntities:
    """Predicted entities whose annotation is known.

    probabilities: `(n_entities,)`.
    correct: `(n_entities,)` int, 1 or 0.
    types: `(n_entities,)` str.
    sequences: `(n_entities,)` int, number of the sequence of each.
    """

    probabilities: np.ndarray
    correct: np.ndarray
    types: np.ndarray
    sequences: np.ndarray

    @classmethod
    def of(cls, predictions: Predictions, calibration: Calibration) -> "JudgedEntities":
        """Take those of a corpus.

        predictions (Predictions): Scores and gold annotation.
        calibration (Calibration): Maps of the probabilities.
        RETURNS (JudgedEntities): The entities, in order.
        """
        judged = predictions.correct >= 0
        entities = predictions.entities()
        names = TagColumns.of(predictions.labels).types
        types = [names[number] for number in entities.types[judged]]
        return cls(
            predictions.entity_probabilities(calibration)[judged],
            predictions.correct[judged],
            np.array(types),
            entities.sequences[judged],
        )

    def take(self, rows: np.ndarray) -> "JudgedEntities":
        """Take some of them.

        rows (ndarray): Numbers, or `(n_entities,)` bool.
        RETURNS (JudgedEntities): Those.
        """
        return JudgedEntities(
            self.probabilities[rows], self.correct[rows], self.types[rows], self.sequences[rows]
        )


def fit_calibration(
    predictions: Predictions, method: Method = "auto", seed: int = 0
) -> FittedCalibration:
    """Fit the maps of a calibration.

    The scores of labels are mapped first, by a temperature (Guo et al. 2017) or by a factor
    and an offset a label (vector scaling), fitted to the tokens. Then the probabilities of
    entities are mapped by beta calibration (Kull et al. 2017), one map for all types or an
    offset for each and isotonic regression after it (Zadrozny and Elkan 2002), if that loses
    less on held-out folds: tokens that are right one by one do not make their entity as
    probable as it seems, for their mistakes come together, and for some types more than for
    others. "auto" takes of temperature and vector what loses less on held-out entities, for
    theirs are the probabilities that are shown.

    predictions (Predictions): Scores and gold annotation of the dev corpus.
    method (str): "temperature", "vector" or "auto".
    seed (int): Seed of the folds.
    RETURNS (FittedCalibration): The maps, and what they do to entities that they have not seen.
    RAISES (ConcnerError): C511 if there are too few entities, C512 for an unknown method.
    """
    if method not in METHODS:
        raise ConcnerError(Errors.C512.format(method=method, methods=", ".join(METHODS)))
    n_entities = int((predictions.correct >= 0).sum())
    if n_entities < FEWEST_ENTITIES or not (predictions.tags >= 0).any():
        raise ConcnerError(Errors.C511.format(n=n_entities, least=FEWEST_ENTITIES))
    folds = draw_folds(len(predictions.lengths), seed)
    tried = {
        name: _fit_label_map(predictions, name)
        for name in (("temperature", "vector") if method == "auto" else (method,))
    }
    losses = {name: _held_out_losses(predictions, maps, folds) for name, maps in tried.items()}
    chosen = min(losses, key=lambda name: min(losses[name].values()))
    entity_map = min(losses[chosen], key=lambda name: losses[chosen][name])
    known = predictions.tags >= 0
    judged = predictions.correct >= 0
    correct = predictions.correct[judged]
    held_out = _held_out_probabilities(predictions, chosen, entity_map, folds)
    return FittedCalibration(
        _add_entity_map(predictions, tried[chosen], entity_map),
        chosen,
        entity_map,
        fit_temperature(predictions.logits[known], predictions.tags[known]),
        losses,
        measure_entities(predictions.entity_probabilities(Calibration())[judged], correct),
        measure_entities(held_out[judged], correct),
    )


def draw_folds(n_sequences: int, seed: int) -> np.ndarray:
    """Draw the fold of each sequence.

    n_sequences (int): How many there are.
    seed (int): Random seed.
    RETURNS (ndarray): `(n_sequences,)` int.
    """
    return np.random.default_rng(seed).permutation(n_sequences) % N_FOLDS


def fit_temperature(logits: np.ndarray, tags: np.ndarray) -> float:
    """Find the temperature under which the gold labels are most likely.

    logits (ndarray): `(n_tokens, n_labels)` scores before softmax.
    tags (ndarray): `(n_tokens,)` int, gold columns.
    RETURNS (float): The temperature, between 0.05 and 20.
    """
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda log_t: float(_token_losses(logits / np.exp(log_t), tags).mean()),
        bounds=(np.log(0.05), np.log(20.0)),
        method="bounded",
    )
    return float(np.exp(found.x))


def fit_vector(logits: np.ndarray, tags: np.ndarray) -> Calibration:
    """Find a factor and an offset a label under which the gold labels are most likely.

    logits (ndarray): `(n_tokens, n_labels)` scores before softmax.
    tags (ndarray): `(n_tokens,)` int, gold columns.
    RETURNS (Calibration): Its scale and bias.
    """
    from scipy.optimize import minimize

    logits = np.asarray(logits, dtype="f8")
    n_tokens, n_labels = logits.shape
    gold = np.zeros_like(logits)
    gold[np.arange(n_tokens), tags] = 1.0

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        log_probs = log_softmax(logits * parameters[:n_labels] + parameters[n_labels:])
        error = (np.exp(log_probs) - gold) / n_tokens
        gradient = np.concatenate([(error * logits).sum(axis=0), error.sum(axis=0)])
        return float(-(log_probs * gold).sum() / n_tokens), gradient

    first = np.full(n_labels, 1 / fit_temperature(logits, tags))
    found = minimize(
        loss, np.concatenate([first, np.zeros(n_labels)]), jac=True, method="L-BFGS-B"
    ).x
    scale, bias = found[:n_labels], found[n_labels:] - found[n_labels:].mean()
    return Calibration(tuple(scale.tolist()), tuple(bias.tolist()))


def fit_beta(
    probabilities: np.ndarray, correct: np.ndarray, types: np.ndarray | None = None
) -> Calibration:
    """Fit beta calibration with slopes that are not negative.

    probabilities (ndarray): `(n,)` between 0 and 1.
    correct (ndarray): `(n,)`, 1 or 0.
    types (ndarray): `(n,)` str, type of each entity; None for one map for all.
    RETURNS (Calibration): Its map of entities, and its offsets: c is their mean over the
        entities, for types of which there are too few to have one.
    """
    from scipy.optimize import minimize

    p = np.clip(np.asarray(probabilities, dtype="f8"), SMALLEST, 1 - SMALLEST)
    right = np.asarray(correct, dtype="f8")
    known, counts = np.unique([] if types is None else types, return_counts=True)
    known, counts = known[counts >= FEWEST_ENTITIES], counts[counts >= FEWEST_ENTITIES]
    if types is not None and len(known):
        is_known = np.isin(types, known)
        p, right, types = p[is_known], right[is_known], types[is_known]
        belongs = types[:, None] == known
    else:
        belongs = np.ones((len(p), 1))
    features = np.column_stack([np.log(p), -np.log1p(-p), belongs])

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        z = features @ parameters
        value = np.logaddexp(0.0, z) - right * z
        error = 1 / (1 + np.exp(-z)) - right
        return float(value.mean()), features.T @ error / len(right)

    n_shifts = belongs.shape[1]
    bounds = [(LEAST_SLOPE, None)] * 2 + [(None, None)] * n_shifts
    first = [1.0, 1.0] + [0.0] * n_shifts
    found = minimize(loss, first, jac=True, method="L-BFGS-B", bounds=bounds).x
    a, b = found[:2].tolist()
    c = float(belongs.mean(axis=0) @ found[2:])
    offsets = dict(zip(known.tolist(), (found[2:] - c).tolist(), strict=False))
    return Calibration(entity=(a, b, c), offsets=offsets)


def fit_knots(probabilities: np.ndarray, correct: np.ndarray) -> tuple[tuple[float, float], ...]:
    """Fit isotonic regression: the rising map nearest to how often a probability is right.

    probabilities (ndarray): `(n,)` between 0 and 1.
    correct (ndarray): `(n,)`, 1 or 0.
    RETURNS (tuple[tuple[float, float], ...]): Knots of `Calibration`: both ends of each step.
        Never 0 or 1, for no number of entities shows that.
    """
    from scipy.optimize import isotonic_regression

    order = np.argsort(probabilities, kind="stable")
    before = np.asarray(probabilities, dtype="f8")[order]
    result = isotonic_regression(np.asarray(correct, dtype="f8")[order])
    least = 1 / (len(before) + 2)
    after = np.clip(result.x, least, 1 - least)
    begins = result.blocks[:-1]
    ends = result.blocks[1:] - 1
    places = np.unique(np.concatenate([begins, ends]))
    return tuple(zip(before[places].tolist(), after[places].tolist(), strict=True))


def _fit_label_map(predictions: Predictions, method: str) -> Calibration:
    known = predictions.tags >= 0
    logits, tags = predictions.logits[known], predictions.tags[known]
    if method == "vector":
        return fit_vector(logits, tags)
    return Calibration(scale=(1 / fit_temperature(logits, tags),) * logits.shape[1])


def _fit_entity_map(name: str, entities: JudgedEntities) -> Calibration:
    """Fit one of `ENTITY_MAPS`."""
    if name == "identity":
        return Calibration()
    if name == "beta":
        return fit_beta(entities.probabilities, entities.correct)
    found = fit_beta(entities.probabilities, entities.correct, entities.types)
    mapped = found.map_entities(entities.probabilities, entities.types.tolist())
    return replace(found, knots=fit_knots(mapped, entities.correct))


def _add_entity_map(predictions: Predictions, label_map: Calibration, name: str) -> Calibration:
    found = _fit_entity_map(name, JudgedEntities.of(predictions, label_map))
    return replace(label_map, entity=found.entity, offsets=found.offsets, knots=found.knots)


def _held_out_losses(
    predictions: Predictions, label_map: Calibration, folds: np.ndarray
) -> dict[str, float]:
    """Give the loss of held-out entities by each of `ENTITY_MAPS`."""
    entities = JudgedEntities.of(predictions, label_map)
    where = folds[entities.sequences]
    losses = {}
    for name in ENTITY_MAPS:
        held_out = np.zeros(len(where))
        for fold in np.unique(where):
            outside = where == fold
            if outside.all():
                continue
            found = _fit_entity_map(name, entities.take(~outside))
            part = entities.take(outside)
            mapped = found.map_entities(part.probabilities, part.types.tolist())
            held_out[outside] = _entity_losses(mapped, part.correct)
        losses[name] = float(held_out.mean())
    return losses


def _held_out_probabilities(
    predictions: Predictions, method: str, entity_map: str, folds: np.ndarray
) -> np.ndarray:
    """Give the probability of each entity by maps, of labels too, fitted without its fold."""
    where = folds[predictions.entities().sequences]
    # What no other fold can tell of stays as it is.
    found = predictions.entity_probabilities(Calibration())
    for fold in np.unique(where):
        rest, part = predictions.split(folds != fold), predictions.split(folds == fold)
        if (rest.correct >= 0).any() and (rest.tags >= 0).any():
            maps = _add_entity_map(rest, _fit_label_map(rest, method), entity_map)
            found[where == fold] = part.entity_probabilities(maps)
    return found


def _token_losses(logits: np.ndarray, tags: np.ndarray) -> np.ndarray:
    return -log_softmax(logits)[np.arange(len(tags)), tags]


def _entity_losses(probabilities: np.ndarray, correct: np.ndarray) -> np.ndarray:
    p = np.clip(probabilities, SMALLEST, 1 - SMALLEST)
    return -np.where(correct > 0, np.log(p), np.log1p(-p))
