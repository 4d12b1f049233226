"""`spacy concner scores`: pipelines on the test sets of several languages."""

from pathlib import Path

import typer
from wasabi import msg

from ._util import FORCE, GPU_ID, language_codes, named_paths, verb


@verb("scores")
def scores_cli(
    output_path: Path = typer.Argument(
        ...,
        metavar="OUTPUT",
        help="Markdown file for the table; NAME.LANG.json with all scores go into a folder of its "
        "name without .md",
    ),
    pipeline: list[str] = typer.Option(
        ...,
        "--pipeline",
        metavar="NAME=PATH",
        help="Pipeline folder or package, and its name in the table; once a pipeline; "
        "{lang} in it stands for the language",
    ),
    test: Path = typer.Option(
        ..., "--test", help="Folder with labelled corpora: LANG.spacy for each language"
    ),
    languages: str = typer.Option(
        ..., "--languages", help='Codes of the languages to score on, such as "bg de"'
    ),
    dev: Path | None = typer.Option(
        None,
        "--dev",
        help="Labelled corpus of the source, to measure on for languages without a test; the "
        "table tells so",
    ),
    source: str = typer.Option("en", "--source", help="Language of --dev"),
    gpu_id: int = GPU_ID,
    force: bool = FORCE,
) -> None:
    """Score pipelines on the test sets of several languages, in one table."""
    from ..files import check_apart
    from ..projects.scores import HEADER, Dev, score_pipelines

    check_apart({"--test": test}, {"OUTPUT": output_path})
    rows = score_pipelines(
        named_paths("--pipeline", pipeline),
        {code: test / f"{code}.spacy" for code in language_codes(languages)},
        output_path,
        dev=None if dev is None else Dev(dev, source),
        gpu_id=gpu_id,
        force=force,
    )
    cells = [row.row for row in rows]
    msg.table(cells, header=HEADER, divider=True, aligns=("l", "l", "r", "r", "r"))
    msg.good(f"Scores: {output_path}")
