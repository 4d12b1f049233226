"""`spacy concner smoke-test`: a wheel tried before it goes out."""

from pathlib import Path

import typer
from wasabi import msg

from ._util import verb


@verb("smoke-test")
def smoke_test_cli(
    packages: Path = typer.Argument(
        ..., metavar="PACKAGES", help="Output folder of spacy package --build wheel"
    ),
    name: str = typer.Argument(..., metavar="NAME", help="Package to try, such as xx_concner_bg"),
    test: Path = typer.Option(..., "--test", help=".spacy corpus whose first sentences are read"),
) -> None:
    """Install a package's wheel into a fresh folder and run it there."""
    from ..projects.smoke_test import smoke_test

    msg.good(f"{name}: {smoke_test(packages, name, test)}")
