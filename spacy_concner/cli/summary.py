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
    small_languages: str = typer.Option(
        "", "--small-languages", help="Languages that have small packages, too"
    ),
    small_packages: Path = typer.Option(
        Path("packages_small"), "--small-packages", help="Output folder of those"
    ),
    small_examples: Path = typer.Option(
        Path("metrics/examples_small"), "--small-examples", help="Folder with their LANG.jsonl"
    ),
    report: Path | None = typer.Option(None, "--report", help="Page of report, to point to"),
) -> None:
    """Tell what a project has made: packages, scores and examples."""
    from ..projects.summary import summarise

    made = summarise(packages, examples, name=name, languages=language_codes(languages))
    if small_languages:
        codes = language_codes(small_languages)
        made += summarise(small_packages, small_examples, name=name, languages=codes, suffix="_sm")
    for package in made:
        msg.divider(f"{package.title}: {package.score}")
        for example in package.examples:
            print(example)
    msg.divider("Packages")
    for package in made:
        msg.good(f"{package.title}: {package.wheel.resolve()}")
    if report is not None and report.exists():
        msg.info(f"Where they fail: {report.resolve()}")
    print(f"Install one: python -m pip install {made[0].wheel.resolve()}")
    print(f'Then: spacy.load("{made[0].wheel.name.split("-")[0]}")')
