"""Run a command for each value: `for_each.py lang="bg de" -- CMD … {lang} …`.

Wherever an argument holds `{lang}` the value takes its place; with several variables the
command runs for each combination. The lists stand once in the project's variables that way,
and its commands stay spaCy's own.
"""

import itertools
import subprocess
import sys

from wasabi import msg


def expand(command: list[str], values: dict[str, str]) -> list[str]:
    """Put values into a command.

    command (list[str]): Arguments; "python" stands for the running interpreter.
    values (dict[str, str]): Values by name.
    RETURNS (list[str]): The arguments to run.
    """
    filled = command
    for name, value in values.items():
        filled = [argument.replace(f"{{{name}}}", value) for argument in filled]
    return [sys.executable, *filled[1:]] if filled[0] == "python" else filled


def main(arguments: list[str]) -> int:
    """Run the command for each combination; stop at the first that fails.

    arguments (list[str]): `NAME="VALUE VALUE"` once or more, "--", and the command.
    RETURNS (int): Exit status of the last command run.
    """
    split = arguments.index("--") if "--" in arguments else 0
    variables = [argument.partition("=") for argument in arguments[:split]]
    command = arguments[split + 1 :]
    if not variables or not command or not all(name and equals for name, equals, _ in variables):
        msg.fail('Usage: for_each.py NAME="VALUE VALUE" -- COMMAND …')
        return 2
    names = [name for name, _, _ in variables]
    for values in itertools.product(*(listed.split() for _, _, listed in variables)):
        filled = expand(command, dict(zip(names, values, strict=True)))
        msg.divider(f"{' '.join(values)}: {' '.join(filled[1:4])}")
        status = subprocess.run(filled).returncode
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
