"""What two ranks of torchrun train in the time of one process, on the cores of one machine.

    python bench/scale_training.py ENCODER TRAIN.spacy

Each variant takes steps of `configs/direct.cfg` through `spacy train`, in turn with the others. A
rank and a process alone have one thread, but for the variant that is a process with two. A step's
time is that between two steps on rank 0, without evaluations; the figure is the median. Times of
the processor are those of rank 0, which waits for the other without it, by thread: what a core is
busy with.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import srsly
import typer
from harness import CONFIGS, ROOT
from rows import Rows
from spacy.language import Language
from spacy.tokens import DocBin
from spacy.util import load_config, registry
from tables import markdown, write_between
from wasabi import msg

BATCH = 256
# Enough to tell that something was learned, and seconds to evaluate on.
DEV_DOCS = 20
HEADER = [
    "training",
    "s a step",
    "of a core",
    "words a step",
    "words/s, times one",
    "by time of a core",
]
TORCHRUN = ["torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m"]


@dataclass(frozen=True)
class Variant:
    """A way to train.

    title: What the table calls it.
    batch: Tokens of a process's batch.
    ranks: Processes.
    threads: Threads of each.
    """

    title: str
    batch: int
    ranks: int = 1
    threads: int = 1


VARIANTS = {
    "one": Variant("one process, one thread", BATCH),
    "threads": Variant("one process, two threads, batches twice as large", 2 * BATCH, threads=2),
    "ranks": Variant("two ranks, one thread each", BATCH, ranks=2),
}


@registry.loggers("bench.StepTimes.v1")
def create_step_times(path: str) -> Callable:
    """Create a logger that writes the seconds of steps, and the words of a step."""

    def setup(nlp: Language, *streams: Any) -> tuple[Callable, Callable]:
        clock: list[float] = []
        processor: list[float] = []
        seen: list[tuple[int, int]] = []
        last = time.perf_counter(), time.process_time()

        def log_step(info: dict[str, Any] | None) -> None:
            nonlocal last
            now = time.perf_counter(), time.process_time()
            if info is None:
                clock.append(now[0] - last[0])
                processor.append(now[1] - last[1])
            else:
                seen.append((info["step"], info["words"]))
            last = now

        def finalize() -> None:
            (first, before), (end, after) = seen[0], seen[-1]
            found = {"seconds": median(clock), "processor": median(processor)}
            srsly.write_json(path, {**found, "words": (after - before) / (end - first)})

        return log_step, finalize

    return setup


def take_steps(variant: Variant, encoder: Path, train: Path, work: Path, steps: int) -> Any:
    """Train with a variant, and give the seconds and the words of a step.

    variant (Variant): How to train.
    encoder (Path): Encoder folder.
    train (Path): Labelled `.spacy` file.
    work (Path): Folder for what it makes.
    steps (int): Steps to take.
    RETURNS (dict[str, float]): "seconds", those of the "processor" by thread, and "words".
    """
    times = work / "times.json"
    paths = {"train": train, "dev": work / "dev.spacy", "encoder": encoder}
    config = load_config(
        CONFIGS / "direct.cfg", {f"paths.{name}": str(path) for name, path in paths.items()}
    )
    training = config["training"]
    training |= {"max_steps": steps, "eval_frequency": steps}
    training["batcher"]["size"] = variant.batch
    training["logger"] = {"@loggers": "bench.StepTimes.v1", "path": str(times)}
    training["optimizer"]["learn_rate"] = 2e-4
    training["optimizer"]["@optimizers"] = "spacy-concner.DistributedAdam.v1"
    config["corpora"]["train"] = {
        "@readers": "spacy-concner.DistributedCorpus.v1",
        "corpus": config["corpora"]["train"],
    }
    config.to_disk(work / "train.cfg")
    module = [*TORCHRUN, "spacy"] if variant.ranks > 1 else ["spacy"]
    command = [sys.executable, "-m", *module, "train", work / "train.cfg", "--code", __file__]
    environment = {
        "OMP_NUM_THREADS": variant.threads,
        "OPENBLAS_NUM_THREADS": variant.threads,
        # Threads that wait for each other leave the cores to what else the machine does.
        "OMP_WAIT_POLICY": "passive",
    }
    done = subprocess.run(
        ["env", *(f"{name}={value}" for name, value in environment.items()), *map(str, command)],
        cwd=ROOT / "bench",
        capture_output=True,
        text=True,
    )
    if done.returncode:
        msg.fail(f"{variant.title} has failed", done.stdout + done.stderr, exits=1)
    found = srsly.read_json(times)
    found["processor"] /= variant.threads
    return found


def table(rows: Rows) -> list[str]:
    """Show the figures.

    rows (Rows): The figures.
    RETURNS (list[str]): Lines of Markdown.
    """
    lines = []
    for row in rows.read():
        cells = [f"{row['seconds']:.2f}", f"{row['processor']:.2f}", f"{row['words']:.0f}"]
        for kind in ("clock", "processor"):
            one, least, most = row[f"by_{kind}"]
            cells.append(f"{one:.2f} ({least:.2f} to {most:.2f})")
        lines.append([VARIANTS[row["variant"]].title, *cells])
    return markdown(HEADER, lines)


def compare(
    made: Sequence[Mapping[str, float]], alone: Sequence[Mapping[str, float]], key: str
) -> list[float]:
    """Compare the words that a variant learns from in some time with those of one process.

    made (Sequence[Mapping[str, float]]): Runs of the variant.
    alone (Sequence[Mapping[str, float]]): Runs of one process beside them.
    key (str): Which time.
    RETURNS (list[float]): Median of the ratios, least and most.
    """
    ratios = [
        (ours["words"] / ours[key]) / (one["words"] / one[key])
        for ours, one in zip(made, alone, strict=True)
    ]
    return [round(figure(ratios), 3) for figure in (median, min, max)]


def main(
    encoder: Path = typer.Argument(..., help="Encoder folder"),
    train: Path = typer.Argument(..., help="Labelled .spacy file"),
    steps: int = typer.Option(30, help="Steps a run"),
    repeats: int = typer.Option(5, help="Runs of each variant, in turn"),
    results: Path = typer.Option(ROOT / "bench/results/scale_training.jsonl", help="Figures"),
    page: Path = typer.Option(ROOT / "docs/recipes/several_gpus.md", help="Page for the table"),
) -> None:
    """Measure training on two ranks, and write the table of its page."""
    rows = Rows(results, encoder=encoder.name, steps=steps, repeats=repeats)
    found: dict[str, list[dict[str, float]]] = {name: [] for name in VARIANTS}
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        docs = list(DocBin().from_disk(train).get_docs(Language().vocab))[:DEV_DOCS]
        DocBin(docs=docs).to_disk(work / "dev.spacy")
        for number in range(repeats):
            names = list(VARIANTS) if number % 2 else list(VARIANTS)[::-1]
            for name in names:
                made = take_steps(VARIANTS[name], encoder.resolve(), train.resolve(), work, steps)
                found[name].append(made)
                msg.info(f"{VARIANTS[name].title}: {made}")
    for name, made in found.items():
        row: dict[str, Any] = {key: median(run[key] for run in made) for key in made[0]}
        row["by_clock"] = compare(made, found["one"], "seconds")
        row["by_processor"] = compare(made, found["one"], "processor")
        rows.put({"variant": name, **row}, "variant")
    write_between(page, "scale_training", "ranks", table(rows))
    msg.good(f"Table in {page}")


if __name__ == "__main__":
    typer.run(main)
