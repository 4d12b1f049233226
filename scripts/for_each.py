"""Run a command once a language: `python scripts/for_each.py "bg de" -- CMD … {lang} …`.

Wherever an argument holds `{lang}` the language code takes its place. The project's
languages are one variable that way, and its commands stay spaCy's own.
"""

import subprocess
import sys

from wasabi import msg


def expand(command: list[str], language: str) -> list[str]:
    """Put a language code into a command.

    command (list[str]): Arguments; "python" stands for the running interpreter.
    language (str): The code.
    RETURNS (list[str]): The arguments to run.
    """
    filled = [argument.replace("{lang}", language) for argument in command]
    return [sys.executable, *filled[1:]] if filled[0] == "python" else filled


def main(arguments: list[str]) -> int:
    """Run the command for each language; stop at the first that fails.

    arguments (list[str]): Language codes divided by spaces, "--", and the command.
    RETURNS (int): Exit status of the last command run.
    """
    if len(arguments) < 3 or arguments[1] != "--":
        msg.fail('Usage: for_each.py "LANG LANG" -- COMMAND …')
        return 2
    for language in arguments[0].split():
        command = expand(arguments[2:], language)
        msg.divider(f"{language}: {' '.join(command[1:4])}")
        status = subprocess.run(command).returncode
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
