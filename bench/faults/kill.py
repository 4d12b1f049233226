"""Runs killed at their steps, in the middle of a write and at random times."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from faults.calls import CALLS
from faults.injector import Injector, cut_writes
from faults.runs import KILLED, Ended, Stage, last_line
from faults.snapshots import is_left_over, take

# Steps of a run that it is killed at, at most, evenly chosen.
MOST_STEPS = 24
MOST_SIZES = 5
N_TIMES = 6


@dataclass
class Outcome:
    """What the trials of a call have found.

    n: Trials.
    n_failed: Those of them in which the call ended with an error.
    faults: What went wrong, a line each.
    """

    n: int = 0
    n_failed: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, where: str, faults: list[str]) -> None:
        """Count a trial."""
        self.n += 1
        self.faults += [f"{where}: {fault}" for fault in faults]


def try_kills(
    name: str, inputs: Path, work: Path, *, over_old: bool, seed: int, most: int = MOST_STEPS
) -> Outcome:
    """Kill a call at many points, look at what stands there, and run it again.

    name (str): The call, of `calls.CALLS`.
    inputs (Path): What the calls read.
    work (Path): Folder for all that is made.
    over_old (bool): Over the output of an earlier call, with `--force`.
    seed (int): Of the random times.
    most (int): Steps at most; with fewer than 20, no other points either.
    RETURNS (Outcome): The trials in which the run was killed before its end.
    """
    stage = Stage(CALLS[name], inputs, work, over_old=over_old)
    expected, done = stage.expected, Outcome()
    for where, ended in _kill(stage, random.Random(f"{seed} {name} {over_old}"), most):
        if ended.status == 0:
            continue
        # Where a process is killed that another waits for, the other tells of it.
        faults = []
        if ended.status != KILLED and "Traceback" in ended.printed:
            faults.append(f"a traceback: {last_line(ended.printed)}")
        faults += expected.find_faults(stage.out)
        faults += stage.run_again()
        left = [path for path in take(stage.out) if is_left_over(path)]
        faults += [f"{path} is left" for path in left]
        done.add(where, faults)
    return done


def spread(last: int, most: int) -> list[int]:
    """Give numbers from 1 to the last, evenly chosen if there are more than the most."""
    if last <= most:
        return list(range(1, last + 1))
    return sorted({1 + round(i * (last - 1) / (most - 1)) for i in range(most)})


def _kill(stage: Stage, rng: random.Random, most: int) -> Iterator[tuple[str, Ended]]:
    for step in spread(stage.steps, most):
        stage.reset()
        yield f"step {step}", stage.run(before=Injector(stage.out, step).arm)
    if most < MOST_STEPS:
        return
    sizes = [size // 2 for size in stage.sizes if size > 1]
    for i in spread(len(sizes), MOST_SIZES):
        stage.reset()
        yield f"after {sizes[i - 1]} bytes", stage.run(before=cut_writes(sizes[i - 1], kills=True))
    for _ in range(N_TIMES):
        stage.reset()
        seconds = rng.uniform(0, stage.seconds)
        yield f"after {seconds:.2f} s", stage.run(kill_after=seconds)
