"""Pipelines run over corpora, once each: everything that the report shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import tqdm
from spacy.language import Language
from wasabi import Printer

from ...corpora.reader import corpus_files
from ...errors import ConcnerError, Errors
from ...perturbations.perturb import Perturbation
from ...pipelines import CONFIG_FILE, is_pipeline, load_pipeline
from ...scoring.seen import SeenEntities, read_seen
from .metrics import Training, read_metrics
from .results import CorpusResult, predict_corpus
from .robustness import DisturbedResult, annotated_sentences, predict_disturbed


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
    disturbed: predictions under each perturbation, by name of pipeline and corpus.
    seen: entities of the training data; None where it is not told.
    """

    pipelines: list[PipelineInfo]
    corpora: dict[str, Path]
    results: dict[tuple[str, str], CorpusResult] = field(default_factory=dict)
    trainings: dict[str, Training] = field(default_factory=dict)
    disturbed: dict[tuple[str, str], list[DisturbedResult]] = field(default_factory=dict)
    seen: SeenEntities | None = None

    @property
    def n_sentences(self) -> int:
        """Sentences that were predicted on, by whichever pipeline."""
        return sum(len(result.sentences) for result in self.results.values())

    @property
    def n_unannotated(self) -> int:
        """Docs of the corpora that were left out because they have no annotation."""
        first = self.pipelines[0].name
        return sum(self.results[first, corpus].n_unannotated for corpus in self.corpora)


def gather_report(
    pipelines: Mapping[str, str],
    corpora: Mapping[str, Path],
    *,
    metrics: Mapping[str, Path] | None = None,
    perturbations: Sequence[Perturbation] = (),
    seen: Path | None = None,
    limit: int = 0,
    progress: bool = True,
) -> Report:
    """Run pipelines over corpora and collect what the report shows.

    pipelines (Mapping[str, str]): Folders or packages by name, one or more.
    corpora (Mapping[str, Path]): Labelled `.spacy` files or folders by name, one or more; a
        language code is a good name.
    metrics (Mapping[str, Path]): Metrics files of trainings by name.
    perturbations (Sequence[Perturbation]): Ways to disturb the corpora, on which the pipelines
        are run again.
    seen (Path | None): Training corpus, or a file with an entity a line, as `read_seen` reads it.
    limit (int): Docs read of each corpus; 0 reads all.
    progress (bool): Say what is done, and show progress bars on stderr.
    RETURNS (Report): Figures and predictions.
    RAISES (ConcnerError): C142, C143, C523 for corpora, C515 for pipelines, C520 without
        any, C524, C525 for metrics, C529 for a pipeline without a recogniser, C142, C143, C516
        and C528 for the training corpus, C702, C703 for perturbations.
    """
    if not pipelines or not corpora:
        raise ConcnerError(Errors.C520)
    # What is quickly checked comes before what takes long.
    for corpus_path in corpora.values():
        corpus_files(corpus_path)
    for path in pipelines.values():
        if not is_pipeline(path):
            reason = f"there is no folder with a {CONFIG_FILE} and no package of that name"
            raise ConcnerError(Errors.C515.format(what="Pipeline", path=path, error=reason))
    report = Report([], dict(corpora))
    report.trainings = {name: read_metrics(path) for name, path in (metrics or {}).items()}
    report.seen = read_seen(seen) if seen is not None else None
    if report.seen is not None and not report.seen.entities:
        raise ConcnerError(Errors.C528.format(path=seen))
    told = Printer(no_print=not progress)
    for name, path in pipelines.items():
        told.info(f"Load {name}: {path}")
        nlp = load_pipeline(path)
        if not _setters(nlp):
            raise ConcnerError(Errors.C529.format(path=path, pipes=nlp.pipe_names))
        report.pipelines.append(_describe(name, nlp))
        for corpus, corpus_path in corpora.items():
            report.results[name, corpus] = predict_corpus(
                nlp, corpus_path, pipeline=name, corpus=corpus, limit=limit, progress=progress
            )
            if perturbations:
                clean = report.results[name, corpus].comparisons
                gold = list(annotated_sentences(corpus_path, nlp, corpus, limit))
                steps = tqdm.tqdm(
                    perturbations,
                    desc=f"{name} on {corpus}, disturbed",
                    unit=" perturbations",
                    disable=None if progress else True,
                )
                report.disturbed[name, corpus] = [
                    predict_disturbed(nlp, gold, clean, perturbation) for perturbation in steps
                ]
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
