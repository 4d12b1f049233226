"""What a pipeline predicts and how fast, before and after shipping."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.scorer import get_ner_prf
from spacy.tokens import Doc
from spacy.training import Example

from ..arrays import softmax
from ..corpora.segments import copy_tokens
from ..pipelines import find_components

# In a shipped pipeline, what shipping changed.
RECORD_FILE = "concner_ship.json"
Entities = tuple[tuple[int, int, str], ...]


@dataclass(frozen=True)
class Run:
    """What a pipeline predicts for some Docs.

    entities: For each Doc first token, end and type of its entities.
    probabilities: `(n_tokens, n_labels)` of the last `concner` component, all Docs one after
        another; no row without one.
    words_per_second: Speed of `nlp.pipe`, tokenization left out.
    f1: Entity F1 between 0 and 1, None where it was not asked for.
    """

    entities: list[Entities]
    probabilities: np.ndarray
    words_per_second: float
    f1: float | None


@dataclass(frozen=True)
class Difference:
    """How far two runs are apart.

    probability: Largest difference between probabilities of a label, from 0 to 1.
    docs: Docs whose entities differ.
    """

    probability: float
    docs: int


def run(nlp: Language, gold: Sequence[Doc], *, score: bool = True) -> Run:
    """Run a pipeline.

    nlp (Language): The pipeline.
    gold (Sequence[Doc]): Docs; their tokens are taken, and their entities to score.
    score (bool): Whether their entities are there to score against.
    RETURNS (Run): Predictions and speed.
    """
    docs = [copy_tokens(doc, nlp.vocab) for doc in gold]
    n_words = sum(len(doc) for doc in docs)
    # What a pipeline does once must not count.
    list(nlp.pipe([copy_tokens(doc, nlp.vocab) for doc in gold[:8]]))
    with _recorded(nlp) as scores:
        begin = time.perf_counter()
        predicted = list(nlp.pipe(docs))
        seconds = time.perf_counter() - begin
    examples = [Example(*pair) for pair in zip(predicted, gold, strict=True)]
    logits = [rows for rows in scores if len(rows)]
    return Run(
        entities=[tuple((e.start, e.end, e.label_) for e in doc.ents) for doc in predicted],
        probabilities=softmax(np.concatenate(logits)) if logits else np.zeros((0, 1)),
        words_per_second=n_words / seconds,
        f1=get_ner_prf(examples)["ents_f"] if score else None,
    )


@contextmanager
def _recorded(nlp: Language) -> Iterator[list[np.ndarray]]:
    """Collect the scores that the last `concner` component gives on the way."""
    recorded: list[np.ndarray] = []
    pipes: list[Any] = [nlp.get_pipe(name) for name in find_components(nlp)[-1:]]
    for pipe in pipes:

        def predict(docs: Any, pipe: Any = pipe) -> Any:
            scores = type(pipe).predict(pipe, docs)
            recorded.extend(pipe.model.ops.to_numpy(rows) for rows in scores)
            return scores

        pipe.predict = predict
    try:
        yield recorded
    finally:
        for pipe in pipes:
            del pipe.predict


def compare(before: Run, after: Run) -> Difference:
    """Tell how far two runs on the same Docs are apart."""
    probabilities = np.abs(before.probabilities - after.probabilities)
    return Difference(
        probability=float(probabilities.max(initial=0.0)),
        docs=sum(a != b for a, b in zip(before.entities, after.entities, strict=True)),
    )


def folder_size(path: Path) -> int:
    """Give the bytes of all files in a folder."""
    return sum(file.stat().st_size for file in Path(path).rglob("*") if file.is_file())
