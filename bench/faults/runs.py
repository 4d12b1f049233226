"""The calls of `calls.py` run in copies of one warm process, each from the same start."""

import gc
import importlib
import os
import pkgutil
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import SimpleNamespace

from faults.calls import Call
from faults.injector import Injector
from faults.snapshots import Expected, Snapshot, differences, is_left_over, take
from tests.forked import SPACY, fork_spacy, run_forked

# What a run says while another, such as a training that has lost its parent, writes there.
BUSY = "[C601]"
# How long another run is waited for.
PATIENCE = 60
IS_THERE = "[C128]"


@dataclass(frozen=True)
class Ended:
    """How a run has ended.

    status: Exit status; below zero, the signal that killed it.
    printed: What it has printed.
    seconds: How long it took.
    """

    status: int
    printed: str
    seconds: float


class Stage:
    """A call, its inputs, and the folder in which it is tried again and again."""

    def __init__(self, call: Call, inputs: Path, work: Path, *, over_old: bool) -> None:
        """Name the places.

        call (Call): The call.
        inputs (Path): What `calls.make_inputs` has made.
        work (Path): Folder for all that is made; what is in it goes.
        over_old (bool): Try it over the output of an earlier call.
        """
        self.call, self.inputs = call, inputs
        self.over_old = over_old
        self.out, self._start = work / "out", work / "start"
        shutil.rmtree(work, ignore_errors=True)
        self.out.mkdir(parents=True)
        if call.prepare is not None:
            call.prepare(inputs, self.out, over_old)
        if over_old and not call.in_place:
            ended = self.run(earlier=True)
            if ended.status:
                raise RuntimeError(f"{call.words}: {ended.printed}")
            if call.prepare is not None:
                call.prepare(inputs, self.out, False)
        shutil.copytree(self.out, self._start)

    def reset(self) -> None:
        """Put back what stood there before the call."""
        for path in self.out.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(self._start, self.out, dirs_exist_ok=True)

    @cached_property
    def expected(self) -> Expected:
        """What may stand there after a fault."""
        call = self.call
        return Expected(call.outputs, call.stores, call.grows, self.old, self.new)

    @cached_property
    def old(self) -> Snapshot:
        """What stands there before."""
        return take(self._start, exactly=True)

    @cached_property
    def new(self) -> Snapshot:
        """What an undisturbed run makes, which another one makes again."""
        counted = Injector(self.out)
        self.reset()
        ended = self.run(before=counted.arm)
        self.steps, self.seconds = counted.steps, ended.seconds
        if ended.status:
            raise RuntimeError(f"{self.call.words}: {ended.printed}")
        found = take(self.out)
        if left := [name for name in found if is_left_over(name)]:
            raise RuntimeError(f"{self.call.words} leaves {left}")
        self.sizes = sorted({path.stat().st_size for path in self.out.rglob("*") if path.is_file()})
        self.reset()
        self.run()
        if unlike := differences(take(self.out), found):
            raise RuntimeError(f"{self.call.words} makes {unlike} anew each time")
        return found

    def run(
        self,
        *,
        earlier: bool = False,
        before: Callable[[], object] | None = None,
        kill_after: float | None = None,
    ) -> Ended:
        """Run the call in a copy of this process.

        earlier (bool): The earlier call instead.
        before (Callable): Called in the copy before the verb.
        kill_after (float | None): Seconds after which the copy is killed.
        RETURNS (Ended): How it ended.
        """
        words = self.call.arguments(self.inputs, self.out, earlier=earlier)
        if self.call.forces and not earlier and (self.over_old or self.call.in_place):
            words.append("--force")
        return run_words(words, before=before, kill_after=kill_after)

    def run_again(self) -> list[str]:
        """Run the same command after a fault, and tell what is not as an undisturbed run's."""
        deadline = time.monotonic() + PATIENCE
        while BUSY in (ended := self.run()).printed and time.monotonic() < deadline:
            time.sleep(0.2)
        found = take(self.out)
        # What was finished before the fault is there already.
        is_done = IS_THERE in ended.printed and found == self.new
        faults = []
        if ended.status and not is_done:
            faults.append(f"a rerun ends with {ended.status}: {last_line(ended.printed)}")
        elif unlike := differences(found, self.new):
            faults.append(f"a rerun gives other {', '.join(unlike[:5])}")
        return faults


def run_words(
    words: Sequence[str],
    *,
    before: Callable[[], object] | None = None,
    kill_after: float | None = None,
) -> Ended:
    """Run `spacy …` in a copy of this process, in a group of its own."""

    def prepare() -> None:
        os.setsid()
        # A kill is no power cut: what was written is there.
        os.fsync = lambda handle: None
        subprocess.run = fork_spacy(subprocess.run)
        if before is not None:
            before()

    start = time.perf_counter()
    done = run_forked(
        [*SPACY, *words], stdout=subprocess.PIPE, before=prepare, kill_after=kill_after
    )
    return Ended(done.returncode, done.stdout, time.perf_counter() - start)


def last_line(printed: str) -> str:
    """Give the last line that says something."""
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "nothing printed"


def warm_up() -> None:
    """Import what all verbs need, so that no copy of this process has to."""
    import catalogue
    import ctranslate2  # noqa: F401
    import langcodes.language_distance  # noqa: F401
    import spacy
    import spacy_transformers  # noqa: F401
    import torch
    from spacy.cli import _util, app, project_run  # noqa: F401

    import spacy_concner

    for module in pkgutil.walk_packages(spacy_concner.__path__, f"{spacy_concner.__name__}."):
        importlib.import_module(module.name)
    # spaCy asks a hundred times a pipeline for the entry points, each time for all.
    select = cache(catalogue.AVAILABLE_ENTRY_POINTS.select)
    catalogue.AVAILABLE_ENTRY_POINTS = SimpleNamespace(select=select)
    torch.set_num_threads(1)
    # What takes a verb most of its time: the command line, and the patterns of the tokenizers.
    command = _util.get_command(app)
    _util.get_command = lambda app: command
    for language in ("xx", "en", "bg"):
        spacy.blank(language)
    gc.freeze()
    os.environ["TOKENIZERS_PARALLELISM"] = "false"


def in_a_copy(function: Callable[[], object]) -> int:
    """Call a function in a copy of this process, and give its exit status."""
    child = os.fork()
    if child == 0:
        status = 1
        with suppress(BaseException):
            function()
            status = 0
        os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


KILLED = -signal.SIGKILL
