"""The report's figures in the order and form of the page (pure)."""

from collections import Counter
from dataclasses import dataclass

from ...scoring.gain import Estimate
from ..entities import EntityMarker
from .charts import LineChart
from .estimates import Estimates, difference, estimate
from .examples import InstanceView, surest_mistakes, unsurest_hits, view_instance
from .gather import Report
from .groups import GROUPINGS, BarTable, bar_table
from .outcomes import count_outcomes
from .reliability import Trust, measure_trust, reliability_chart
from .results import OUTSIDE, CorpusResult
from .robustness import RobustTable, robust_table
from .tough import ToughRow, tough_rows


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
    tough: recall of entities that training has not seen, or with several types; none without
        training data.
    robust: how the pipelines stand disturbed text; None if it was not.
    reliability: the curves; None without probabilities.
    """

    name: str
    n_sentences: int
    n_entities: int
    n_unannotated: int
    pipelines: list[PipelineView]
    groups: list[BarTable]
    tough: list[ToughRow]
    robust: RobustTable | None
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
    sentences = [result.sentences for result in results]
    keys = [(info.name, name) for info in report.pipelines]
    disturbed = [report.disturbed[key] for key in keys if key in report.disturbed]
    return CorpusView(
        name=name,
        n_sentences=len(first.sentences),
        n_entities=sum(len(comparison.gold) for comparison in first.comparisons),
        n_unannotated=first.n_unannotated,
        pipelines=pipelines,
        groups=[bar_table(grouping, sentences) for grouping in GROUPINGS],
        tough=tough_rows([result.comparisons for result in results], report.seen),
        robust=robust_table(results, disturbed) if disturbed else None,
        reliability=reliability_chart(
            f"Reliability on {name}", {pipeline.name: pipeline.trust for pipeline in pipelines}
        ),
    )


def view_confusion(result: CorpusResult) -> Confusion:
    """Give tokens by gold and predicted type.

    result (CorpusResult): A pipeline's predictions on a corpus.
    RETURNS (Confusion): The matrix.
    """
    types = {name for pair in result.confusion for name in pair} - {OUTSIDE}
    return Confusion([*sorted(types), OUTSIDE], result.confusion)


def words_a_second(report: Report, pipeline: str) -> float:
    """Give how fast a pipeline has predicted, over all corpora."""
    results = [found for found in report.results.values() if found.pipeline == pipeline]
    seconds = sum(result.seconds for result in results)
    return sum(result.n_words for result in results) / seconds if seconds else 0.0
