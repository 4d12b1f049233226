"""Teachers label raw text softly: a stream of Docs in, shards of softly labelled Docs out.

The work is cut into shards that depend on nothing but the input and the settings, each
written whole or not at all. A run that was killed goes on at the first missing shard and
gives the bytes that an undisturbed run gives. What each teacher says is kept apart from the
mix, so that a further teacher, or other weights, cost no run of the teachers before.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import srsly
import tqdm
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from ..corpora.formats import show_reason
from ..corpora.reader import corpus_files, read_docs
from ..corpora.segments import copy_tokens
from ..corpora.soft_labels import get_soft_labels, set_soft_labels
from ..errors import ConcnerError, Errors
from ..files import fingerprint
from ..pipelines import pipeline_fingerprint
from .evaluator import load_evaluator, predict_vectors
from .output import (
    CACHE,
    check_output,
    check_writable,
    prepare_output,
    shard_path,
)
from .predictions import cached, teacher_probabilities
from .sentence_cache import CachedSentenceEncoder
from .teachers import Teacher, load_teachers
from .weighting import (
    MEASURES,
    UNIFORM,
    Level,
    Weighting,
    fixed_weights,
    measure_weights,
    read_weights,
)

SENTENCES = "sentences"
WEIGHTING_FILE = "weighting.json"


@dataclass(frozen=True)
class Labelling:
    """What a labelling run did.

    docs: Docs read, those of earlier runs included.
    tokens: tokens of those that are kept.
    unsure_tokens: those of the tokens below the least confidence, which keep no label.
    unsure_docs: Docs left out since no token was sure enough.
    resumed: Docs found already labelled by an earlier, unfinished run.
    weighting: what `weighting.json` tells: weights of the teachers and how they came about.
    shards: the files, in order.
    """

    docs: int
    tokens: int
    unsure_tokens: int
    unsure_docs: int
    resumed: int
    weighting: dict[str, Any]
    shards: list[Path]


@dataclass(frozen=True)
class WeightingSettings:
    """How the teachers are weighed.

    kind: "uniform", "cosine", "learned" (TSL, arXiv 2004.12440), or a path: a JSON file
        with a weight for each teacher.
    weights: Numbers instead, one a teacher.
    sources: For "cosine" and "learned", text in the language of each teacher.
    encoder: For the same, the encoder folder or hub name that sentences are measured with.
    level: "domain", one weight a teacher, or "sentence".
    limit: Sentences read of each corpus to measure it.
    """

    kind: str = UNIFORM
    weights: Sequence[float] | None = None
    sources: Mapping[str, Path] = field(default_factory=dict)
    encoder: str | None = None
    level: Level = "domain"
    limit: int = 2000


@dataclass(frozen=True)
class _Mix:
    """All that a shard is made with."""

    teachers: list[Teacher]
    weighting: Weighting
    evaluator: Language | None
    evaluator_width: int
    min_confidence: float
    batch_size: int
    cache: Path
    keys: dict[str, str]


def label(
    path: Path,
    output: Path,
    teachers: Sequence[str | Path],
    *,
    weighting: WeightingSettings | None = None,
    label_map: Mapping[str, Mapping[str, str | None]] | None = None,
    evaluator: str | Path | None = None,
    evaluator_width: int = 64,
    min_confidence: float = 0.0,
    cache: Path | None = None,
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
    output (Path): Folder for the shards, `label.json`, which tells how they were made, and
        `weighting.json`, which tells the weights.
    teachers (Sequence[str | Path]): Pipelines, as paths or `name=path`.
    weighting (WeightingSettings): How they are weighed (TSL, arXiv 2004.12440, equation 5);
        equally if None.
    label_map (Mapping[str, Mapping[str, str | None]]): As `read_label_map` gives it, for
        teachers with different labels.
    evaluator (str | Path): Pipeline with a `concner_evaluator` (MTMT, ACL 2022), whose token
        vectors are stored beside the soft labels.
    evaluator_width (int): Width that they are stored in.
    min_confidence (float): Tokens whose likeliest label has a lower probability keep no
        label, and Docs without labels are left out.
    cache (Path): Folder for what each teacher says, and for the sentence vectors that weigh
        them; in the output without.
    limit (int): Label this many Docs; 0 labels all.
    batch_size (int): Docs a batch.
    shard_size (int): Docs a shard; the work lost when a run is killed is less than this.
    force (bool): Start anew even if the output was made with other settings; what teachers
        said stays.
    progress (bool): Show a progress bar.
    RETURNS (Labelling): Counts and files.
    RAISES (ConcnerError): C142, C143 for the input, C409, C510, C515 for a teacher, C403,
        C411 for labels, C404, C413, C414, C415, C416 for the weights, C405 if the output was
        made otherwise, C408 if it is not a folder of soft labels, C406 for a size or the
        limit, C407 if the output lies in the input, C412 if a teacher gives no numbers,
        C417 for the least confidence, C420 if output or cache cannot be written to, C423 if
        no token is as sure as that.
    """
    for setting, value, least in (
        ("limit", limit, 0),
        ("batch_size", batch_size, 1),
        ("shard_size", shard_size, 1),
        ("evaluator_width", evaluator_width, 1),
    ):
        if value < least:
            raise ConcnerError(Errors.C406.format(setting=setting, value=value, least=least))
    if not 0 <= min_confidence < 1:
        raise ConcnerError(Errors.C417.format(value=min_confidence))
    path, output = Path(path), Path(output)
    if output.resolve().is_relative_to(path.resolve()):
        raise ConcnerError(Errors.C407.format(output=output, path=path))
    check_output(output)
    files = corpus_files(path)
    loaded = load_teachers(teachers, label_map)
    keep = Path(cache or output / CACHE)
    check_writable(keep)
    weigh = _weighting(weighting or WeightingSettings(), loaded, path, keep / SENTENCES)
    judge = None if evaluator is None else load_evaluator(evaluator)
    judged = None if judge is None else [pipeline_fingerprint(judge), evaluator_width]
    text = fingerprint(files)
    settings = {
        "input": text,
        "teachers": {teacher.name: teacher.fingerprint for teacher in loaded},
        "weighting": weigh.summary["weights"],
        "weighting_key": _cache_key(srsly.json_dumps(weigh.summary, sort_keys=True)),
        "labels": loaded[0].labels,
        "label_map": label_map or {},
        "evaluator": judged,
        "min_confidence": min_confidence,
        "limit": limit,
        "batch_size": batch_size,
        "shard_size": shard_size,
    }
    total = sum(_count_docs(file) for file in files)
    total = min(total, limit) if limit else total
    prepare_output(output, settings, force)
    srsly.write_json(output / WEIGHTING_FILE, weigh.summary)
    keys = {teacher.name: _cache_key(text, shard_size, teacher.fingerprint) for teacher in loaded}
    keys |= {"": _cache_key(text, shard_size, *map(str, judged or []))}
    mix = _Mix(
        loaded,
        weigh,
        judge,
        evaluator_width,
        min_confidence,
        batch_size,
        keep,
        keys,
    )
    docs = islice(_stream(files), limit or None)
    n_docs = n_tokens = unsure_tokens = unsure_docs = resumed = 0
    shards: list[Path] = []
    with tqdm.tqdm(
        total=total, desc="Labelling", unit=" docs", disable=None if progress else True
    ) as bar:
        for shard in iter(lambda: list(islice(docs, shard_size)), []):
            file = shard_path(output, len(shards) + 1)
            # Only a least confidence leaves Docs out.
            n_expected = None if min_confidence else len(shard)
            kept = _read_shard(file, n_expected) if file.exists() else None
            if kept is not None:
                resumed += len(shard)
            else:
                kept = _write_shard(shard, mix, file)
            n_docs += len(shard)
            n_tokens += sum(map(len, kept))
            unsure_docs += len(shard) - len(kept)
            unsure_tokens += sum(int((~part.any(axis=1)).sum()) for part in kept)
            bar.update(len(shard))
            shards.append(file)
    if n_docs and unsure_docs == n_docs:
        raise ConcnerError(Errors.C423.format(value=min_confidence, n_docs=n_docs))
    return Labelling(n_docs, n_tokens, unsure_tokens, unsure_docs, resumed, weigh.summary, shards)


