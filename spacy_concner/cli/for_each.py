"""`spacy concner for-each`: a command for each of several values."""

from pathlib import Path

import typer

from ._util import FORCE, verb


@verb("for-each")
def for_each_cli(
    arguments: list[str] = typer.Argument(
        ...,
        metavar="NAME='VALUE VALUE' -- COMMAND",
        help="Values of a variable, once or more, and the command, in which {NAME} stands for a "
        "value",
    ),
    output: Path | None = typer.Option(
        None,
        "--output",
        "-o",
        help="Folder that the commands write together, whole or not at all: {output} in the "
        "command stands for it",
    ),
    jobs: int = typer.Option(
        1,
        "--jobs",
        help="Commands that run at once, each on one thread; 0 for one a core. Their lines begin "
        "with their values",
    ),
    zipped: bool = typer.Option(
        False,
        "--zip",
        help="Take the first values of all variables together, then the second ones, instead of "
        "each combination",
    ),
    force: bool = FORCE,
) -> None:
    """Run a command for each of several values, such as languages.

    With several variables it runs for each combination, and stops at the first that fails, which
    ends those that run beside it. With
    --output nothing of a value that is no longer there stays in the folder.
    """
    from ..projects.for_each import for_each, read_values

    values, command = read_values(arguments)
    for_each(values, command, output=output, jobs=jobs, zipped=zipped, force=force)
