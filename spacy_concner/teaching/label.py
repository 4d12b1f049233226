"""Teachers label raw text softly: a stream of Docs in, shards of softly labelled Docs out.

The work is cut into shards that depend on nothing but the input and the settings, each
written whole or not at all. A run that was killed goes on at the first missing shard and
gives the bytes that an undisturbed run gives. What each teacher says is kept apart from the
mix, so that a further teacher, or other weights, cost no run of the teachers before.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from typing import Any

import tqdm
from spacy.tokens import Doc
from spacy.vocab import Vocab

from ..corpora.reader import corpus_files, count_docs, read_docs
from ..corpora.soft_labels import get_soft_labels
from ..errors import ConcnerError, Errors
from ..files import Paths, Store, claim
from ..folder_marker import fingerprint
from ..sharding.folder import shard_name
from ..sharding.run import Here, run_shards
from .mixing import Mixer
from .resume import CACHE, KIND, SoftLabelFolder
from .sentence_cache import CachedSentenceEncoder
from .similarity_vectors import load_evaluator
from .teachers import LabelMap, load_teachers, name_teachers, read_label_map
from .voting import Voting
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


@dataclass
class Labelling:
    """What a labelling run did.

    weighting: what `weighting.json` tells: weights of the teachers and how they came about.
    docs: Docs read, those of earlier runs included.
    tokens: tokens of those that are kept.
    unsure_tokens: those of the tokens without label: below the least confidence, or with no
        teacher that says something.
    unsure_docs: Docs left out since no token has a label.
    resumed: Docs found already labelled by an earlier, unfinished run.
    shards: the files, in order.
    """

    weighting: dict[str, Any]
    docs: int = 0
    tokens: int = 0
    unsure_tokens: int = 0
    unsure_docs: int = 0
    resumed: int = 0
    shards: list[Path] = field(default_factory=list)

    def add(self, n_read: int, kept: Sequence[Doc]) -> None:
        """Count a shard: how many Docs were read for it, and what was kept of them."""
        found = [get_soft_labels(doc) for doc in kept]
        self.docs += n_read
        self.tokens += sum(map(len, kept))
        self.unsure_docs += n_read - len(kept)
        self.unsure_tokens += sum(
            int((~soft.probabilities.any(axis=1)).sum()) for soft in found if soft is not None
        )


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
    sources: Mapping[str, Path | str] = field(default_factory=dict)
    encoder: str | None = None
    level: Level = "domain"
    limit: int = 2000


def label(
    path: Path,
    output: Path,
    teachers: Sequence[str | Path] | Mapping[str, str | Path],
    *,
    weighting: WeightingSettings | None = None,
    voting: Voting | None = None,
    map_labels: Path | LabelMap | None = None,
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

    A pipeline without `concner` teaches by the entities it sets.

    The Docs keep their tokens and segments; entities they may have are left out, so that
    the student sees the teachers' opinion alone.

    path (Path): Raw `.spacy` file or a folder of them.
    output (Path): Folder for the shards, `label.json`, which tells how they were made, and
        `weighting.json`, which tells the weights.
    teachers (Sequence[str | Path] | Mapping[str, str | Path]): Pipelines, as paths or `name=path`,
        or paths by name.
    weighting (WeightingSettings): How they are weighed (TSL, arXiv 2004.12440, equation 5);
        equally if None.
    voting (Voting): How sure teachers without probabilities are, whose silence is no vote, and
        whether they may know different labels.
    map_labels (Path | Mapping[str, Mapping[str, str | None]]): For teachers with different labels,
        a file as `read_label_map` reads it, or what it gives.
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
    RAISES (ConcnerError): C142, C143 for the input, C409, C410, C429, C430, C431, C432, C515 for
        a teacher, C403, C411 for labels, C404, C413, C414, C415, C416 for the weights, C129, C407,
        C408 and C601 for output and cache, C405 if the output was made otherwise, C406 for a size
        or the limit, C412 if a teacher gives no numbers, C417 for the least confidence, C423 if no
        token has a label.
    """
    for option, value, least in (
        ("--limit", limit, 0),
        ("--batch-size", batch_size, 1),
        ("--shard-size", shard_size, 1),
        ("--evaluator-width", evaluator_width, 1),
    ):
        if value < least:
            raise ConcnerError(Errors.C406.format(option=option, value=value, least=least))
    check_confidence(min_confidence)
    path, output = Path(path), Path(output)
    weighting, voting = weighting or WeightingSettings(), voting or Voting()
    named = name_teachers(teachers)
    inputs: dict[str, Paths] = {
        "INPUT": path,
        "--teacher": list(named.values()),
        "--evaluator": evaluator,
        "--encoder": weighting.encoder,
        "--source-text": list(weighting.sources.values()),
        "--weighting": weighting.kind,
        "--map-labels": None if isinstance(map_labels, Mapping) else map_labels,
    }
    outputs = {"OUTPUT": Store(output), "--cache": None if cache is None else Store(Path(cache))}
    with claim("label", inputs=inputs, outputs=outputs, force=force):
        KIND.check(output)
        files = corpus_files(path)
        mapping = read_label_map(map_labels) if isinstance(map_labels, Path) else map_labels
        loaded = load_teachers(named, mapping, voting)
        keep = Path(cache or output / CACHE)
        text = fingerprint(files)
        mixer = Mixer(
            teachers=loaded,
            weighting=_weigh(weighting, list(named), files, keep / SENTENCES),
            voting=voting,
            evaluator=None if evaluator is None else load_evaluator(evaluator),
            evaluator_width=evaluator_width,
            min_confidence=min_confidence,
            batch_size=batch_size,
            cache=keep,
            shards_key=(text, shard_size),
        )
        n_docs = sum(map(count_docs, files))
        of_text = {"input": text, "label_map": mapping or {}}
        settings = {**of_text, **mixer.settings, "limit": limit, "shard_size": shard_size}
        folder = SoftLabelFolder(output, settings, force)
        work = _Work(mixer, folder)
        docs = islice(_stream(files), limit or None)
        done = Labelling(mixer.weighting.summary)
        with tqdm.tqdm(
            total=min(n_docs, limit) if limit else n_docs,
            desc="Labelling",
            unit=" docs",
            disable=None if progress else True,
        ) as bar:
            n_shards = 0
            for one in run_shards(_cut(docs, shard_size), work.find, Here(work.make)):
                n_shards += 1
                read = len(one.shard.docs)
                done.resumed += read if one.resumed else 0
                done.add(read, one.result)
                bar.update(read)
        if done.docs and done.unsure_docs == done.docs:
            raise ConcnerError(Errors.C423.format(value=min_confidence, n_docs=done.docs))
        done.shards = folder.finish(n_shards, mixer.weighting.summary)
    return done


