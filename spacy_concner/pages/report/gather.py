"""Pipelines run over corpora, once each: everything that the report shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from spacy.language import Language

from ...corpora.reader import corpus_files
from ...errors import ConcnerError, Errors
from ...pipelines import find_components, is_pipeline, load_pipeline
from .bitexts import Bitext, encoder_vectors, pipeline_vectors, sample_bitexts
from .metrics import Training, read_metrics
from .results import CorpusResult, predict_corpus
from .vectors import VectorPicture, draw_vectors

CONFIG_FILE = "config.cfg"
BEFORE = "before"


@dataclass(frozen=True)
class PipelineInfo:
    """What a pipeline is.

    name: its name in the report.
    package: its package and version.
    components: names of its components.
    labels: entity types that it knows.
    """

    name: str
    package: str
    components: list[str]
    labels: list[str]


@dataclass
class Report:
    """Everything that the report shows.

    pipelines: the pipelines in order.
    corpora: files by name of the corpus.
    results: predictions by name of pipeline and corpus.
    trainings: how trainings went, by name.
    pictures: vectors of bitexts, of the encoder before training first.
    bitexts: name of the bitext corpus, empty without one.
    source: language of the bitexts' source.
    """

    pipelines: list[PipelineInfo]
    corpora: dict[str, Path]
    results: dict[tuple[str, str], CorpusResult] = field(default_factory=dict)
    trainings: dict[str, Training] = field(default_factory=dict)
    pictures: list[VectorPicture] = field(default_factory=list)
    bitexts: str = ""
    source: str = ""


def gather_report(
    pipelines: Mapping[str, str],
    corpora: Mapping[str, Path],
    *,
    metrics: Mapping[str, Path] | None = None,
    bitexts: Path | None = None,
    before: str = "",
    limit: int = 0,
    most_bitexts: int = 500,
    gpu_id: int = -1,
    progress: bool = True,
) -> Report:
    """Run pipelines over corpora and collect what the report shows.

    pipelines (Mapping[str, str]): Folders or packages by name, one or more.
    corpora (Mapping[str, Path]): Labelled `.spacy` files or folders by name, one or more; a
        language code is a good name.
    metrics (Mapping[str, Path]): Metrics files of trainings by name.
    bitexts (Path): Bitexts whose vectors are drawn.
    before (str): Encoder, or pipeline, as it was before training.
    limit (int): Docs read of each corpus; 0 reads all.
    most_bitexts (int): Bitexts that are drawn.
    gpu_id (int): GPU of an encoder named by `before`, or -1 for the CPU.
    progress (bool): Show progress bars on stderr.
    RETURNS (Report): Figures and predictions.
    RAISES (ConcnerError): C142, C143, C523 for corpora, C515 for pipelines, C520 without
        any, C524, C525 for metrics, C526 to C528 for bitexts, C311, C314 for the encoder.
    """
    if not pipelines or not corpora:
        raise ConcnerError(Errors.C520)
    if before and bitexts is None:
        raise ConcnerError(Errors.C527)
    # What is quickly checked comes before what takes long.
    for corpus_path in corpora.values():
        corpus_files(corpus_path)
    for path in pipelines.values():
        if not is_pipeline(path):
            reason = f"there is no folder with a {CONFIG_FILE} and no package of that name"
            raise ConcnerError(Errors.C515.format(what="Pipeline", path=path, error=reason))
    report = Report([], dict(corpora))
    report.trainings = {name: read_metrics(path) for name, path in (metrics or {}).items()}
    drawn: list[Bitext] = []
    if bitexts is not None:
        drawn = sample_bitexts(bitexts, most_bitexts)
        report.bitexts, report.source = bitexts.name, drawn[0][0].language
    if before:
        encode = (
            pipeline_vectors(load_pipeline(before), progress)
            if is_pipeline(before)
            else encoder_vectors(before, gpu_id)
        )
        report.pictures.append(draw_vectors(BEFORE, drawn, encode))
    for name, path in pipelines.items():
        nlp = load_pipeline(path)
        if not _setters(nlp):
            raise ConcnerError(Errors.C529.format(path=path, pipes=nlp.pipe_names))
        report.pipelines.append(_describe(name, nlp))
        for corpus, corpus_path in corpora.items():
            report.results[name, corpus] = predict_corpus(
                nlp, corpus_path, pipeline=name, corpus=corpus, limit=limit, progress=progress
            )
        if drawn and find_components(nlp):
            report.pictures.append(draw_vectors(name, drawn, pipeline_vectors(nlp, progress)))
    if drawn and not report.pictures:
        raise ConcnerError(Errors.C528.format(pipelines=", ".join(pipelines)))
    return report


def _setters(nlp: Language) -> list[str]:
    return [name for name in nlp.pipe_names if "doc.ents" in nlp.get_pipe_meta(name).assigns]


def _describe(name: str, nlp: Language) -> PipelineInfo:
    package = f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}"
    labels = {
        label
        for pipe in _setters(nlp)
        for label in _types(getattr(nlp.get_pipe(pipe), "labels", ()))
    }
    return PipelineInfo(name, package, list(nlp.pipe_names), sorted(labels))


def _types(labels: Iterable[str]) -> set[str]:
    return {label[2:] if label[1:2] == "-" else label for label in labels} - {"O"}
