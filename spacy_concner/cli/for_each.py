"""`spacy concner for-each`: a command for each of several values."""

import typer

from ._util import verb


@verb("for-each")
def for_each_cli(
    arguments: list[str] = typer.Argument(
        ...,
        metavar="NAME='VALUE VALUE' -- COMMAND",
        help="Values of a variable, once or more, and the command, in which {NAME} stands for a "
        "value",
    ),
) -> None:
    """Run a command for each of several values, such as languages.

    With several variables it runs for each combination, and stops at the first that fails.
    """
    from ..projects.for_each import for_each, read_values

    for_each(*read_values(arguments))
