"""Calibration: fit maps of probabilities on a labelled corpus, and measure what they do."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ..arrays import log_softmax
from ..errors import ConcnerError, Errors
from ..tagging.decoding import find_entities, score_entities
from ..tagging.labels import entity_type
from .maps import SMALLEST, Calibration
from .measure import (
    ReliabilityBin,
    brier_score,
    expected_calibration_error,
    multiclass_brier_score,
    reliability_bins,
)
from .predictions import Predictions

Method = Literal["temperature", "vector", "auto"]
METHODS = ("temperature", "vector", "auto")
# Of probabilities of entities, from the simplest on.
MAPS = ("identity", "beta", "types")
N_FOLDS = 5
# Fewer entities than this say too little about how often a probability is right.
FEWEST_ENTITIES = 30
# Slopes of the entity map stay above it, so that a likelier entity stays likelier.
LEAST_SLOPE = 1e-3


@dataclass(frozen=True)
class Reliability:
    """How far the probabilities of a level, tokens or entities, can be trusted.

    ece: expected calibration error, None without predictions.
    brier: Brier score, None without predictions; of tokens summed over labels.
    n: predictions.
    bins: the reliability curve.
    """

    ece: float | None
    brier: float | None
    n: int
    bins: list[ReliabilityBin]


@dataclass(frozen=True)
class Fit:
    """What a calibration has learned.

    calibration: the maps.
    method: "temperature" or "vector".
    temperature: the temperature that a single one would be.
    losses: for each method that was tried the negative log-likelihood of held-out entities,
        in nats, by the map of their own: none ("identity"), beta calibration ("beta"), or beta
        calibration with an offset a type, then isotonic regression ("types").
    """

    calibration: Calibration
    method: str
    temperature: float
    losses: dict[str, dict[str, float]]


def measure(
    predictions: Predictions, calibration: Calibration | None = None
) -> dict[str, Reliability]:
    """Measure calibration at the level of tokens and of entities.

    A token's confidence is the probability of its most probable label; an entity's is the
    probability that `concner` gives to it.

    predictions (Predictions): Scores and gold annotation.
    calibration (Calibration): Maps to apply first.
    RETURNS (dict[str, Reliability]): By level, "token" and "entity".
    """
    calibration = calibration or Calibration()
    known = predictions.tags >= 0
    gold = predictions.tags[known]
    probabilities = np.exp(log_softmax(calibration.map_logits(predictions.logits[known])))
    confidences = probabilities.max(axis=1, initial=0.0)
    correct = probabilities.argmax(axis=1) == gold
    scores = _entity_scores(predictions, calibration)
    judged = predictions.correct >= 0
    return {
        "token": Reliability(
            expected_calibration_error(confidences, correct),
            multiclass_brier_score(probabilities, gold),
            len(gold),
            reliability_bins(confidences, correct),
        ),
        "entity": Reliability(
            expected_calibration_error(scores[judged], predictions.correct[judged]),
            brier_score(scores[judged], predictions.correct[judged]),
            int(judged.sum()),
            reliability_bins(scores[judged], predictions.correct[judged]),
        ),
    }


def fit(predictions: Predictions, method: Method = "auto", seed: int = 0) -> Fit:
    """Fit the maps of a calibration.

    The scores of labels are mapped first, by a temperature (Guo et al. 2017) or by a factor
    and an offset a label (vector scaling), fitted to the tokens. Then the probabilities of
    entities are mapped by beta calibration (Kull et al. 2017), one map for all types or an
    offset for each and isotonic regression after it (Zadrozny and Elkan 2002), if that loses
    less on held-out folds: tokens that are right one by one do not make their entity as
    probable as it seems, for their mistakes come together, and for some types more than for
    others. "auto" takes of temperature and vector what
    loses less on held-out entities, for theirs are the probabilities that are shown.

    predictions (Predictions): Scores and gold annotation of the dev corpus.
    method (str): "temperature", "vector" or "auto".
    seed (int): Seed of the folds.
    RETURNS (Fit): The maps.
    RAISES (ConcnerError): C511 if there are too few entities, C512 for an unknown method.
    """
    if method not in METHODS:
        raise ConcnerError(Errors.C512.format(method=method, methods=", ".join(METHODS)))
    n_entities = int((predictions.correct >= 0).sum())
    if n_entities < FEWEST_ENTITIES or not (predictions.tags >= 0).any():
        raise ConcnerError(Errors.C511.format(n=n_entities, least=FEWEST_ENTITIES))
    folds = np.random.default_rng(seed).permutation(len(predictions.lengths)) % N_FOLDS
    known = predictions.tags >= 0
    logits, tags = predictions.logits[known], predictions.tags[known]
    temperature = fit_temperature(logits, tags)
    candidates = {}
    for name in ("temperature", "vector") if method == "auto" else (method,):
        if name == "temperature":
            mapped = Calibration(scale=(1 / temperature,) * logits.shape[1])
        else:
            scale, bias = fit_vector(logits, tags)
            mapped = Calibration(tuple(scale.tolist()), tuple(bias.tolist()))
        candidates[name] = _fit_entities(predictions, mapped, folds)
    chosen = min(candidates, key=lambda name: min(candidates[name][1].values()))
    return Fit(
        candidates[chosen][0],
        chosen,
        temperature,
        {name: losses for name, (_, losses) in candidates.items()},
    )


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


def fit_vector(logits: np.ndarray, tags: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find a factor and an offset a label under which the gold labels are most likely.

    logits (ndarray): `(n_tokens, n_labels)` scores before softmax.
    tags (ndarray): `(n_tokens,)` int, gold columns.
    RETURNS (tuple[ndarray, ndarray]): Factors and offsets, `(n_labels,)` float64.
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
    return found[:n_labels], found[n_labels:] - found[n_labels:].mean()


def fit_beta(
    probabilities: np.ndarray, correct: np.ndarray, types: np.ndarray | None = None
) -> tuple[tuple[float, float, float], dict[str, float]]:
    """Fit beta calibration with slopes that are not negative.

    probabilities (ndarray): `(n,)` between 0 and 1.
    correct (ndarray): `(n,)`, 1 or 0.
    types (ndarray): `(n,)` str, type of each entity; None for one map for all.
    RETURNS (tuple[tuple, dict]): a, b and c of `Calibration.entity`, and its offsets: c is their
        mean over the entities, for types of which there are too few to have one.
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
    return (a, b, c), dict(zip(known.tolist(), (found[2:] - c).tolist(), strict=False))


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


