"""What happens when things go wrong: runs that are killed, disks that are full, broken files.

    python bench/reliability.py
    python bench/reliability.py --trial tamper --shipped PIPELINE

Each trial calls the verbs on inputs that take a second, strikes at one of many points, looks at
what stands there, and runs the same command again. A trial that is in the results is not run
again. `--quick` is the short form: few calls and points, nothing written.
"""

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from faults.calls import CALLS, QUICK, make_inputs
from faults.disk import try_disk
from faults.fuzz import fuzz
from faults.kill import Outcome, try_kills
from faults.paths import try_paths
from faults.runs import in_a_copy, run_words, warm_up
from faults.tamper import OTHER, try_tampering
from harness import ROOT
from rows import Rows
from tables import markdown, write_between
from wasabi import msg

TINY = "tiny"
PACKAGE = "xx_concner_bg"
# Of the full and of the short form. Texts come in rounds, each a row, so that a bench that was
# stopped goes on.
ROUNDS = {"shipped": (10, 1), "student": (2, 1)}
TEXTS_OF_A_ROUND = (1000, 100)
SERVED = {"texts": (1_000_000, 20_000), "requests": (4000, 50)}
# Percent of the memory after the warm-up.
MOST_DRIFT = 5
TAMPERINGS = (200, 20)
QUICK_STEPS = 6
Row = Mapping[str, Any]


@dataclass
class Trials:
    """Where trials are run, and how many.

    work: Folder for all that they make.
    seed: Of all that is drawn.
    shipped, student: Pipelines to try; tiny ones are made without.
    quick: The short form.
    minutes: How long a service reads texts at most; 0 for as long as all take.
    """

    work: Path
    seed: int
    shipped: Path | None = None
    student: Path | None = None
    quick: bool = False
    minutes: float = 0

    @property
    def inputs(self) -> Path:
        """What the calls read."""
        folder = self.work / "inputs"
        if not folder.exists() and in_a_copy(lambda: make_inputs(folder)):
            shutil.rmtree(folder, ignore_errors=True)
            raise RuntimeError("The inputs cannot be made.")
        return folder

    def pipeline(self, kind: str) -> tuple[str, Path]:
        """Give the name and the folder of the shipped pipeline or of the student."""
        given = self.shipped if kind == "shipped" else self.student
        if given is not None:
            return f"{given.parent.name}/{given.name}", given
        if kind == "student":
            return TINY, self.inputs / "student"
        folder = self.work / "shipped"
        if not folder.exists():
            words = f"concner ship {self.inputs}/student {folder} --lang bg"
            _check(run_words(f"{words} --keep-from {self.inputs}/raw.spacy".split()))
        return TINY, folder

    def calls(self) -> Iterable[tuple[str, bool]]:
        """Give the calls, and whether there is an old output."""
        for name in QUICK if self.quick else CALLS:
            for over_old in (True,) if CALLS[name].in_place else (False, True):
                yield name, over_old

    def kill(self, name: str, over_old: bool) -> Row:
        """Kill a call at many points."""
        most = {"most": QUICK_STEPS} if self.quick else {}
        return _row(
            try_kills(
                name,
                self.inputs,
                self.work / "kill",
                over_old=over_old,
                seed=self.seed,
                **most,
            )
        )

    def disk(self, name: str, over_old: bool, *, read_only: bool) -> Row:
        """Run a call on a full or read-only disk."""
        most = {"most": QUICK_STEPS} if self.quick else {}
        done = try_disk(
            name, self.inputs, self.work / "disk", over_old=over_old, read_only=read_only, **most
        )
        return {**_row(done), "stopped": done.n_failed}

    def fuzz(self, kind: str, number: int) -> Row:
        """Run a pipeline on a round of texts that nobody writes."""
        name, folder = self.pipeline(kind)
        seed = self.seed * 1000 + number
        done = fuzz(str(folder), n=TEXTS_OF_A_ROUND[self.quick], seed=seed)
        told = {"pipeline": name, "refused": done.refused, "largest": done.largest}
        return {**told, "n": done.n, "faults": [*done.crashes, *done.unlike]}

    def tamper(self, kind: str) -> Row:
        """Change the files of a shipped pipeline, or of a package."""
        name, folder = self.pipeline("shipped")
        package = ""
        if kind == "wheel":
            folder, package = _install(folder, self.work / "wheel")
        n = TAMPERINGS[self.quick]
        work = self.work / "tampered"
        done = try_tampering(folder, work, n=n, seed=self.seed, package=package)
        return {"pipeline": name, "n": n, "outcomes": dict(done.outcomes), "faults": done.bad}

    def serve(self, kind: str) -> Row:
        """Let a shipped pipeline read very many texts, or a service answer very many requests."""
        # Needs the packages of a service, and makes an environment of its own.
        from service_trial import run, run_requests

        name, folder = self.pipeline("shipped")
        n = SERVED[kind][self.quick]
        if kind == "requests":
            done = run_requests(folder, n)
            grown = 100 * (done["last_mb"] / done["start_mb"] - 1)
            return {"pipeline": name, "n": n, "grown_percent": grown, "faults": []}
        done = run(folder, n, minutes=self.minutes)
        return {"pipeline": name, "n": done["n_texts"], **judge_memory(done)}