def _weighting(
    settings: WeightingSettings, teachers: list[Teacher], path: Path, cache: Path
) -> Weighting:
    names = [teacher.name for teacher in teachers]
    if settings.kind == UNIFORM or settings.weights is not None:
        return fixed_weights(names, settings.weights)
    if settings.kind not in MEASURES:
        return read_weights(Path(settings.kind), names)
    if settings.encoder is None:
        raise ConcnerError(Errors.C416.format(measure=settings.kind))
    return measure_weights(
        settings.kind,
        names,
        settings.sources,
        _stream(corpus_files(path)),
        CachedSentenceEncoder(settings.encoder, cache),
        settings.level,
        settings.limit,
    )


def _stream(files: Iterable[Path]) -> Iterator[Doc]:
    # A vocabulary a file: that of all files together would grow with the corpus.
    for file in files:
        yield from read_docs(file, Vocab())


def _cache_key(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode("utf8")).hexdigest()[:16]


def _write_shard(docs: Sequence[Doc], mix: _Mix, file: Path) -> list[np.ndarray]:
    """Write the Docs that are kept; give their probabilities."""
    labels = mix.teachers[0].labels
    weights = mix.weighting.weights(docs).astype("f4")
    mixed = [np.zeros((len(doc), len(labels)), dtype="f4") for doc in docs]
    for k, teacher in enumerate(mix.teachers):
        kept = mix.cache / mix.keys[teacher.name] / f"{file.stem}.npy"
        parts = teacher_probabilities(teacher, docs, mix.batch_size, kept)
        for total, part, weight in zip(mixed, parts, weights[:, k], strict=True):
            total += weight * part
    vectors: list[np.ndarray | None] = [None for _ in docs]
    if mix.evaluator is not None:
        judge, width = mix.evaluator, mix.evaluator_width
        vectors = list(
            cached(
                mix.cache / mix.keys[""] / f"{file.stem}.npy",
                docs,
                lambda: predict_vectors(judge, docs, mix.batch_size, width),
            )
        )
    doc_bin = DocBin(store_user_data=True)
    kept_probabilities = []
    for doc, probabilities, rows in zip(docs, mixed, vectors, strict=True):
        sure = probabilities.max(axis=1, initial=0) >= mix.min_confidence
        if len(doc) and not sure.any():
            continue
        probabilities[~sure] = 0
        copy = copy_tokens(doc, doc.vocab)
        set_soft_labels(copy, labels, probabilities, rows)
        doc_bin.add(copy)
        kept_probabilities.append(probabilities)
    unfinished = file.with_suffix(".unfinished")
    doc_bin.to_disk(unfinished)
    unfinished.replace(file)
    return kept_probabilities


def _read_shard(file: Path, n_expected: int | None) -> list[np.ndarray] | None:
    """Give the probabilities of a shard's Docs, None if it is broken or lacks some."""
    try:
        found = [get_soft_labels(doc) for doc in read_docs(file, Vocab())]
    except ConcnerError:
        return None
    kept = [soft.probabilities for soft in found if soft is not None]
    return kept if n_expected in (None, len(kept)) else None


def _count_docs(file: Path) -> int:
    try:
        return len(DocBin().from_disk(file))
    except Exception as error:
        raise ConcnerError(Errors.C143.format(path=file, error=show_reason(error))) from error
