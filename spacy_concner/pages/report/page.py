"""The page: one HTML file that needs neither network nor scripts."""

from datetime import datetime, timezone
from pathlib import Path

import spacy

from ... import __version__
from ...corpora.export import write_lines
from ...errors import ConcnerError, Errors
from .figures import OUTCOMES
from .gather import Report
from .pictures import training_charts, view_pictures
from .views import mean_rows, view_corpus

FOLDER = Path(__file__).parent / "templates"
# Nothing may run or be fetched, whatever stands in a corpus.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def check_page(output: Path) -> None:
    """Refuse a page that could not be written, before work begins.

    output (Path): HTML file.
    RAISES (ConcnerError): C139 if it is a folder.
    """
    if output.is_dir():
        raise ConcnerError(Errors.C139.format(path=output, reason="it is a folder"))


def write_page(report: Report, output: Path, n_examples: int = 5) -> None:
    """Write the page.

    report (Report): What to show.
    output (Path): HTML file, replaced if it exists.
    n_examples (int): Mistakes and hits for each pipeline and corpus.
    RAISES (ConcnerError): C139 if it cannot be written.
    """
    write_lines(iter([render_page(report, n_examples)]), output)


def render_page(report: Report, n_examples: int = 5) -> str:
    """Give the page.

    report (Report): What to show.
    n_examples (int): Mistakes and hits for each pipeline and corpus.
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
    environment.filters |= {
        "points": lambda share: "–" if share is None else f"{100 * share:.1f}",
        "signed": lambda share: f"{100 * share:+.1f}",
        "percent": lambda share: "–" if share is None else f"{share:.1%}",
        "count": lambda n: f"{n:,}",
    }
    corpora = [view_corpus(report, name, n_examples) for name in report.corpora]
    return environment.get_template("page.html.jinja").render(
        report=report,
        corpora=corpora,
        means=mean_rows(corpora),
        trainings=training_charts(report.trainings),
        pictures=view_pictures(report),
        outcomes=OUTCOMES,
        speeds=_speeds(report),
        versions=f"spacy-concner {__version__}, spaCy {spacy.__version__}",
        date=datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        style=Markup((FOLDER / "page.css").read_text("utf8")),
        policy=POLICY,
    )


def _speeds(report: Report) -> dict[str, float]:
    """Give words a second by pipeline, as predicted here."""
    speeds = {}
    for info in report.pipelines:
        results = [r for (name, _), r in report.results.items() if name == info.name]
        seconds = sum(result.seconds for result in results)
        speeds[info.name] = sum(r.n_words for r in results) / seconds if seconds else 0.0
    return speeds
