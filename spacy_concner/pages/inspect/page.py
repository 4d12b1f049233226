"""Bitexts side by side on one HTML page, the ones with the worst problems first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import spacy

from ...bitexts.corpus_quality import CorpusQuality
from ...bitexts.quality import find_problems, measure, usual_ratios
from ...bitexts.thresholds import Thresholds
from ...corpora.reader import read_docs
from ...errors import ConcnerError, Errors
from ...files import File, claim, is_page
from ..entities import EntityMarker
from ..shell.render import render_page, write_page
from .rejects import RejectsSummary, read_rejects
from .views import BitextView, JudgedBitext, JudgedTranslation, view_bitext

TEMPLATE = "inspect/page.html.jinja"
SCRIPT = Path(__file__).with_name("filter.js")


@dataclass
class Inspection:
    """What a page shows.

    quality: Figures of all bitexts of the corpus.
    n_docs: Docs of the corpus.
    n_bitexts: Those that are bitexts.
    n_shown: Bitexts on the page.
    n_problematic: Bitexts with a problem.
    rejects: What was turned down; None without a rejects file.
    """

    quality: CorpusQuality
    n_docs: int = 0
    n_bitexts: int = 0
    n_shown: int = 0
    n_problematic: int = 0
    rejects: RejectsSummary | None = None


def inspect_corpus(
    path: Path,
    output: Path,
    *,
    rejects: Path | None = None,
    thresholds: Thresholds | None = None,
    limit: int = 1000,
    force: bool = False,
) -> Inspection:
    """Write a page of bitexts side by side, the ones with the worst problems first.

    path (Path): `.spacy` file or a folder of them.
    output (Path): HTML file.
    rejects (Path | None): Rejects file of the run that made the bitexts, for the summary.
    thresholds (Thresholds | None): When a figure is a problem.
    limit (int): Bitexts on the page; 0 for all. Figures are of the whole corpus.
    force (bool): Replace a page that is there.
    RETURNS (Inspection): Counts.
    RAISES (ConcnerError): C102 for broken bitexts, C128, C129, C601,
        C407 and C408 for the output, C142 and C143 for the input, C282 if there is no bitext,
        C283 for the rejects file.
    """
    thresholds = thresholds or Thresholds()
    inputs = {"INPUT": path, "--rejects": rejects}
    with claim("inspect", inputs=inputs, outputs={"OUTPUT": File(output, is_page)}, force=force):
        return _inspect(path, output, rejects, thresholds=thresholds, limit=limit)


def render_inspection(
    title: str,
    found: Inspection,
    views: Sequence[BitextView],
    usual: Mapping[tuple[str, str], float],
) -> str:
    """Give the page.

    title (str): Name of the corpus.
    found (Inspection): Figures.
    views (Sequence[BitextView]): The bitexts in the order of the page.
    usual (Mapping[tuple[str, str], float]): Usual length ratios by languages.
    RETURNS (str): HTML.
    """
    return render_page(
        TEMPLATE,
        script=SCRIPT.read_text("utf8"),
        title=title,
        found=found,
        quality=found.quality,
        views=views,
        usual=sorted(usual.items()),
    )


def _inspect(
    path: Path, output: Path, rejects: Path | None, *, thresholds: Thresholds, limit: int
) -> Inspection:
    vocab = spacy.blank("xx").vocab
    measured = [measure(doc) for doc in read_docs(path, vocab)]
    usual = usual_ratios(quality for qualities in measured for quality in qualities)
    if not usual:
        raise ConcnerError(Errors.C282.format(path=path))
    found = Inspection(CorpusQuality(), n_docs=len(measured))
    if rejects is not None:
        found.rejects = read_rejects(rejects)
    judged = []
    for number, qualities in enumerate(measured, start=1):
        translations = [
            JudgedTranslation(quality, find_problems(quality, usual, thresholds))
            for quality in qualities
        ]
        for translation in translations:
            found.quality.add(translation.quality, translation.problems)
        if translations:
            judged.append(JudgedBitext(number, translations))
    found.n_bitexts = len(judged)
    found.n_problematic = sum(bool(bitext.severities) for bitext in judged)
    judged.sort(key=lambda bitext: (-max(bitext.severities, default=0), -sum(bitext.severities)))
    shown = judged[: limit or None]
    found.n_shown = len(shown)
    wanted = {bitext.number for bitext in shown}
    numbered = enumerate(read_docs(path, vocab), start=1)
    docs = {number: doc for number, doc in numbered if number in wanted}
    marker = EntityMarker({entity.label_ for doc in docs.values() for entity in doc.ents})
    views = [view_bitext(docs[bitext.number], bitext, marker) for bitext in shown]
    write_page(render_inspection(path.name, found, views, usual), output)
    return found
