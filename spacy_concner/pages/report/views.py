"""The report's figures in the order and form of the page (pure)."""

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from spacy.scorer import PRFScore

from ...scoring.matches import EntitySpan
from ..entities import EntityMarker
from .charts import (
    N_STYLES,
    LineChart,
    Point,
    Series,
    line_chart,
    number_label,
    reliability_series,
)
from .examples import InstanceView, surest_mistakes, unsurest_hits, view_instance
from .figures import (
    ENTITY_LENGTHS,
    LONGEST,
    SENTENCE_LENGTHS,
    Estimate,
    Estimates,
    Rates,
    Trust,
    count_outcomes,
    difference,
    entity_length,
    entity_script,
    entity_type,
    estimate,
    measure_trust,
    rates,
    score_groups,
    sentence_length,
)
from .gather import Report
from .metrics import Training
from .results import OUTSIDE, CorpusResult, ScoredSentence

FEW = 10
"""Gold entities below which F1 says little: the page shows it in grey."""
QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Grouping:
    """A way to group entities.

    title: what it goes by.
    group: gives the group of an entity.
    order: groups in order; without it the largest come first.
    """

    title: str
    group: Callable[[ScoredSentence, EntitySpan], str]
    order: tuple[str, ...] = ()


GROUPINGS = (
    Grouping("Type", entity_type),
    Grouping("Length of the entity", entity_length, ENTITY_LENGTHS),
    Grouping(
        "Length of the sentence",
        sentence_length,
        (*(name for _, name in SENTENCE_LENGTHS), LONGEST),
    ),
    Grouping("Script of the entity", entity_script),
)


@dataclass(frozen=True)
class BarRow:
    """F1 of a group of entities.

    name: the group.
    n_gold: gold entities in it.
    rates: the figures of each pipeline.
    """

    name: str
    n_gold: int
    rates: list[Rates]

    @property
    def is_few(self) -> bool:
        """Tell whether the group is too small for its figures to say much."""
        return self.n_gold < FEW


@dataclass(frozen=True)
class BarTable:
    """F1 of groups of entities, a bar for each pipeline.

    title: what is grouped.
    rows: the groups.
    """

    title: str
    rows: list[BarRow]


@dataclass(frozen=True)
class Confusion:
    """Tokens by gold and predicted type.

    types: the types in order, "O" last.
    counts: tokens by gold and predicted type.
    """

    types: list[str]
    counts: Counter[tuple[str, str]]

    def share(self, gold: str, predicted: str) -> float:
        """Give the share of the tokens of a gold type that have a predicted one."""
        total = sum(self.counts[gold, name] for name in self.types)
        return self.counts[gold, predicted] / total if total else 0.0


@dataclass(frozen=True)
class PipelineView:
    """What the page shows of a pipeline on a corpus.

    name: its name.
    style: number of its colour.
    scores: precision, recall and F1.
    gain: difference of F1 from the first pipeline; None for the first, and where these are
        not the same sentences.
    outcomes: entities by what becomes of them, one of `OUTCOMES`.
    confusion: tokens by gold and predicted type.
    trust: calibration; None without probabilities.
    mistakes: the surest mistakes.
    hits: the least sure hits.
    """

    name: str
    style: int
    scores: Estimates
    gain: Estimate | None
    outcomes: Counter[str]
    confusion: Confusion
    trust: Trust | None
    mistakes: list[InstanceView]
    hits: list[InstanceView]


@dataclass(frozen=True)
class CorpusView:
    """What the page shows of a corpus.

    name: its name.
    n_sentences, n_entities, n_unannotated: sentences and gold entities that it holds, and
        Docs left out for want of annotation.
    pipelines: what each pipeline makes of it.
    groups: F1 by type, length and script.
    reliability: the curves; None without probabilities.
    """

    name: str
    n_sentences: int
    n_entities: int
    n_unannotated: int
    pipelines: list[PipelineView]
    groups: list[BarTable]
    reliability: LineChart | None


def view_corpora(report: Report, n_examples: int) -> list[CorpusView]:
    """Give what the page shows of the corpora.

    report (Report): The figures.
    n_examples (int): Mistakes and hits of each pipeline on each corpus.
    RETURNS (list[CorpusView]): The views, each type in one colour in all of them.
    """
    types = {
        span.label
        for result in report.results.values()
        for comparison in result.comparisons
        for span in (*comparison.gold, *comparison.predicted)
    }
    marker = EntityMarker(types)
    return [view_corpus(report, name, n_examples, marker) for name in report.corpora]


