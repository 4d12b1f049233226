"""The page: one HTML file that needs nothing else and no network."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

import spacy
from spacy.tokens import Doc

from ...bitexts.filtering import check_thresholds
from ...bitexts.quality import Problem, Quality, Thresholds, find_problems, measure, usual_ratios
from ...bitexts.summary import CorpusQuality
from ...corpora.export import write_lines
from ...corpora.reader import read_docs
from ...errors import ConcnerError, Errors
from .rejects import Rejects, read_rejects
from .views import BitextView, choose_colours, view_bitext

FOLDER = Path(__file__).parent
Rank = tuple[int, int]


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
    rejects: Rejects | None = None


def inspect_corpus(
    path: Path,
    output: Path,
    *,
    rejects: Path | None = None,
    thresholds: Thresholds | None = None,
    limit: int = 1000,
) -> Inspection:
    """Write a page of bitexts side by side, the ones with the worst problems first.

    path (Path): `.spacy` file or a folder of them.
    output (Path): HTML file, replaced if it exists.
    rejects (Path | None): Rejects file of the run that made the bitexts, for the summary.
    thresholds (Thresholds | None): When a figure is a problem.
    limit (int): Bitexts on the page; 0 for all. Figures are of the whole corpus.
    RETURNS (Inspection): Counts.
    RAISES (ConcnerError): C102 for broken bitexts, C132 for bad thresholds, C139 if the page
        cannot be written, C142 and C143 for the input, C282 if there is no bitext, C283 for
        the rejects file.
    """
    thresholds = thresholds or Thresholds()
    check_thresholds(thresholds)
    vocab = spacy.blank("xx").vocab
    measured = [measure(doc) for doc in read_docs(path, vocab)]
    usual = usual_ratios(quality for qualities in measured for quality in qualities)
    if not usual:
        raise ConcnerError(Errors.C282.format(path=path))
    found = Inspection(CorpusQuality(), n_docs=len(measured))
    if rejects is not None:
        found.rejects = read_rejects(rejects)
    problems: dict[int, list[list[Problem]]] = {}
    ranks: list[tuple[Rank, int]] = []
    for place, qualities in enumerate(measured):
        if not qualities:
            continue
        problems[place] = [find_problems(quality, usual, thresholds) for quality in qualities]
        for quality, listed in zip(qualities, problems[place], strict=True):
            found.quality.add(quality, listed)
        severities = [problem.severity for listed in problems[place] for problem in listed]
        found.n_problematic += bool(severities)
        ranks.append(((-max(severities, default=0), -sum(severities)), place))
    order = [place for _, place in sorted(ranks)][: limit or None]
    found.n_bitexts, found.n_shown = len(ranks), len(order)
    views = _view(path, vocab, order, measured, problems)
    write_lines(iter([render_page(path.name, found, views, usual)]), output)
    return found


def render_page(
    title: str, found: Inspection, views: list[BitextView], usual: dict[tuple[str, str], float]
) -> str:
    """Give the page.

    title (str): Name of the corpus.
    found (Inspection): Figures.
    views (list[BitextView]): The bitexts in the order of the page.
    usual (dict[tuple[str, str], float]): Usual length ratios by languages.
    RETURNS (str): HTML.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["percent"] = lambda share: "–" if share is None else f"{share:.1%}"
    script = (FOLDER / "page.js").read_text("utf8")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf8")).digest()).decode("ascii")
    return environment.get_template("page.html").render(
        title=title,
        found=found,
        quality=found.quality,
        views=views,
        usual=sorted(usual.items()),
        style=Markup((FOLDER / "page.css").read_text("utf8")),
        script=Markup(script),
        # Only this script may run, whatever stands in the corpus.
        policy=f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'",
    )


def _view(
    path: Path,
    vocab: spacy.Vocab,
    order: list[int],
    measured: list[list[Quality]],
    problems: dict[int, list[list[Problem]]],
) -> list[BitextView]:
    wanted = set(order)
    docs: dict[int, Doc] = {
        place: doc for place, doc in enumerate(read_docs(path, vocab)) if place in wanted
    }
    types = {entity.label_ for doc in docs.values() for entity in doc.ents}
    colours = choose_colours(types)
    return [
        view_bitext(docs[place], place + 1, measured[place], problems[place], colours)
        for place in order
    ]