def judge_memory(done: Row) -> Row:
    """Tell how memory has grown while texts were read, and whether that is a fault.

    done (Mapping): What `service_trial.run` gives.
    RETURNS (Mapping): The part of a row. Less memory than after the warm-up is no fault: Linux
        takes pages of mapped files away for a while where it wants to.
    """
    grown = 100 * (done["max_mb"] / done["first_mb"] - 1)
    faults = [f"memory grows by {grown:.1f} %"] if grown > MOST_DRIFT else []
    keys = ("first_mb", "last_mb", "min_mb", "max_mb", "drift_percent", "texts_per_second")
    return {"grown_percent": grown, **{key: done[key] for key in keys}, "faults": faults}


def _row(done: Outcome) -> dict[str, Any]:
    return {"n": done.n, "faults": done.faults}


def _check(ended: Any) -> None:
    if ended.status:
        raise RuntimeError(ended.printed)


def _install(pipeline: Path, work: Path) -> tuple[Path, str]:
    """Package a pipeline and give the folder that its wheel is unpacked in, and its name."""
    shutil.rmtree(work, ignore_errors=True)
    (work / "packages").mkdir(parents=True)
    card = f"concner card {pipeline} {work}/carded --lang bg --version 1.0.0"
    _check(run_words(card.split()))
    words = f"package {work}/carded {work}/packages --build wheel --force"
    _check(run_words(words.split()))
    (wheel,) = (work / "packages").glob("*/dist/*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(work / "site")
    return work / "site", PACKAGE


def list_trials(trials: Trials) -> dict[str, list[tuple[dict[str, Any], Callable[[], Row]]]]:
    """Give the trials by name: what tells the row of each from others, and what makes it."""

    def for_calls(make: Callable[[str, bool], Row]) -> list:
        return [
            ({"call": name, "over_old": over_old}, lambda n=name, o=over_old: make(n, o))
            for name, over_old in trials.calls()
        ]

    return {
        "kill": for_calls(trials.kill),
        "full disk": for_calls(lambda name, old: trials.disk(name, old, read_only=False)),
        "read-only disk": for_calls(lambda name, old: trials.disk(name, old, read_only=True)),
        "paths": [({}, lambda: _row(try_paths()))],
        "tamper": [
            ({"call": kind}, lambda k=kind: trials.tamper(k)) for kind in ("shipped", "wheel")
        ],
        "service": [({"call": kind}, lambda k=kind: trials.serve(k)) for kind in SERVED],
        "fuzz": [
            ({"call": kind, "round": i}, lambda k=kind, i=i: trials.fuzz(k, i))
            for kind, rounds in ROUNDS.items()
            for i in range(rounds[trials.quick])
        ],
    }


TOLD = {
    "kill": "`kill -9` at steps, in the middle of writes and at random times",
    "full disk": "the disk is full, or no file may grow",
    "read-only disk": "the disk is read-only, or the folder of someone else",
    "paths": "an output is called like an input, lies in one or holds one",
    "fuzz": "texts that nobody writes",
    "tamper": "a byte flipped in a file, or a file cut",
    "service": "very many texts, or thousands of requests, in one process",
}
BARS = {
    "kill": "old or new output, and a rerun gives the rest",
    "full disk": "a coded error, and the old output whole",
    "read-only disk": "a coded error, and the old output whole",
    "paths": "no input lost",
    "fuzz": "no crash, the same in any batch",
    "tamper": f"none {OTHER}",
    "service": f"memory at most {MOST_DRIFT} % above that after the warm-up, every text answered",
}


def trial_table(rows: Sequence[Row]) -> list[str]:
    """Show what was tried and what was found.

    rows (Sequence[Row]): The rows of the results.
    RETURNS (list[str]): Lines of Markdown.
    """
    lines = []
    for name, told in TOLD.items():
        some = [row for row in rows if row["trial"] == name]
        if not some:
            continue
        n, faults = sum(row["n"] for row in some), sum(len(row["faults"]) for row in some)
        lines.append([told, f"{n:,}", BARS[name], f"{faults} fault{'s' * (faults != 1)}"])
    return markdown(["what goes wrong", "times", "bar", "found"], lines)


def call_table(rows: Sequence[Row]) -> list[str]:
    """Show how often each call was disturbed, and the faults.

    rows (Sequence[Row]): The rows of the results.
    RETURNS (list[str]): Lines of Markdown.
    """
    names = ("kill", "full disk", "read-only disk")
    lines = []
    for call in CALLS:
        some = [row for row in rows if row.get("call") == call and row["trial"] in names]
        if not some:
            continue
        counts = [sum(row["n"] for row in some if row["trial"] == name) for name in names]
        faults = sum(len(row["faults"]) for row in some)
        lines.append([f"`{call}`", *(str(n or "–") for n in counts), str(faults)])
    return markdown(["call", "killed", "disk full", "disk read-only", "faults"], lines)


def outcome_table(rows: Sequence[Row]) -> list[str]:
    """Show what became of pipelines with a changed file.

    rows (Sequence[Row]): The rows of the results.
    RETURNS (list[str]): Lines of Markdown.
    """
    some = [row for row in rows if row["trial"] == "tamper"]
    kinds = sorted({outcome for row in some for outcome in row["outcomes"]})
    lines = [[row["call"], *(str(row["outcomes"].get(kind, 0)) for kind in kinds)] for row in some]
    return markdown(["changed", *kinds], lines)


def main(
    trial: list[str] = typer.Option([], help=f"Trials to run: {', '.join(TOLD)}; all without"),
    call: list[str] = typer.Option([], help="Calls to disturb; all without"),
    shipped: Path = typer.Option(None, help="Shipped pipeline for fuzz and tamper"),
    student: Path = typer.Option(None, help="Pipeline on a transformer for fuzz"),
    seed: int = typer.Option(1, help="Random seed"),
    work: Path = typer.Option(None, help="Folder for all that is made; a temporary one without"),
    results: Path = typer.Option(ROOT / "bench/results/reliability.jsonl", help="Results"),
    page: Path = typer.Option(ROOT / "docs/reliability.md", help="Page for the tables"),
    minutes: float = typer.Option(0, help="Minutes at most of reading texts; 0 for no such end"),
    quick: bool = typer.Option(False, help="The short form: nothing is written"),
) -> None:
    """Try what happens when things go wrong."""
    warm_up()
    rows = Rows(results, seed=seed)
    n_faults = 0
    with tempfile.TemporaryDirectory(prefix="reliability-") as scratch:
        trials = Trials((work or Path(scratch)).absolute(), seed, shipped, student, quick, minutes)
        for name, some in list_trials(trials).items():
            if trial and name not in trial:
                continue
            for key, make in some:
                if call and key.get("call") in CALLS and key["call"] not in call:
                    continue
                row = {"trial": name, **key}
                if not quick and rows.find(**row):
                    continue
                row |= make()
                n_faults += len(row["faults"])
                told = ", ".join(map(str, key.values()))
                msg.text(f"{name} {told}: {row['n']} times, {len(row['faults'])} faults")
                for fault in row["faults"]:
                    msg.warn(fault)
                if not quick:
                    rows.add(row)
    if not quick:
        for table, make_table in TABLES.items():
            write_between(page, "reliability", table, make_table(rows.read()))
        msg.good(f"Tables in {page}")
    if n_faults:
        raise typer.Exit(1)


TABLES = {"trials": trial_table, "calls": call_table, "tampering": outcome_table}


if __name__ == "__main__":
    typer.run(main)
