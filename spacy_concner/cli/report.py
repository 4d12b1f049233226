"""`spacy concner report`: one page of what pipelines know, where they fail and why."""

from pathlib import Path

import typer
from wasabi import msg

from ._util import named_paths, use_gpu, verb


@verb("report")
def report_cli(
    output_path: Path = typer.Argument(..., metavar="OUTPUT", help="HTML file (replaced)"),
    pipeline: list[str] = typer.Option(
        [], "--pipeline", "-p", metavar="NAME=PATH", help="Pipeline folder or package; repeat"
    ),
    corpus: list[str] = typer.Option(
        [],
        "--corpus",
        "-c",
        metavar="LANG=PATH",
        help="Labelled .spacy file or folder, named by its language; repeat",
    ),
    metrics: list[str] = typer.Option(
        [], "--metrics", "-m", metavar="NAME=FILE", help="Metrics file of a training; repeat"
    ),
    bitexts: Path | None = typer.Option(
        None, "--bitexts", "-b", help="Bitexts (.spacy) whose vectors are drawn"
    ),
    before: str = typer.Option(
        "", "--before", help="Encoder or pipeline before training, for its vectors of the bitexts"
    ),
    limit: int = typer.Option(
        0, "--limit", "-l", min=0, help="Documents read of each corpus; 0 for all"
    ),
    examples: int = typer.Option(
        5, "--examples", "-n", min=0, help="Mistakes and hits for each pipeline and corpus"
    ),
    most_bitexts: int = typer.Option(500, "--most-bitexts", min=2, help="Bitexts that are drawn"),
    gpu_id: int = typer.Option(-1, "--gpu-id", "-g", help="GPU ID or -1 for CPU"),
) -> None:
    """Write a page about one or several pipelines on labelled corpora, side by side."""
    from ..pages.report.gather import gather_report
    from ..pages.report.page import check_page, write_page

    check_page(output_path)
    pipelines = named_paths("--pipeline", pipeline)
    corpora = {name: Path(path) for name, path in named_paths("--corpus", corpus).items()}
    trainings = {name: Path(path) for name, path in named_paths("--metrics", metrics).items()}
    use_gpu(gpu_id)
    report = gather_report(
        pipelines,
        corpora,
        metrics=trainings,
        bitexts=bitexts,
        before=before,
        limit=limit,
        most_bitexts=most_bitexts,
        gpu_id=gpu_id,
    )
    write_page(report, output_path, examples)
    n_sentences = sum(len(result.sentences) for result in report.results.values())
    n_left_out = sum(
        report.results[report.pipelines[0].name, name].n_unannotated for name in corpora
    )
    if n_left_out:
        msg.warn(f"{n_left_out} documents have no annotation: left out")
    if bitexts is not None:
        shown = {picture.name for picture in report.pictures}
        for name in pipelines:
            if name not in shown:
                msg.warn(f"Pipeline {name} has no 'concner' component: its vectors are not drawn")
    size = output_path.stat().st_size / 1e6
    msg.good(
        f"{len(pipelines)} pipelines on {len(corpora)} corpora, {n_sentences} sentences, "
        f"{size:.1f} MB: {output_path}"
    )
