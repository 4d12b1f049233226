"""`spacy concner smoke-test`: a wheel tried before it goes out."""

from pathlib import Path

import typer
from wasabi import msg

from ._util import FORCE, verb


@verb("smoke-test")
def smoke_test_cli(
    packages: Path = typer.Argument(
        ..., metavar="PACKAGES", help="Output folder of spacy package --build wheel"
    ),
    name: str = typer.Argument(..., metavar="NAME", help="Package to try, such as xx_concner_bg"),
    input_path: Path = typer.Argument(
        ..., metavar="INPUT", help=".spacy corpus whose first sentences are read"
    ),
    output_path: Path | None = typer.Argument(
        None, metavar="OUTPUT", help="JSON lines file for five of them and what is found there"
    ),
    force: bool = FORCE,
) -> None:
    """Install a package's wheel into a fresh folder and run it there."""
    from ..projects.smoke_test import smoke_test

    for example in smoke_test(packages, name, input_path, output_path, force=force):
        print(example)
    msg.good(f"{name} can be installed and finds entities")
