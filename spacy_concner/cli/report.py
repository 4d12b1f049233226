"""`spacy concner report`: one page of what pipelines know, where they fail and why."""

from pathlib import Path

import typer
from wasabi import msg

from ..errors import ConcnerError, Errors
from ._util import named_paths, use_gpu, verb


@verb("report")
def report_cli(
    output_path: Path = typer.Argument(..., metavar="OUTPUT", help="HTML file"),
    pipeline: list[str] = typer.Option(
        [],
        "--pipeline",
        metavar="NAME=PATH",
        help="Pipeline folder or package, and its name on the page; can be given more than once",
    ),
    corpus: list[str] = typer.Option(
        [],
        "--corpus",
        metavar="LANG=PATH",
        help="Labelled .spacy file or folder, named by its language; can be given more than once",
    ),
    tests: Path | None = typer.Option(
        None, "--tests", help="Folder with LANG.spacy, each of which is a further corpus"
    ),
    metrics: list[str] = typer.Option(
        [],
        "--metrics",
        metavar="NAME=PATH",
        help="Metrics file of a training, and its name on the page; can be given more than once",
    ),
    robust: bool = typer.Option(
        False,
        "--robust",
        help="Run the pipelines on disturbed text, too: typing errors, case, lost diacritics, "
        "spaces, misread letters, other names",
    ),
    perturbation: list[str] = typer.Option(
        [],
        "--perturbation",
        metavar="NAME=REGISTERED",
        help="Further way to disturb the text: its name on the page, and a function of the "
        "registry augmenters that needs no argument; can be given more than once",
    ),
    code: Path | None = typer.Option(
        None, "--code", help="Python file that registers further augmenters"
    ),
    seen: Path | None = typer.Option(
        None,
        "--seen",
        help="Training corpus, .spacy file or folder, or a file with an entity a line: shows "
        "recall of entities that it has not, and of those that it has with several types",
    ),
    limit: int = typer.Option(0, "--limit", min=0, help="Documents read of each corpus; 0 for all"),
    examples: int = typer.Option(
        5, "--examples", min=0, help="Mistakes and hits shown for each pipeline and corpus"
    ),
    gpu_id: int = typer.Option(-1, "--gpu-id", "-g", help="GPU ID or -1 for CPU"),
    force: bool = typer.Option(False, "--force", "-F", help="Replace a page that is there"),
) -> None:
    """Show on an HTML page what pipelines know and where they fail.

    They are run on labelled corpora and stand side by side: scores with intervals, confusions,
    how far probabilities can be trusted, how much disturbed text costs, sentences worth reading,
    and how trainings went.
    """
    from ..corpora.shards import find_shards
    from ..engines.own_code import import_code
    from ..files import check_apart
    from ..pages.report.page import write_report
    from ..perturbations.perturb import make_perturbation
    from ..perturbations.standard import standard_perturbations

    pipelines = named_paths("--pipeline", pipeline)
    corpora = named_paths("--corpus", corpus)
    check_apart({"--tests": tests}, {"OUTPUT": output_path})
    if tests is not None and not tests.is_dir():
        raise ConcnerError(Errors.C217.format(path=tests, expected="a folder with LANG.spacy"))
    for path in find_shards(tests) if tests else ():
        corpora.setdefault(path.stem, str(path))
    trainings = named_paths("--metrics", metrics)
    if code is not None:
        import_code(code, "augmenters")
    own = named_paths("--perturbation", perturbation, "NAME=REGISTERED")
    perturbations = standard_perturbations() if robust else []
    if taken := sorted({one.name for one in perturbations} & set(own)):
        values = {"option": "--perturbation", "value": taken[0]}
        raise ConcnerError(Errors.C551.format(**values, expected="a name that --robust has not"))
    perturbations += [make_perturbation(name, registered) for name, registered in own.items()]
    use_gpu(gpu_id)
    report = write_report(
        output_path,
        pipelines=pipelines,
        corpora={name: Path(path) for name, path in corpora.items()},
        metrics={name: Path(path) for name, path in trainings.items()},
        perturbations=perturbations,
        seen=seen,
        limit=limit,
        n_examples=examples,
        force=force,
        progress=True,
    )
    if report.n_unannotated:
        msg.warn(f"{report.n_unannotated} documents have no annotation: left out")
    size = output_path.stat().st_size / 1e6
    msg.good(
        f"{len(pipelines)} pipelines on {len(corpora)} corpora, {report.n_sentences} sentences, "
        f"{size:.1f} MB: {output_path}"
    )
