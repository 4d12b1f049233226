"""The figures of corpora in the order and form of the page (pure)."""

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ...scoring.matches import Comparison, EntitySpan
from .charts import N_STYLES, LineChart, reliability_chart
from .examples import InstanceView, surest_mistakes, type_colours, unsurest_hits, view_instance
from .figures import (
    ENTITY_LENGTHS,
    LONGEST,
    OUTCOMES,
    SENTENCE_LENGTHS,
    Interval,
    Score,
    Summary,
    Trust,
    confusion_types,
    count_outcomes,
    difference,
    entity_length,
    entity_script,
    entity_type,
    measure_trust,
    score_groups,
    sentence_length,
    summarise,
)
from .gather import Report
from .results import Sentence

GROUPS: dict[str, tuple[Callable[[Sentence, EntitySpan], str], tuple[str, ...]]] = {
    "Length of the entity": (entity_length, ENTITY_LENGTHS),
    "Length of the sentence": (
        sentence_length,
        (*(name for _, name in SENTENCE_LENGTHS), LONGEST),
    ),
    "Script of the entity": (entity_script, ()),
}


@dataclass(frozen=True)
class SummaryRow:
    """A pipeline on a corpus.

    pipeline: its name.
    style: number of its colour.
    summary: the figures.
    gain: difference of F1 from the first pipeline, and its interval; None for the first.
    """

    pipeline: str
    style: int
    summary: Summary
    gain: tuple[float, Interval] | None


@dataclass(frozen=True)
class MeanRow:
    """A pipeline on average over the corpora, each counting the same.

    pipeline: its name.
    style: number of its colour.
    precision, recall, f_score: means over the corpora that have them, None without any.
    """

    pipeline: str
    style: int
    precision: float | None
    recall: float | None
    f_score: float | None


@dataclass(frozen=True)
class BarTable:
    """F1 of groups of entities, a bar for each pipeline.

    title: what is grouped.
    rows: name of each group, gold entities in it, and the score of each pipeline.
    """

    title: str
    rows: list[tuple[str, int, list[Score]]]


@dataclass(frozen=True)
class Confusion:
    """Tokens by gold and predicted type.

    pipeline: name of the pipeline.
    types: the types in order, "O" last.
    rows: gold type, and for each predicted type tokens and their share of the row.
    """

    pipeline: str
    types: list[str]
    rows: list[tuple[str, list[tuple[int, float]]]]


@dataclass(frozen=True)
class ExampleList:
    """Entities of a pipeline that are worth reading.

    pipeline: its name.
    mistakes: the surest mistakes.
    hits: the least sure hits.
    """

    pipeline: str
    mistakes: list[InstanceView]
    hits: list[InstanceView]


@dataclass(frozen=True)
class CorpusView:
    """What the page shows of a corpus.

    name: its name.
    n_sentences, n_entities, n_unannotated: sentences and gold entities that it holds, and
        Docs left out for want of annotation.
    summaries: by pipeline.
    types: F1 by entity type.
    groups: F1 by length and script.
    outcomes: by pipeline, entities of each of `OUTCOMES`.
    confusions: by pipeline.
    reliability: the curves; None without probabilities.
    trusts: name and calibration of each pipeline that gives probabilities.
    examples: by pipeline.
    """

    name: str
    n_sentences: int
    n_entities: int
    n_unannotated: int
    summaries: list[SummaryRow]
    types: BarTable
    groups: list[BarTable]
    outcomes: list[tuple[str, list[tuple[str, int]]]]
    confusions: list[Confusion]
    reliability: LineChart | None
    trusts: list[tuple[str, Trust]]
    examples: list[ExampleList]


