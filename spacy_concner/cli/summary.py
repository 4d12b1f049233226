"""`spacy concner summary`: what a project has made."""

from pathlib import Path

import typer
from wasabi import msg

from ._util import language_codes, verb


@verb("summary")
def summary_cli(
    packages: Path = typer.Argument(
        ..., metavar="PACKAGES", help="Output folder of spacy package --build wheel"
    ),
    name: str = typer.Option(
        ..., "--name", help="Name of the packages, between xx and the language"
    ),
    languages: str = typer.Option(
        ..., "--languages", help='Codes of the target languages, such as "bg de"'
    ),
    examples: Path = typer.Option(..., "--examples", help="Folder with LANG.jsonl of smoke-test"),
    report: Path | None = typer.Option(None, "--report", help="Page of report, to point to"),
) -> None:
    """Tell what a project has made: packages, scores and examples."""
    from ..projects.summary import summarise

    made = summarise(packages, examples, name=name, languages=language_codes(languages))
    for package in made:
        msg.divider(f"{package.language}: {package.score}")
        for example in package.examples:
            print(example)
    msg.divider("Packages")
    for package in made:
        msg.good(f"{package.language}: {package.wheel.resolve()}")
    if report is not None and report.exists():
        msg.info(f"Where they fail: {report.resolve()}")
    print(f"Install one: python -m pip install {made[0].wheel.resolve()}")
    print(f'Then: spacy.load("{made[0].wheel.name.split("-")[0]}")')
