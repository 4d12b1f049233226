"""How far probabilities can be trusted: calibration error, Brier score, reliability.

And what they are measured on: a pipeline's label scores on a labelled corpus, with what is right.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.training import Example

from ..arrays import log_softmax
from ..corpora.segments import get_segments
from ..pipelines import find_component, predict_docs
from ..tagging.annotation import view_tokens, word_positions
from ..tagging.decoding import decode, find_entities
from ..tagging.entity_probability import FoundEntities, score_entities
from ..tagging.gold_tags import align_tags
from .maps import Calibration

N_BINS = 15
MISSING = -1


@dataclass(frozen=True)
class ReliabilityBin:
    """Predictions whose confidence falls between two bounds.

    low: lower bound, exclusive but for the first bin.
    high: upper bound, inclusive.
    n: predictions.
    confidence: their mean confidence, 0 without predictions.
    accuracy: share of them that is right, 0 without predictions.
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Reliability:
    """How far the probabilities of tokens, or of entities, can be trusted.

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
class TokenAndEntityReliability:
    """How far a pipeline's probabilities can be trusted, at both levels.

    token: of the most probable label of each token.
    entity: of the entities that are found, as `concner` gives it.
    """

    token: Reliability
    entity: Reliability

    @property
    def levels(self) -> dict[str, Reliability]:
        """Both by name, "token" and "entity"."""
        return {"token": self.token, "entity": self.entity}


@dataclass(frozen=True)
class Predictions:
    """Label scores before softmax, and the gold annotation beside them.

    labels: BIO tags of the columns.
    logits: `(n_tokens, n_labels)` float32, sequences one after another, no white space.
    lengths: `(n_sequences,)` int, tokens of each sequence.
    tags: `(n_tokens,)` int, column of the gold tag, -1 where unknown.
    correct: `(n_entities,)` int, for each entity that `decode` finds 1 if it is right, 0 if
        it is wrong, -1 if its annotation is missing.
    languages: `(n_sequences,)` str, language code of each sequence, empty where unknown.
    adjacency: factor of each entity that begins right after another.
    """

    labels: list[str]
    logits: np.ndarray
    lengths: np.ndarray
    tags: np.ndarray
    correct: np.ndarray
    languages: np.ndarray
    adjacency: float = 1.0

    def save(self, path: Path) -> None:
        """Write to an `.npz` file."""
        np.savez_compressed(path, **{f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def load(cls, path: Path) -> "Predictions":
        """Read what `save` wrote."""
        with np.load(path) as stored:
            arrays: dict[str, Any] = {name: stored[name] for name in stored.files}
        plain = {"labels", "adjacency"} & set(arrays)
        return cls(**{**arrays, **{name: arrays[name].tolist() for name in plain}})

    def split(self, sequences: np.ndarray) -> "Predictions":
        """Take some of the sequences.

        sequences (ndarray): `(n_sequences,)` bool, which to take.
        RETURNS (Predictions): Those, in order.
        """
        tokens = np.repeat(sequences, self.lengths)
        return Predictions(
            self.labels,
            self.logits[tokens],
            self.lengths[sequences],
            self.tags[tokens],
            self.correct[sequences[self.entities().sequences]],
            self.languages[sequences],
            self.adjacency,
        )

    def entities(self) -> FoundEntities:
        """Give the entities that `correct` judges, as `find_entities` does."""
        return find_entities(self.logits, self.lengths.tolist(), self.labels, self.adjacency)

    def entity_probabilities(self, calibration: Calibration) -> np.ndarray:
        """Give the probability of each entity.

        calibration (Calibration): Maps to apply.
        RETURNS (ndarray): `(n_entities,)` float64 between 0 and 1.
        """
        of = self.logits, self.lengths, self.labels, self.entities()
        return score_entities(*of, calibration=calibration, adjacency=self.adjacency)


def measure_predictions(
    predictions: Predictions, calibration: Calibration | None = None
) -> TokenAndEntityReliability:
    """Measure how far the probabilities of a pipeline can be trusted.

    predictions (Predictions): Scores and gold annotation.
    calibration (Calibration): Maps to apply first.
    RETURNS (TokenAndEntityReliability): The measures.
    """
    calibration = calibration or Calibration()
    known = predictions.tags >= 0
    gold = predictions.tags[known]
    probabilities = np.exp(log_softmax(calibration.map_logits(predictions.logits[known])))
    confidences = probabilities.max(axis=1, initial=0.0)
    correct = probabilities.argmax(axis=1) == gold
    token = Reliability(
        expected_calibration_error(confidences, correct),
        multiclass_brier_score(probabilities, gold),
        len(gold),
        reliability_bins(confidences, correct),
    )
    judged = predictions.correct >= 0
    entities = predictions.entity_probabilities(calibration)
    return TokenAndEntityReliability(
        token, measure_entities(entities[judged], predictions.correct[judged])
    )


def measure_entities(probabilities: np.ndarray, correct: np.ndarray) -> Reliability:
    """Measure how far the probabilities of entities can be trusted.

    probabilities (ndarray): `(n,)` between 0 and 1.
    correct (ndarray): `(n,)`, 1 or 0.
    RETURNS (Reliability): The measures.
    """
    return Reliability(
        expected_calibration_error(probabilities, correct),
        brier_score(probabilities, correct),
        len(correct),
        reliability_bins(probabilities, correct),
    )


def reliability_bins(
    confidences: Sequence[float] | np.ndarray,
    correct: Sequence[bool] | np.ndarray,
    n_bins: int = N_BINS,
) -> list[ReliabilityBin]:
    """Sort predictions into bins of equal width: the points of a reliability curve.

    confidences (Sequence[float]): Probability of each prediction, 0 to 1.
    correct (Sequence[bool]): Whether each is right.
    n_bins (int): Number of bins.
    RETURNS (list[ReliabilityBin]): All bins in order, empty ones included.
    """
    confidence = np.asarray(confidences, dtype="f8")
    right = np.asarray(correct, dtype="f8")
    edges = np.linspace(0.0, 1.0, n_bins + 1)
    which = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, n_bins - 1)
    counts = np.bincount(which, minlength=n_bins)
    divisors = np.maximum(counts, 1)
    means = np.bincount(which, weights=confidence, minlength=n_bins) / divisors
    shares = np.bincount(which, weights=right, minlength=n_bins) / divisors
    return [
        ReliabilityBin(
            float(edges[i]), float(edges[i + 1]), int(counts[i]), float(means[i]), float(shares[i])
        )
        for i in range(n_bins)
    ]


def expected_calibration_error(
    confidences: Sequence[float] | np.ndarray,
    correct: Sequence[bool] | np.ndarray,
    n_bins: int = N_BINS,
) -> float | None:
    """Give the expected calibration error (Naeini et al. 2015, Guo et al. 2017).

    The mean distance between confidence and accuracy over bins of equal width, weighted by
    the predictions in each.

    confidences (Sequence[float]): Probability of each prediction, 0 to 1.
    correct (Sequence[bool]): Whether each is right.
    n_bins (int): Number of bins.
    RETURNS (float | None): The error, 0 to 1; None without predictions.
    """
    if not len(confidences):
        return None
    bins = reliability_bins(confidences, correct, n_bins)
    return sum(b.n * abs(b.confidence - b.accuracy) for b in bins) / len(confidences)


def brier_score(
    confidences: Sequence[float] | np.ndarray, correct: Sequence[bool] | np.ndarray
) -> float | None:
    """Give the mean squared distance of confidence from outcome (Brier 1950).

    confidences (Sequence[float]): Probability of each prediction, 0 to 1.
    correct (Sequence[bool]): Whether each is right.
    RETURNS (float | None): The score, 0 (best) to 1; None without predictions.
    """
    if not len(confidences):
        return None
    distance = np.asarray(confidences, dtype="f8") - np.asarray(correct, dtype="f8")
    return float(np.mean(distance**2))


def multiclass_brier_score(probabilities: np.ndarray, gold: np.ndarray) -> float | None:
    """Give the Brier score of whole distributions, summed over classes.

    probabilities (ndarray): `(n, n_classes)`, rows sum to one.
    gold (ndarray): `(n,)` int, the right class of each row.
    RETURNS (float | None): The score, 0 (best) to 2; None without rows.
    """
    if not len(probabilities):
        return None
    distance = np.array(probabilities, dtype="f8")
    distance[np.arange(len(gold)), gold] -= 1.0
    return float(np.mean((distance**2).sum(axis=1)))


def collect_predictions(
    nlp: Language, examples: Iterable[Example], batch_size: int = 64, buffer: int = 1024
) -> Predictions:
    """Run a pipeline's tagger over labelled Docs.

    nlp (Language): A pipeline with a `concner` component.
    examples (Iterable[Example]): Labelled Docs; they stay unchanged.
    batch_size (int): Docs a batch.
    buffer (int): Docs that are sorted by length into batches, to save padding.
    RETURNS (Predictions): Scores and gold annotation.
    RAISES (ConcnerError): C510 if there is no `concner` component.
    """
    name = find_component(nlp)
    recogniser: Any = nlp.get_pipe(name)
    found = _Collected(list(recogniser.labels), recogniser.adjacency)
    stream = iter(examples)
    while chunk := list(islice(stream, buffer)):
        docs = [example.predicted for example in chunk]
        for i, scores in predict_docs(nlp, name, docs, batch_size):
            found.add(chunk[i], recogniser.model.ops.to_numpy(scores))
    return found.join()


class _Collected:
    def __init__(self, labels: list[str], adjacency: float) -> None:
        self.labels = labels
        self.adjacency = adjacency
        self.columns = {label: i for i, label in enumerate(labels)}
        self.logits = [np.zeros((0, len(labels)), dtype="f4")]
        self.lengths: list[int] = []
        self.tags: list[int] = []
        self.correct: list[int] = []
        self.languages: list[str] = []

    def add(self, example: Example, scores: np.ndarray) -> None:
        gold = align_tags(example)
        doc = example.predicted
        for positions in word_positions([doc], [view_tokens(doc).is_word])[0]:
            self.logits.append(np.asarray(scores[positions], dtype="f4"))
            self.lengths.append(len(positions))
            self.tags.extend(self.columns.get(gold[i] or "", MISSING) for i in positions)
            self.languages.append(_language(example, positions[0]))
            of = self.logits[-1], self.lengths[-1:], self.labels
            for entity in decode(*of, adjacency=self.adjacency)[0]:
                start, end = positions[entity.start], positions[entity.end - 1] + 1
                self.correct.append(is_correct(example, start, end, entity.label))

    def join(self) -> Predictions:
        return Predictions(
            self.labels,
            np.concatenate(self.logits),
            np.array(self.lengths, dtype="i8"),
            np.array(self.tags, dtype="i8"),
            np.array(self.correct, dtype="i1"),
            np.array(self.languages, dtype="U16"),
            self.adjacency,
        )


def is_correct(example: Example, start: int, end: int, label: str) -> int:
    """Tell whether a predicted entity is right.

    example (Example): Predicted and gold Doc.
    start (int): First token, in the predicted Doc.
    end (int): Token after the last.
    label (str): Entity type.
    RETURNS (int): 1 if it is right, 0 if wrong, -1 if its annotation is missing.
    """
    tokens = example.alignment.x2y[start:end]
    if not len(tokens) or not example.reference.has_annotation("ENT_IOB"):
        return MISSING
    first, last = int(tokens[0]), int(tokens[-1]) + 1
    if any(token.ent_iob == 0 for token in example.reference[first:last]):
        return MISSING
    gold = {(span.start, span.end, span.label_) for span in example.reference.ents}
    return int((first, last, label) in gold)


def _language(example: Example, position: int) -> str:
    for segment in get_segments(example.predicted):
        if segment.label_ and segment.start <= position < segment.end:
            return segment.label_
    return str(example.reference.user_data.get("language", ""))