def view_corpus(report: Report, name: str, n_examples: int) -> CorpusView:
    """Give what the page shows of a corpus.

    report (Report): The figures.
    name (str): Name of the corpus.
    n_examples (int): Mistakes and hits of each pipeline.
    RETURNS (CorpusView): The view.
    """
    results = [report.results[info.name, name] for info in report.pipelines]
    first = results[0]
    summaries = [
        SummaryRow(
            result.pipeline,
            number % N_STYLES,
            summarise(result.comparisons),
            difference(first.comparisons, result.comparisons) if number else None,
        )
        for number, result in enumerate(results)
    ]
    sentences = [result.sentences for result in results]
    trusts = [(result.pipeline, measure_trust(result.comparisons)) for result in results]
    trusted = [
        (pipeline, number, trust)
        for number, (pipeline, trust) in enumerate(trusts)
        if trust is not None
    ]
    colours = type_colours(results)
    examples = [
        ExampleList(
            result.pipeline,
            [view_instance(i, name, colours) for i in surest_mistakes(result, n_examples)],
            [view_instance(i, name, colours) for i in unsurest_hits(result, n_examples)],
        )
        for result in results
    ]
    return CorpusView(
        name,
        len(first.sentences),
        summaries[0].summary.score.n_gold,
        first.n_unannotated,
        summaries,
        bar_table("Type", sentences, entity_type),
        [bar_table(title, sentences, *grouping) for title, grouping in GROUPS.items()],
        [(result.pipeline, _outcomes(result.comparisons)) for result in results],
        [view_confusion(result.pipeline, result.confusion) for result in results],
        reliability_chart(
            f"Reliability on {name}", [(p, number, trust.bins) for p, number, trust in trusted]
        )
        if trusted
        else None,
        [(pipeline, trust) for pipeline, _, trust in trusted],
        examples,
    )


def mean_rows(corpora: Sequence[CorpusView]) -> list[MeanRow]:
    """Give each pipeline's means over the corpora.

    corpora (Sequence[CorpusView]): The corpora.
    RETURNS (list[MeanRow]): By pipeline.
    """
    rows = []
    for summaries in zip(*(corpus.summaries for corpus in corpora), strict=True):
        scores = [row.summary.score for row in summaries]
        means = [
            _mean([getattr(score, name) for score in scores])
            for name in ("precision", "recall", "f_score")
        ]
        rows.append(MeanRow(summaries[0].pipeline, summaries[0].style, *means))
    return rows


def bar_table(
    title: str,
    pipelines: list[list[Sentence]],
    group: Callable[[Sentence, EntitySpan], str],
    order: tuple[str, ...] = (),
) -> BarTable:
    """Give F1 of groups of entities.

    title (str): What is grouped.
    pipelines (list[list[Sentence]]): Sentences as each pipeline sees them.
    group (Callable): Gives the group of an entity.
    order (tuple[str, ...]): Groups in order; without it the largest come first.
    RETURNS (BarTable): Groups that hold an entity.
    """
    scores = [score_groups(sentences, group) for sentences in pipelines]
    n_gold = {
        name: max(found[name].n_gold for found in scores if name in found)
        for found in scores
        for name in found
    }
    names = [name for name in order if name in n_gold] or sorted(
        n_gold, key=lambda name: (-n_gold[name], name)
    )
    rows = [(name, n_gold[name], [found.get(name, Score()) for found in scores]) for name in names]
    return BarTable(title, rows)


def view_confusion(pipeline: str, counts: Counter[tuple[str, str]]) -> Confusion:
    """Give tokens by gold and predicted type as shares of the gold ones.

    pipeline (str): Name of the pipeline.
    counts (Counter[tuple[str, str]]): Tokens by gold and predicted type.
    RETURNS (Confusion): The matrix.
    """
    types = confusion_types(counts)
    rows = []
    for gold in types:
        total = sum(counts[gold, predicted] for predicted in types)
        cells = [(counts[gold, p], counts[gold, p] / total if total else 0.0) for p in types]
        rows.append((gold, cells))
    return Confusion(pipeline, types, rows)


def _outcomes(comparisons: Iterable[Comparison]) -> list[tuple[str, int]]:
    counts = count_outcomes(comparisons)
    return [(name, counts[name]) for name in OUTCOMES]


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None
