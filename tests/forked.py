"""`python -m spacy …` in a copy of the running process, which has imported everything already.

A workflow of the project starts some twenty such processes, and each would import torch and
transformers anew, which takes it longer than what it has to do.
"""

import os
import runpy
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import suppress

PYTHON = [sys.executable, "-m"]
SPACY = [*PYTHON, "spacy"]
# Modules that are run so: spaCy's, and what runs `spacy train` for verbs.
MODULES = ("spacy", "spacy_concner.training.process")


def run_forked(
    command,
    *,
    env=None,
    cwd=None,
    stdout=None,
    before: Callable[[], object] | None = None,
    kill_after: float | None = None,
) -> subprocess.CompletedProcess:
    """Run a command of spaCy's in a copy of this process, as `subprocess.run` would.

    command (List[str]): The command, which begins with PYTHON and one of MODULES.
    env (Optional[Mapping[str, str]]): Its environment, or None for the present one.
    cwd (Optional[str | Path]): Its working folder, or None for the present one.
    stdout (Optional[int]): `subprocess.PIPE` to give back what is printed, on standard error, too;
        None to let it be printed.
    before (Optional[Callable]): Called in the copy before the command.
    kill_after (Optional[float]): Seconds after which the copy is killed by SIGKILL.
    RETURNS (CompletedProcess): Exit status and output.
    """
    with tempfile.TemporaryFile() as printed:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        child = os.fork()
        if child == 0:
            if before is not None:
                before()
            os._exit(_run_here(command, env, cwd, printed.fileno() if stdout else None))
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        printed.seek(0)
        text = printed.read().decode("utf8", "replace") if stdout else None
    return subprocess.CompletedProcess(command, os.waitstatus_to_exitcode(status), text)


def _run_here(command, env, cwd, output: int | None) -> int:
    """Run the command in this process, which ends with it; give the exit status."""
    status = 1
    try:
        if output is not None:
            for number in (1, 2):
                os.dup2(output, number)
        _close_locks()
        # What pytest has put in their place writes elsewhere.
        sys.stdout, sys.stderr = (open(n, "w", encoding="utf8", closefd=False) for n in (1, 2))
        if env is not None:
            os.environ.clear()
            os.environ.update(env)
        if cwd is not None:
            os.chdir(cwd)
        module, *arguments = command[len(PYTHON) :]
        sys.argv = [module, *arguments]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as exit_:
        status = exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            # Files may not grow, where that is what is tried.
            with suppress(OSError):
                stream.flush()
    return status


def _close_locks() -> None:
    """Let go of the locks of this process's parent, as a new process would."""
    for handle in os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []:
        with suppress(OSError):
            if "spacy-concner-locks" in os.readlink(f"/proc/self/fd/{handle}"):
                os.close(int(handle))


def fork_spacy(run: Callable) -> Callable:
    """Give a `subprocess.run` that forks for commands of spaCy's, and is `run` for others."""

    def run_command(command, **settings):
        *python, module = command[: len(SPACY)]
        if python != PYTHON or module not in MODULES:
            return run(command, **settings)
        known = {name: settings.get(name) for name in ("env", "cwd", "stdout")}
        return run_forked(list(map(str, command)), **known)

    return run_command
