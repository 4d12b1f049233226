"""What calibration is fitted on: label scores of a labelled corpus, with what is right."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.training import Example

from ..corpora.segments import get_segments
from ..pipelines import find_component, predict_docs
from ..tagging.annotation import word_positions
from ..tagging.decoding import decode, find_entities
from ..tagging.supervision import align_tags

MISSING = -1


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
    """

    labels: list[str]
    logits: np.ndarray
    lengths: np.ndarray
    tags: np.ndarray
    correct: np.ndarray
    languages: np.ndarray

    def save(self, path: Path) -> None:
        """Write to an `.npz` file."""
        np.savez_compressed(path, **{f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def load(cls, path: Path) -> "Predictions":
        """Read what `save` wrote."""
        with np.load(path) as stored:
            arrays: dict[str, Any] = {name: stored[name] for name in stored.files}
        return cls(**{**arrays, "labels": arrays["labels"].tolist()})

    def split(self, sequences: np.ndarray) -> "Predictions":
        """Take some of the sequences.

        sequences (ndarray): `(n_sequences,)` bool, which to take.
        RETURNS (Predictions): Those, in order.
        """
        tokens = np.repeat(sequences, self.lengths)
        found = find_entities(self.logits, self.lengths.tolist(), self.labels)
        return Predictions(
            self.labels,
            self.logits[tokens],
            self.lengths[sequences],
            self.tags[tokens],
            self.correct[sequences[found[:, 0]]],
            self.languages[sequences],
        )


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
    found = _Collected(list(recogniser.labels))
    stream = iter(examples)
    while chunk := list(islice(stream, buffer)):
        docs = [example.predicted for example in chunk]
        for i, scores in predict_docs(nlp, name, docs, batch_size):
            found.add(chunk[i], recogniser.model.ops.to_numpy(scores))
    return found.join()


class _Collected:
    def __init__(self, labels: list[str]) -> None:
        self.labels = labels
        self.columns = {label: i for i, label in enumerate(labels)}
        self.logits = [np.zeros((0, len(labels)), dtype="f4")]
        self.lengths: list[int] = []
        self.tags: list[int] = []
        self.correct: list[int] = []
        self.languages: list[str] = []

    def add(self, example: Example, scores: np.ndarray) -> None:
        gold = align_tags(example)
        for positions in word_positions(example.predicted):
            self.logits.append(np.asarray(scores[positions], dtype="f4"))
            self.lengths.append(len(positions))
            self.tags.extend(self.columns.get(gold[i] or "", MISSING) for i in positions)
            self.languages.append(_language(example, positions[0]))
            for entity in decode(self.logits[-1], self.lengths[-1:], self.labels)[0]:
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
