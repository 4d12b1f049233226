"""What one teacher says of Docs, kept on disk so that no teacher reads a text twice."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from ..arrays import softmax
from ..errors import ConcnerError, Errors
from ..files import whole_file
from ..pipelines import find_component, predict_docs
from .entity_opinions import OUTSIDE, find_entities, soften
from .teachers import Teacher


def predict_probabilities(
    teacher: Language, docs: Sequence[Doc], batch_size: int = 64
) -> list[np.ndarray]:
    """Give a teacher's label probabilities.

    teacher (Language): The teacher.
    docs (Sequence[Doc]): Docs to read; they stay unchanged.
    batch_size (int): Docs a batch; batches hold Docs of like length, to save padding.
    RETURNS (list[ndarray]): For each Doc `(n_tokens, n_labels)` float32 probabilities.
    """
    name = find_component(teacher)
    recogniser: Any = teacher.get_pipe(name)
    nothing = np.zeros((0, len(recogniser.labels)), dtype="f4")
    result = [nothing for _ in docs]
    for i, scores in predict_docs(teacher, name, docs, batch_size):
        result[i] = softmax(recogniser.model.ops.to_numpy(scores))
    return result


def teacher_opinions(
    teacher: Teacher, docs: Sequence[Doc], batch_size: int, file: Path
) -> list[np.ndarray]:
    """Give what a teacher says in the labels in common, from disk if it is there.

    The disk keeps what it found, before confidence, silence and mapping: to change these costs no
    further run of it.

    teacher (Teacher): The teacher.
    docs (Sequence[Doc]): Docs to read.
    batch_size (int): Docs a batch.
    file (Path): Where what it says of these Docs is kept.
    RETURNS (list[ndarray]): For each Doc `(n_tokens, n_labels)` float32 probabilities; a row of
        zeros is silence.
    RAISES (ConcnerError): C412 if a probability is not a number, C432 for an entity of a type
        that it has not named.
    """

    def compute() -> list[np.ndarray]:
        if teacher.has_probabilities:
            return predict_probabilities(teacher.nlp, docs, batch_size)
        return find_entities(teacher.nlp, teacher.own_labels, docs, batch_size)

    own = cached(file, docs, compute)
    for doc, rows in zip(docs, own, strict=True):
        if not np.isfinite(rows).all():
            raise ConcnerError(Errors.C412.format(teacher=teacher.path, text=doc.text[:80]))
    return [_in_common(teacher, rows) for rows in own]


def _in_common(teacher: Teacher, own: np.ndarray) -> np.ndarray:
    outside = teacher.labels.index(OUTSIDE)
    rows = own.astype("f4") @ teacher.columns
    # Which tokens have no entity must be seen before probabilities are spread over them.
    nothing = rows[:, outside] != 0
    if teacher.has_probabilities:
        nothing = rows.argmax(axis=1) == outside
    else:
        rows = soften(rows, teacher.knows, outside, teacher.confidence)
    if teacher.partial:
        rows[nothing] = 0
    return rows


def cached(
    file: Path, docs: Sequence[Doc], compute: Callable[[], list[np.ndarray]]
) -> list[np.ndarray]:
    """Give arrays with a row for each token, from disk or computed and then kept there.

    file (Path): Where they are kept, as one float16 array.
    docs (Sequence[Doc]): The Docs that the arrays belong to.
    compute (Callable[[], list[ndarray]]): Gives `(n_tokens, width)` for each Doc.
    RETURNS (list[ndarray]): `(n_tokens, width)` float16 for each Doc, the same from disk and
        computed.
    """
    lengths = [len(doc) for doc in docs]
    rows = read_array(file)
    if rows is None or len(rows) != sum(lengths):
        with np.errstate(over="ignore"):
            rows = np.concatenate(compute() or [np.zeros((0, 0))]).astype("f2")
        write_array(file, rows)
    return np.split(rows, np.cumsum(lengths)[:-1]) if lengths else []


def read_array(file: Path) -> np.ndarray | None:
    """Read an array of numbers, None if the file is missing or broken.

    file (Path): `.npy` file.
    RETURNS (ndarray | None): The array, all of it finite.
    """
    try:
        rows = np.load(file)
        return rows if np.isfinite(rows).all() else None
    except (OSError, ValueError, EOFError, TypeError):
        return None


def write_array(file: Path, rows: np.ndarray) -> None:
    """Write an array whole or not at all, in a folder made for it.

    file (Path): `.npy` file.
    rows (ndarray): The array.
    RAISES (ConcnerError): C129 if it cannot be written.
    """
    with whole_file(file, "--cache") as part, part.open("wb") as stream:
        np.save(stream, rows)
