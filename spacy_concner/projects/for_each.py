"""A command run for each value: `for-each lang="bg de" -- CMD … {lang} …`.

A list stands once in a project's variables that way, and its commands stay those of one language.
What they make together may be a folder that is written whole: `--output training/shipped -- CMD …
{output}/{lang}`. What is of a language that is no longer in the list goes with the old folder.
"""

import itertools
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from wasabi import msg

from ..errors import ConcnerError, Errors
from ..files import Folder, claim, show_reason, whole_folder
from .jobs import Job, count_jobs, run_jobs

VERB = "for-each"
OUTPUT = "output"
# {name}, and {{name}} for one that stays.
PLACEHOLDER = re.compile(r"\{\{([A-Za-z_]\w*)\}\}|\{([A-Za-z_]\w*)\}")


def for_each(
    values: Mapping[str, Sequence[str]],
    command: Sequence[str],
    *,
    output: Path | None = None,
    jobs: int = 1,
    zipped: bool = False,
    force: bool = False,
) -> None:
    """Run a command for each value, with several variables for each combination.

    values (Mapping[str, Sequence[str]]): Values by variable.
    command (Sequence[str]): The command; `{lang}` in an argument stands for the value of the
        variable lang, `{{lang}}` for itself in single braces, and "python" as its first word for
        the running interpreter.
    output (Path | None): Folder that the commands write together, whole or not at all; `{output}`
        in an argument stands for where it is written meanwhile.
    jobs (int): Commands that run at once, each on one thread, its lines after the values that it
        is of; 0 for one a core. With 1 they run in order, in the terminal and on all threads.
    zipped (bool): Take the first values of all variables together, then the second ones, instead
        of each combination.
    force (bool): Replace an output that for-each has made before.
    RAISES (ConcnerError): C613 if there is no variable, no value or no command, C618 if the
        command names another variable, C626 if it does not name the output, or a variable is
        called so, C627 if variables that are zipped have not as many values, C614 if it fails, C617
        if it cannot be run, C406 for jobs; C128, C129, C408 and C601 for the output.
    """
    at_once = count_jobs(jobs)
    if not values or not all(values.values()) or not command:
        raise ConcnerError(Errors.C613)
    counts = {name: len(listed) for name, listed in values.items()}
    if zipped and len(set(counts.values())) > 1:
        raise ConcnerError(Errors.C627.format(found=counts))
    together = zip(*values.values(), strict=True) if zipped else itertools.product(*values.values())
    each = [dict(zip(values, some, strict=True)) for some in together]
    if output is None:
        return _run_each(each, command, {}, at_once)
    names = {found[2] for word in command for found in PLACEHOLDER.finditer(word)}
    if OUTPUT in values or OUTPUT not in names:
        raise ConcnerError(Errors.C626.format(path=output))
    with claim(VERB, inputs={}, outputs={"--output": Folder(output)}, force=force):
        with whole_folder(output, VERB, "--output") as folder:
            _run_each(each, command, {OUTPUT: str(folder)}, at_once)
    msg.good(f"All of {', '.join(' '.join(listed) for listed in values.values())}: {output}")


def _run_each(
    each: Sequence[Mapping[str, str]],
    command: Sequence[str],
    fixed: Mapping[str, str],
    at_once: int,
) -> None:
    jobs = [Job(" ".join(one.values()), expand(command, {**one, **fixed})) for one in each]
    if at_once > 1:
        return run_jobs(jobs, at_once)
    for job in jobs:
        msg.divider(f"{job.name}: {' '.join(job.command[1:5])}")
        told = {"command": job.shown, "values": job.name}
        try:
            status = subprocess.run(job.command).returncode
        except OSError as error:
            raise ConcnerError(Errors.C617.format(reason=show_reason(error), **told)) from error
        if status:
            raise ConcnerError(Errors.C614.format(status=status, **told))


def read_values(arguments: Sequence[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Part `NAME="VALUE VALUE"`, once or more, from the command that follows.

    arguments (Sequence[str]): What was typed, without the "--" between them.
    RETURNS (tuple[dict[str, list[str]], list[str]]): Values by variable, and the command.
    RAISES (ConcnerError): C628 for a variable that stands there twice.
    """
    variables = list(itertools.takewhile(lambda argument: "=" in argument, arguments))
    pairs = [variable.partition("=") for variable in variables]
    names = [name for name, _, _ in pairs]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ConcnerError(Errors.C628.format(name=twice[0]))
    return {name: listed.split() for name, _, listed in pairs}, [*arguments[len(variables) :]]


def expand(command: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """Put values into a command.

    command (Sequence[str]): Its words.
    values (Mapping[str, str]): Values by variable.
    RETURNS (list[str]): The words to run.
    RAISES (ConcnerError): C618 for a `{name}` that no variable has.
    """

    def fill(found: re.Match[str]) -> str:
        literal, name = found.groups()
        if literal is not None:
            return f"{{{literal}}}"
        if name not in values:
            told = {"found": found.group(), "known": list(values)}
            raise ConcnerError(Errors.C618.format(**told))
        return values[name]

    filled = [PLACEHOLDER.sub(fill, word) for word in command]
    return [sys.executable, *filled[1:]] if filled[0] == "python" else filled