def check_confidence(value: float) -> None:
    """Check a least confidence.

    value (float): A probability.
    RAISES (ConcnerError): C417 if it is none, or 1.
    """
    if not 0 <= value < 1:
        raise ConcnerError(Errors.C417.format(value=value))


@dataclass(frozen=True)
class _Shard:
    """Docs that are labelled together, and their number from 1."""

    number: int
    docs: Sequence[Doc]


def _cut(docs: Iterator[Doc], shard_size: int) -> Iterator[_Shard]:
    """Cut a stream of Docs into shards."""
    for number in count(1):
        if not (shard := list(islice(docs, shard_size))):
            return
        yield _Shard(number, shard)


@dataclass(frozen=True)
class _Work:
    """What is done with a shard: its softly labelled Docs are found, or mixed and written."""

    mixer: Mixer
    folder: SoftLabelFolder

    def find(self, shard: _Shard) -> list[Doc] | None:
        n_expected = None if self.mixer.may_leave_out else len(shard.docs)
        return self.folder.read(shard.number, n_expected)

    def make(self, shard: _Shard) -> list[Doc]:
        kept = self.mixer.mix(shard.docs, shard_name(shard.number))
        self.folder.write(shard.number, kept)
        return kept


def _weigh(
    settings: WeightingSettings, names: list[str], files: Sequence[Path], cache: Path
) -> Weighting:
    if settings.kind == UNIFORM or settings.weights is not None:
        return fixed_weights(names, settings.weights)
    if settings.kind not in MEASURES:
        return read_weights(Path(settings.kind), names)
    if settings.encoder is None:
        raise ConcnerError(Errors.C416.format(measure=settings.kind))
    return measure_weights(
        settings.kind,
        names,
        sources={name: Path(source) for name, source in settings.sources.items()},
        target=_stream(files),
        encoder=CachedSentenceEncoder(settings.encoder, cache),
        level=settings.level,
        limit=settings.limit,
    )


def _stream(files: Iterable[Path]) -> Iterator[Doc]:
    # A vocabulary a file: that of all files together would grow with the corpus.
    for file in files:
        yield from read_docs(file, Vocab())
