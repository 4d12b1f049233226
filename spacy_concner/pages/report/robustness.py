"""Pipelines on disturbed text, beside what they make of the text as it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from ...corpora.reader import read_docs
from ...corpora.segments import is_bitext, split_bitext
from ...languages import is_language
from ...perturbations.perturb import LANGUAGE_KEY, Perturbation, perturb
from ...scoring.gain import Estimate, paired_gain
from ...scoring.matches import Comparison, compare
from .estimates import estimate
from .reliability import measure_trust
from .results import BUFFER, CorpusResult

CLEAN = "as it is"


@dataclass(frozen=True)
class DisturbedResult:
    """What a pipeline predicts on a corpus that is disturbed.

    perturbation: name of the perturbation.
    n_changed: sentences whose text it changes.
    comparisons: gold and predicted entities of all sentences, in the order of the corpus.
    """

    perturbation: str
    n_changed: int
    comparisons: list[Comparison]


@dataclass(frozen=True)
class RobustFigures:
    """Figures of a pipeline on text of one kind.

    f_score: F1.
    change: by how much it differs from F1 on the text as it is; None for that itself.
    ece: expected calibration error; None without probabilities.
    overconfidence: mean probability of the entities less the share that is right; None without.
    """

    f_score: Estimate
    change: Estimate | None
    ece: float | None
    overconfidence: float | None


@dataclass(frozen=True)
class RobustRow:
    """Figures of the pipelines on text of one kind.

    name: the perturbation.
    changed: share of the sentences that it changes.
    figures: of each pipeline.
    """

    name: str
    changed: float
    figures: list[RobustFigures]


@dataclass(frozen=True)
class RobustTable:
    """How pipelines stand disturbed text.

    rows: the text as it is, and each perturbation that changes a sentence.
    unchanged: names of those that change none.
    """

    rows: list[RobustRow]
    unchanged: list[str]


def annotated_sentences(path: Path, nlp: Language, corpus: str, limit: int = 0) -> Iterator[Doc]:
    """Give the annotated sentences of a corpus, segments of bitexts as Docs of their own.

    path (Path): `.spacy` file or a folder of them.
    nlp (Language): The pipeline that will read them.
    corpus (str): Name of the corpus, the language of the sentences if it is one.
    limit (int): Docs that are read; 0 for all.
    YIELDS (Doc): The sentences, each with its language in its user data.
    """
    for doc in read_docs(path, nlp, limit):
        if not len(doc) or not doc.has_annotation("ENT_IOB"):
            continue
        told = doc.user_data.get(LANGUAGE_KEY) or (corpus if is_language(corpus) else "")
        for language, part in split_bitext(doc) if is_bitext(doc) else [(told, doc)]:
            part.user_data[LANGUAGE_KEY] = language or told
            yield part


def predict_disturbed(
    nlp: Language,
    gold: Sequence[Doc],
    clean: Sequence[Comparison],
    perturbation: Perturbation,
) -> DisturbedResult:
    """Run a pipeline over disturbed sentences: those that change.

    nlp (Language): The pipeline.
    gold (Sequence[Doc]): Sentences of `annotated_sentences`.
    clean (Sequence[Comparison]): What the pipeline makes of each as it is.
    perturbation (Perturbation): What disturbs them.
    RETURNS (DisturbedResult): Gold and predicted entities.
    RAISES (ConcnerError): C702, C703 of `perturb`.
    """
    comparisons = list(clean)
    changed: list[tuple[int, Example]] = []
    for place, (doc, _) in enumerate(zip(gold, clean, strict=True)):
        example = perturb(perturbation, nlp, doc)
        if example.reference.text.strip() != doc.text.strip():
            changed.append((place, example))
    for first in range(0, len(changed), BUFFER):
        chunk = changed[first : first + BUFFER]
        for _ in nlp.pipe(sorted((example.predicted for _, example in chunk), key=len)):
            pass
        for place, example in chunk:
            # Nothing is compared in a segment that has no annotation.
            comparisons[place : place + 1] = compare(example) or clean[place : place + 1]
    return DisturbedResult(perturbation.name, len(changed), comparisons)


def robust_table(
    clean: Sequence[CorpusResult], disturbed: Sequence[Sequence[DisturbedResult]]
) -> RobustTable:
    """Put figures on disturbed text beside those on the text as it is.

    clean (Sequence[CorpusResult]): Predictions of each pipeline on the text as it is.
    disturbed (Sequence[Sequence[DisturbedResult]]): Of each pipeline, in the same order, its
        predictions under each perturbation.
    RETURNS (RobustTable): The table.
    """
    before = [result.comparisons for result in clean]
    rows = [RobustRow(CLEAN, 0.0, [_figures(found) for found in before])]
    unchanged = []
    for results in zip(*disturbed, strict=True):
        name, n_changed = results[0].perturbation, results[0].n_changed
        if not n_changed:
            unchanged.append(name)
            continue
        pairs = zip(results, before, strict=True)
        figures = [_figures(result.comparisons, first) for result, first in pairs]
        rows.append(RobustRow(name, n_changed / max(1, len(before[0])), figures))
    return RobustTable(rows, unchanged)


def _figures(
    comparisons: Sequence[Comparison], before: Sequence[Comparison] | None = None
) -> RobustFigures:
    trust = measure_trust(comparisons)
    return RobustFigures(
        estimate(comparisons).f_score,
        paired_gain(before, comparisons) if before is not None else None,
        trust.ece if trust else None,
        trust.overconfidence if trust else None,
    )
