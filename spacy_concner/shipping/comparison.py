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
from tqdm import tqdm

from ..arrays import softmax
from ..corpora.segments import copy_tokens
from ..pipelines import find_components
from ..scoring.gain import Estimate, paired_gain
from ..scoring.matches import Comparison
from ..scoring.matches import compare as compare_with_gold

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
    scored: Gold and predicted entities by sentence, none where F1 was not asked for.
    """

    entities: list[Entities]
    probabilities: np.ndarray
    words_per_second: float
    f1: float | None
    scored: Sequence[Comparison] = ()


@dataclass(frozen=True)
class Difference:
    """How far two runs are apart.

    probability: Largest difference between probabilities of a label, from 0 to 1.
    mean_probability: Mean over the tokens of the largest difference in each.
    docs: Docs whose entities differ.
    f1: Change of F1 with its interval, sentences paired; None where F1 was not asked for.
    """

    probability: float
    mean_probability: float
    docs: int
    f1: Estimate | None


def run(nlp: Language, gold: Sequence[Doc], *, score: bool = True, progress: bool = False) -> Run:
    """Run a pipeline.

    nlp (Language): The pipeline.
    gold (Sequence[Doc]): Docs; their tokens are taken, and their entities to score.
    score (bool): Whether their entities are there to score against.
    progress (bool): Show a progress bar on stderr.
    RETURNS (Run): Predictions and speed.
    """
    docs = [copy_tokens(doc, nlp.vocab) for doc in gold]
    n_words = sum(len(doc) for doc in docs)
    # What a pipeline does once must not count.
    list(nlp.pipe([copy_tokens(doc, nlp.vocab) for doc in gold[:8]]))
    with _recorded(nlp) as scores:
        begin = time.perf_counter()
        bar = tqdm(
            nlp.pipe(docs),
            total=len(docs),
            unit=" docs",
            leave=False,
            disable=None if progress else True,
        )
        predicted = list(bar)
        seconds = time.perf_counter() - begin
    examples = [Example(*pair) for pair in zip(predicted, gold, strict=True)]
    logits = [rows for rows in scores if len(rows)]
    return Run(
        entities=[tuple((e.start, e.end, e.label_) for e in doc.ents) for doc in predicted],
        probabilities=softmax(np.concatenate(logits)) if logits else np.zeros((0, 1)),
        words_per_second=n_words / seconds,
        f1=get_ner_prf(examples)["ents_f"] if score else None,
        scored=[found for example in examples for found in compare_with_gold(example)]
        if score
        else (),
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
    apart = np.abs(before.probabilities - after.probabilities).max(axis=1, initial=0.0)
    return Difference(
        probability=float(apart.max(initial=0.0)),
        mean_probability=float(apart.mean()) if len(apart) else 0.0,
        docs=sum(a != b for a, b in zip(before.entities, after.entities, strict=True)),
        f1=paired_gain(before.scored, after.scored) if before.scored else None,
    )


def change_of_f1(
    before: float | None, after: float | None, low: float | None, high: float | None
) -> Estimate | None:
    """Give the change of F1 with its interval, from what a record of it holds; None without."""
    if before is None or after is None or low is None or high is None:
        return None
    return Estimate(after - before, low, high)


def describe_change(change: Estimate, n_sentences: int) -> str:
    """Tell how F1 has changed, and whether the choice of the sentences explains as much.

    change (Estimate): Change of F1, as of `compare`.
    n_sentences (int): Sentences that it was measured on.
    RETURNS (str): A sentence, in points of F1.
    """
    value, low, high = (100 * (part or 0.0) for part in (change.value, change.low, change.high))
    if value == low == high == 0:
        return "F1 is the same."
    figures = f"F1 changes by {value:+.1f} points (95% interval {low:+.1f} to {high:+.1f})"
    if change.is_chance:
        return f"{figures}, which is within what chance explains on {n_sentences} sentences."
    told = "better" if value > 0 else "worse"
    return f"{figures}, which is {told} than chance explains on {n_sentences} sentences."


def folder_size(path: Path) -> int:
    """Give the bytes of all files in a folder."""
    return sum(file.stat().st_size for file in Path(path).rglob("*") if file.is_file())