def view_corpus(report: Report, name: str, n_examples: int, marker: EntityMarker) -> CorpusView:
    """Give what the page shows of a corpus.

    report (Report): The figures.
    name (str): Name of the corpus.
    n_examples (int): Mistakes and hits of each pipeline.
    marker (EntityMarker): Marks entities in their colours.
    RETURNS (CorpusView): The view.
    """
    results = [report.results[info.name, name] for info in report.pipelines]
    first = results[0]
    pipelines = [
        PipelineView(
            name=result.pipeline,
            style=number % N_STYLES,
            scores=estimate(result.comparisons),
            gain=difference(first.comparisons, result.comparisons) if number else None,
            outcomes=count_outcomes(result.comparisons),
            confusion=view_confusion(result),
            trust=measure_trust(result.comparisons),
            mistakes=[view_instance(i, name, marker) for i in surest_mistakes(result, n_examples)],
            hits=[view_instance(i, name, marker) for i in unsurest_hits(result, n_examples)],
        )
        for number, result in enumerate(results)
    ]
    curves = [
        reliability_series(pipeline.name, pipeline.style, pipeline.trust.bins)
        for pipeline in pipelines
        if pipeline.trust is not None
    ]
    reliability = line_chart(
        f"Reliability on {name}",
        curves,
        x_label="probability",
        y_label="share right",
        ticks=QUARTERS,
        diagonal=True,
    )
    sentences = [result.sentences for result in results]
    return CorpusView(
        name=name,
        n_sentences=len(first.sentences),
        n_entities=sum(len(comparison.gold) for comparison in first.comparisons),
        n_unannotated=first.n_unannotated,
        pipelines=pipelines,
        groups=[bar_table(grouping, sentences) for grouping in GROUPINGS],
        reliability=reliability if curves else None,
    )


def mean_rates(corpora: Sequence[CorpusView]) -> list[Rates]:
    """Give each pipeline's means over the corpora, each counting the same.

    corpora (Sequence[CorpusView]): The corpora.
    RETURNS (list[Rates]): By pipeline, each figure over the corpora that have it.
    """
    rows = []
    for pipelines in zip(*(corpus.pipelines for corpus in corpora), strict=True):
        scores = [pipeline.scores for pipeline in pipelines]
        rows.append(
            Rates(
                precision=_mean(found.precision.value for found in scores),
                recall=_mean(found.recall.value for found in scores),
                f_score=_mean(found.f_score.value for found in scores),
            )
        )
    return rows


def bar_table(grouping: Grouping, pipelines: Sequence[Sequence[ScoredSentence]]) -> BarTable:
    """Give F1 of groups of entities.

    grouping (Grouping): How they are grouped.
    pipelines (Sequence[Sequence[ScoredSentence]]): Sentences as each pipeline sees them.
    RETURNS (BarTable): Groups that hold an entity.
    """
    scores = [score_groups(sentences, grouping.group) for sentences in pipelines]
    n_gold: Counter[str] = Counter()
    for found in scores:
        n_gold |= Counter({name: score.tp + score.fn for name, score in found.items()})
    groups = {name for found in scores for name in found}
    largest_first = sorted(groups, key=lambda name: (-n_gold[name], name))
    names = [name for name in grouping.order if name in groups] or largest_first
    rows = [
        BarRow(name, n_gold[name], [rates(found.get(name, PRFScore())) for found in scores])
        for name in names
    ]
    return BarTable(grouping.title, rows)


def view_confusion(result: CorpusResult) -> Confusion:
    """Give tokens by gold and predicted type.

    result (CorpusResult): A pipeline's predictions on a corpus.
    RETURNS (Confusion): The matrix.
    """
    types = {name for pair in result.confusion for name in pair} - {OUTSIDE}
    return Confusion([*sorted(types), OUTSIDE], result.confusion)


def training_charts(trainings: Mapping[str, Training]) -> list[LineChart]:
    """Draw how trainings went: a chart for each score and each loss.

    trainings (Mapping[str, Training]): Trainings by name.
    RETURNS (list[LineChart]): Scores first.
    """
    charts = []
    for kind, y_label, tables in (
        ("Score", "points", {run: training.scores for run, training in trainings.items()}),
        ("Loss", "mean a step", {run: training.losses for run, training in trainings.items()}),
    ):
        names = dict.fromkeys(name for table in tables.values() for name in table)
        # What the best model is chosen by comes first.
        for name in sorted(names, key=lambda name: name != "score"):
            series = [
                Series(number, _points(run, trainings[run].steps, table[name]))
                for number, (run, table) in enumerate(tables.items())
                if any(value is not None for value in table.get(name, ()))
            ]
            if series:
                title = f"{kind}: {name}"
                charts.append(line_chart(title, series, x_label="step", y_label=y_label))
    return charts


def words_a_second(report: Report, pipeline: str) -> float:
    """Give how fast a pipeline has predicted, over all corpora."""
    results = [found for found in report.results.values() if found.pipeline == pipeline]
    seconds = sum(result.seconds for result in results)
    return sum(result.n_words for result in results) / seconds if seconds else 0.0


def _points(run: str, steps: Sequence[int], values: Sequence[float | None]) -> list[Point | None]:
    return [
        None
        if value is None
        else Point(step, value, f"{run}: {number_label(value)} at {number_label(step)}")
        for step, value in zip(steps, values, strict=True)
    ]


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None
