"""The report: pipelines on labelled corpora, on one HTML page."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from wasabi import Printer

from ...files import File, Paths, claim, is_page
from ...perturbations.perturb import Perturbation
from ..shell.render import render_page, write_page
from .estimates import mean_rates
from .gather import Report, gather_report
from .groups import FEW
from .metrics import training_charts
from .outcomes import OUTCOMES
from .views import view_corpora, words_a_second

TEMPLATE = "report/page.html.jinja"


def write_report(
    output: Path,
    *,
    pipelines: Mapping[str, str],
    corpora: Mapping[str, Path],
    metrics: Mapping[str, Path] | None = None,
    perturbations: Sequence[Perturbation] = (),
    seen: Path | None = None,
    limit: int = 0,
    n_examples: int = 5,
    force: bool = False,
    progress: bool = False,
) -> Report:
    """Run pipelines over corpora and write a page of what they know and where they fail.

    output (Path): HTML file.
    pipelines (Mapping[str, str]): Folders or packages by the name that the page shows, one or
        more; gains are over the first.
    corpora (Mapping[str, Path]): Labelled `.spacy` files or folders by name, one or more; a
        language code is a good name.
    metrics (Mapping[str, Path] | None): Metrics files of trainings by name.
    perturbations (Sequence[Perturbation]): Ways to disturb the corpora, such as
        `standard_perturbations()`.
    seen (Path | None): Training corpus, or a file with an entity a line: shows recall of entities
        that are not in it, and of those that are with several types.
    limit (int): Docs read of each corpus; 0 reads all.
    n_examples (int): Mistakes and hits for each pipeline and corpus.
    force (bool): Replace a page that is there.
    progress (bool): Say what is done, and show progress bars on stderr.
    RETURNS (Report): Figures and predictions.
    RAISES (ConcnerError): C128, C129, C601, C407, C408 for the output, and those of
        `gather_report`.
    """
    inputs: dict[str, Paths] = {
        "--pipeline": list(pipelines.values()),
        "--corpus": list(corpora.values()),
        "--metrics": list((metrics or {}).values()),
        "--seen": seen,
    }
    with claim("report", inputs=inputs, outputs={"OUTPUT": File(output, is_page)}, force=force):
        report = gather_report(
            pipelines,
            corpora,
            metrics=metrics,
            perturbations=perturbations,
            seen=seen,
            limit=limit,
            progress=progress,
        )
        Printer(no_print=not progress).info("Draw intervals and write the page")
        write_page(render_report(report, n_examples), output)
    return report


def render_report(report: Report, n_examples: int = 5) -> str:
    """Give the page.

    report (Report): What to show.
    n_examples (int): Mistakes and hits for each pipeline and corpus.
    RETURNS (str): HTML.
    """
    corpora = view_corpora(report, n_examples)
    names = [info.name for info in report.pipelines]
    means = [
        mean_rates([corpus.pipelines[number].scores for corpus in corpora])
        for number in range(len(names))
    ]
    return render_page(
        TEMPLATE,
        report=report,
        names=names,
        corpora=corpora,
        means=means,
        trainings=training_charts(report.trainings),
        outcomes=OUTCOMES,
        few=FEW,
        speeds={name: words_a_second(report, name) for name in names},
    )
