"""Teachers label raw text softly: a stream of Docs in, shards of softly labelled Docs out.

The work is cut into shards that depend on nothing but the input and the settings, each
written whole or not at all. A run that was killed goes on at the first missing shard and
gives the bytes that an undisturbed run gives.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import spacy
import tqdm
from spacy.language import Language
from spacy.tokens import Doc, DocBin

from ..corpora.bitext import copy_tokens
from ..corpora.formats import show_reason
from ..corpora.reader import corpus_files, read_docs
from ..corpora.soft_labels import set_soft_labels
from ..errors import ConcnerError, Errors
from .output import fingerprint, pipeline_fingerprint, prepare_output, shard_path

FACTORY = "concner"


@dataclass(frozen=True)
class Labelling:
    """What a labelling run did.

    docs: Docs labelled, those of earlier runs included.
    tokens: their tokens.
    resumed: Docs found already labelled by an earlier, unfinished run.
    shards: the files, in order.
    """

    docs: int
    tokens: int
    resumed: int
    shards: list[Path]


def load_teacher(path: str | Path) -> Language:
    """Load a teacher: any spaCy pipeline with a `concner` component.

    path (str | Path): Pipeline folder or installed package.
    RETURNS (Language): The teacher.
    RAISES (ConcnerError): C401 if it cannot be loaded, C402 if it has no `concner`.
    """
    try:
        nlp = spacy.load(path)
    # Whatever a broken folder, or one of another version, may raise.
    except Exception as error:
        raise ConcnerError(Errors.C401.format(path=path, error=error)) from error
    recogniser_name(nlp)
    return nlp


def recogniser_name(nlp: Language) -> str:
    """Give the name of a pipeline's last `concner` component.

    nlp (Language): The pipeline.
    RETURNS (str): The name.
    RAISES (ConcnerError): C402 if there is none.
    """
    names = [name for name in nlp.pipe_names if nlp.get_pipe_meta(name).factory == FACTORY]
    if not names:
        raise ConcnerError(Errors.C402.format(path=nlp.path, pipes=nlp.pipe_names))
    return names[-1]


def predict_probabilities(
    teacher: Language, docs: Sequence[Doc], batch_size: int = 64
) -> list[np.ndarray]:
    """Give a teacher's label probabilities.

    teacher (Language): The teacher.
    docs (Sequence[Doc]): Docs to read; they stay unchanged.
    batch_size (int): Docs a batch; batches hold Docs of like length, to save padding.
    RETURNS (list[ndarray]): For each Doc `(n_tokens, n_labels)` float32 probabilities.
    """
    name = recogniser_name(teacher)
    before: list[Any] = [
        pipe
        for key, pipe in teacher.pipeline[: teacher.pipe_names.index(name)]
        if getattr(pipe, "model", None) is not None
    ]
    recogniser: Any = teacher.get_pipe(name)
    nothing = np.zeros((0, len(recogniser.labels)), dtype="f4")
    result = [nothing for _ in docs]
    order = iter(sorted((i for i, doc in enumerate(docs) if len(doc)), key=lambda i: len(docs[i])))
    while rows := list(islice(order, batch_size)):
        batch = [copy_tokens(docs[i], teacher.vocab) for i in rows]
        for pipe in before:
            batch = list(pipe.pipe(batch, batch_size=batch_size))
        for i, scores in zip(rows, recogniser.predict(batch), strict=True):
            result[i] = _softmax(recogniser.model.ops.to_numpy(scores))
    return result


def label(
    path: Path,
    output: Path,
    teachers: Sequence[str | Path],
    *,
    weights: Sequence[float] | None = None,
    limit: int = 0,
    batch_size: int = 64,
    shard_size: int = 1000,
    force: bool = False,
    progress: bool = True,
) -> Labelling:
    """Write softly labelled Docs: the weighted mean of the teachers' probabilities.

    The Docs keep their tokens and segments; entities they may have are left out, so that
    the student sees the teachers' opinion alone.

    path (Path): Raw `.spacy` file or a folder of them.
    output (Path): Folder for the shards and `label.json`, which tells how they were made.
    teachers (Sequence[str | Path]): Pipelines, all with the same labels.
    weights (Sequence[float]): A weight for each teacher, scaled to a sum of one (TSL, arXiv
        2004.12440, equation 5); equal if None.
    limit (int): Label this many Docs; 0 labels all.
    batch_size (int): Docs a batch.
    shard_size (int): Docs a shard; the work lost when a run is killed is less than this.
    force (bool): Start anew even if the output was made with other settings.
    progress (bool): Show a progress bar.
    RETURNS (Labelling): Counts and files.
    RAISES (ConcnerError): C142, C143 for the input, C401, C402 for a teacher, C403 for its
        labels, C404 for the weights, C405 if the output was made otherwise, C408
            if it is not a folder of soft labels, C406 for a size
        or the limit, C407 if the output lies in the input.
    """
    for setting, value, least in (
        ("limit", limit, 0),
        ("batch_size", batch_size, 1),
        ("shard_size", shard_size, 1),
    ):
        if value < least:
            raise ConcnerError(Errors.C406.format(setting=setting, value=value, least=least))
    path, output = Path(path), Path(output)
    if output.resolve().is_relative_to(path.resolve()):
        raise ConcnerError(Errors.C407.format(output=output, path=path))
    files = corpus_files(path)
    shares = check_weights(teachers, weights)
    pipelines = [load_teacher(teacher) for teacher in teachers]
    labels = check_labels(pipelines, teachers)
    settings = {
        "input": fingerprint(files),
        "teachers": [pipeline_fingerprint(nlp) for nlp in pipelines],
        "weights": shares,
        "labels": labels,
        "limit": limit,
        "batch_size": batch_size,
        "shard_size": shard_size,
    }
    total = sum(_count_docs(file) for file in files)
    total = min(total, limit) if limit else total
    prepare_output(output, settings, force)
    docs = read_docs(path, pipelines[0], limit)
    n_docs = n_tokens = resumed = 0
    shards: list[Path] = []
    with tqdm.tqdm(
        total=total, desc="Labelling", unit=" docs", disable=None if progress else True
    ) as bar:
        for shard in iter(lambda: list(islice(docs, shard_size)), []):
            file = shard_path(output, len(shards) + 1)
            if file.exists():
                resumed += len(shard)
                bar.update(len(shard))
            else:
                _write_shard(shard, pipelines, shares, labels, batch_size, file, bar.update)
            n_docs += len(shard)
            n_tokens += sum(len(doc) for doc in shard)
            shards.append(file)
    return Labelling(n_docs, n_tokens, resumed, shards)


def check_weights(teachers: Sequence[str | Path], weights: Sequence[float] | None) -> list[float]:
    """Scale teacher weights to a sum of one.

    teachers (Sequence[str | Path]): The teachers.
    weights (Sequence[float]): A weight for each, not negative; None for equal ones.
    RETURNS (list[float]): The scaled weights.
    RAISES (ConcnerError): C404 if the weights do not fit.
    """
    given = [1.0] * len(teachers) if weights is None else [float(weight) for weight in weights]
    usable = all(np.isfinite(weight) and weight >= 0 for weight in given)
    if not teachers or len(given) != len(teachers) or not usable or sum(given) <= 0:
        raise ConcnerError(Errors.C404.format(weights=given, n_teachers=len(teachers)))
    return [weight / sum(given) for weight in given]


def check_labels(pipelines: Sequence[Language], teachers: Sequence[str | Path]) -> list[str]:
    """Give the labels that all teachers share.

    pipelines (Sequence[Language]): The teachers, loaded.
    teachers (Sequence[str | Path]): What they are called, for the message.
    RETURNS (list[str]): BIO tags in the order of the teachers' columns.
    RAISES (ConcnerError): C403 if two teachers differ.
    """
    recognisers: list[Any] = [nlp.get_pipe(recogniser_name(nlp)) for nlp in pipelines]
    labels = [list(recogniser.labels) for recogniser in recognisers]
    for teacher, found in zip(teachers, labels, strict=True):
        if found != labels[0]:
            raise ConcnerError(
                Errors.C403.format(
                    first=teachers[0], expected=labels[0], other=teacher, found=found
                )
            )
    return labels[0]


def _write_shard(
    docs: Sequence[Doc],
    pipelines: Sequence[Language],
    shares: Sequence[float],
    labels: Sequence[str],
    batch_size: int,
    file: Path,
    advance: Callable[[int], object],
) -> None:
    mixed = [np.zeros((len(doc), len(labels)), dtype="f4") for doc in docs]
    for nlp, share in zip(pipelines, shares, strict=True):
        for total, part in zip(mixed, predict_probabilities(nlp, docs, batch_size), strict=True):
            total += np.float32(share) * part
    doc_bin = DocBin(store_user_data=True)
    for doc, probabilities in zip(docs, mixed, strict=True):
        copy = copy_tokens(doc, pipelines[0].vocab)
        set_soft_labels(copy, labels, probabilities)
        doc_bin.add(copy)
    unfinished = file.with_suffix(".unfinished")
    doc_bin.to_disk(unfinished)
    unfinished.replace(file)
    advance(len(docs))


def _softmax(logits: np.ndarray) -> np.ndarray:
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponents / exponents.sum(axis=1, keepdims=True)


def _count_docs(file: Path) -> int:
    try:
        return len(DocBin().from_disk(file))
    except Exception as error:
        raise ConcnerError(Errors.C143.format(path=file, error=show_reason(error))) from error
