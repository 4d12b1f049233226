"""Programs run as filters: text in, text out, with a time limit for them and their children."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..errors import ConcnerError, Errors

N_CHARACTERS_SHOWN = 500


@dataclass(frozen=True)
class Finished:
    """What a program gave.

    status: Exit status; negative is the number of the signal that ended it.
    output: Standard output.
    complaint: End of the standard error, for messages.
    """

    status: int
    output: bytes
    complaint: str


def run_filter(
    command: str | Sequence[str],
    text: str,
    *,
    timeout: float,
    environment: Mapping[str, str] | None = None,
) -> Finished:
    """Run a program over a text.

    command (str | Sequence[str]): A command for the shell, or a program and its arguments.
    text (str): Standard input, given as UTF-8.
    timeout (float): Seconds after which the program and its children are ended.
    environment (Mapping[str, str]): Environment variables besides our own.
    RETURNS (Finished): What came out.
    RAISES (ConcnerError): C257 if it takes too long.
    """
    process = subprocess.Popen(
        command,
        shell=isinstance(command, str),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
        # A group of its own, so that the children of a shell end with it.
        start_new_session=True,
    )
    try:
        output, complaint = process.communicate(text.encode("utf-8"), timeout=timeout)
    except subprocess.TimeoutExpired as error:
        raise ConcnerError(Errors.C257.format(command=command, timeout=timeout)) from error
    finally:
        if process.returncode is None:
            _end(process)
    shown = complaint.decode("utf-8", errors="replace").strip()[-N_CHARACTERS_SHOWN:]
    return Finished(process.returncode, output, shown or "nothing on its standard error")


def _end(process: subprocess.Popen) -> None:
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()