def _fit_map(name: str, scores: np.ndarray, right: np.ndarray, types: np.ndarray) -> Calibration:
    """Fit one of `MAPS` to probabilities of entities."""
    if name == "identity":
        return Calibration()
    if name == "beta":
        return Calibration(entity=fit_beta(scores, right)[0])
    entity, offsets = fit_beta(scores, right, types)
    found = Calibration(entity=entity, offsets=offsets)
    return replace(found, knots=fit_knots(found.map_entities(scores, types.tolist()), right))


def _fit_entities(
    predictions: Predictions, calibration: Calibration, folds: np.ndarray
) -> tuple[Calibration, dict[str, float]]:
    judged = predictions.correct >= 0
    scores = _entity_scores(predictions, calibration)[judged]
    right = predictions.correct[judged]
    entities = find_entities(*_arguments(predictions))[judged]
    types = np.array([entity_type(predictions.labels[tag]) for tag in entities[:, 3]])
    where = folds[entities[:, 0]]
    losses = {}
    for name in MAPS:
        held_out = np.zeros(len(scores))
        for fold in np.unique(where):
            outside = where == fold
            if outside.all():
                continue
            found = _fit_map(name, scores[~outside], right[~outside], types[~outside])
            mapped = found.map_entities(scores[outside], types[outside].tolist())
            held_out[outside] = _entity_losses(mapped, right[outside])
        losses[name] = float(held_out.mean())
    best = _fit_map(min(losses, key=lambda name: losses[name]), scores, right, types)
    return (
        replace(calibration, entity=best.entity, offsets=best.offsets, knots=best.knots),
        losses,
    )


def _entity_scores(predictions: Predictions, calibration: Calibration) -> np.ndarray:
    of = _arguments(predictions)
    return score_entities(*of, find_entities(*of), calibration)


def _arguments(predictions: Predictions) -> tuple[np.ndarray, list[int], list[str]]:
    return predictions.logits, predictions.lengths.tolist(), predictions.labels


def _token_losses(logits: np.ndarray, tags: np.ndarray) -> np.ndarray:
    return -log_softmax(logits)[np.arange(len(tags)), tags]


def _entity_losses(probabilities: np.ndarray, correct: np.ndarray) -> np.ndarray:
    p = np.clip(probabilities, SMALLEST, 1 - SMALLEST)
    return -np.where(correct > 0, np.log(p), np.log1p(-p))
