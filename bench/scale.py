"""What `spacy concner apply` costs beside the pipeline, over workers, and in memory.

    python bench/scale.py PIPELINE TEXTS.txt
    python bench/scale.py PIPELINE TEXTS.txt --measure stages

Times are of runs that take turns, in pairs: what else the machine does falls on both of a pair,
and the figure is the median of the ratios. Workers are timed once all of them have a pipeline.
Memory is the peak of a process that applies a rule to more and more short sentences. Stages are
seconds of the processor, of one thread: what else the machine does does not count.
"""

import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

import spacy
import typer
from harness import ROOT
from rows import Rows
from spacy.language import Language
from tables import markdown, write_between
from wasabi import msg

from spacy_concner.applying import formats
from spacy_concner.applying import worker as worker_module
from spacy_concner.applying.formats import Layout
from spacy_concner.applying.notes import Note
from spacy_concner.applying.shards import Shard, cut, find_files
from spacy_concner.applying.worker import Work, Worker
from spacy_concner.pipelines import find_component, load_pipeline
from spacy_concner.sharding.part import Part
from spacy_concner.sharding.processes import Processes
from spacy_concner.sharding.ray_actors import RayActors
from spacy_concner.sharding.run import run_shards
from spacy_concner.tagging import component, memory_zone

# By what their figures are called; those of processes without.
WORKERS = {"": Processes, "_ray": RayActors}
SHARDS = 40
SIZES = (10_000, 100_000, 1_000_000)
# A figure is good up to here, or from here on.
BARS = {
    "overhead_vs_pipe": "≤ 1.15",
    "efficiency_2_workers": "≥ 0.9",
    "efficiency_2_workers_ray": "≥ 0.9",
    "memory_growth": "≤ 1.05",
}
PEAK = """
import sys
from pathlib import Path

from spacy_concner.applying.apply import apply

pipeline, path, output = sys.argv[1:]
apply(pipeline, path, output, format="jsonl", processes=1, progress=False)
lines = Path("/proc/self/status").read_text().splitlines()
print(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024 / 1e6)
"""


def timed(run: Callable[[], object]) -> tuple[float, float]:
    """Give the seconds on the clock and of the processor that something takes."""
    clock, processor = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - clock, time.process_time() - processor


def overhead(pipeline: str, texts: Path, work: Path, repeats: int) -> dict[str, float]:
    """Compare a run to the disk with the pipeline alone; both have loaded it before."""
    lines = texts.read_text("utf8").splitlines()
    settings = Work(pipeline, work / "made", Layout("jsonl"), "text", 0, 64, False)
    worker, nlp = Worker(settings), load_pipeline(pipeline)

    def alone() -> None:
        with nlp.memory_zone():
            for doc in nlp.pipe(lines, batch_size=64):
                _ = doc.ents

    def to_disk() -> None:
        for shard in cut(find_files(texts), 1000, part=Part()):
            worker(shard)

    alone(), to_disk()
    pairs = []
    for number in range(repeats):
        order = (alone, to_disk) if number % 2 else (to_disk, alone)
        found = {run: timed(run) for run in order}
        pairs.append((found[alone], found[to_disk]))
        msg.info(f"pipe alone {found[alone][0]:.1f} s, to the disk {found[to_disk][0]:.1f} s")
    return {
        "overhead_vs_pipe": median(ours[0] / pipe[0] for pipe, ours in pairs),
        "overhead_vs_pipe_processor": median(ours[1] / pipe[1] for pipe, ours in pairs),
    }


@dataclass(frozen=True)
class Rate:
    """How fast workers were, once all of them had a pipeline and something to do.

    words: Words a second of all of them.
    own: Words a second of the processor that a worker had, times the share of the time in which
        it had something to do: what is lost without others on the machine.
    """

    words: float
    own: float


class TimedWorker(Worker):
    """A worker that tells when it has made a shard, and what that took."""

    def __call__(self, shard: Shard) -> Any:
        """Make a shard."""
        start, processor = time.perf_counter(), time.process_time()
        note = super().__call__(shard)
        return note.words, start, time.perf_counter(), time.process_time() - processor


def rate(pipeline: str, texts: Path, work: Path, n: int, engine_of: Any) -> Rate:
    """Find how fast n workers of an engine are."""
    settings = Work(pipeline, work / "made", Layout("jsonl"), "text", 0, 64, False)
    # So many that beginning and end are a small part of them, and no smaller than they need be:
    # each is put on the disk for good before the next is begun.
    n_sentences = sum(1 for _ in texts.open("rb"))
    shards = list(cut(find_files(texts), max(n_sentences // SHARDS, 1), part=Part()))
    with engine_of(TimedWorker, (settings,), n) as engine:
        made = run_shards(shards, lambda shard: None, engine)
        done = sorted((one.result for one in made), key=lambda result: result[2])
    # A worker's first shards wait for its pipeline, and the last ones may find the others idle.
    warm = done[len(done) // 3 : len(done) - n]
    words = sum(result[0] for result in warm[1:])
    seconds = warm[-1][2] - warm[0][2]
    busy = sum(end - start for _, start, end, _ in warm[1:]) / (n * seconds)
    return Rate(words / seconds, busy * words / sum(result[3] for result in warm[1:]))


def efficiency(pipeline: str, texts: Path, work: Path, repeats: int) -> dict[str, float]:
    """Compare two workers with twice one, of each engine."""
    found: dict[str, float] = {}
    for suffix, engine in WORKERS.items():
        pairs = []
        for number in range(repeats):
            order = (1, 2) if number % 2 else (2, 1)
            rates = {n: rate(pipeline, texts, work, n, engine) for n in order}
            msg.info(f"one worker {rates[1]}, two {rates[2]}")
            pairs.append((rates[1], rates[2]))
        found |= {
            f"efficiency_2_workers{suffix}": median(
                two.words / (2 * one.words) for one, two in pairs
            ),
            f"efficiency_2_workers{suffix}_processor": median(
                two.own / one.own for one, two in pairs
            ),
            f"words_per_second_1_worker{suffix}": median(one.words for one, _ in pairs),
        }
    return found


def memory(work: Path) -> dict[str, float]:
    """Find the peak of memory over growing inputs."""
    nlp: Language = spacy.blank("xx")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PER", "pattern": "Anna"}])
    nlp.to_disk(work / "rules")
    peaks = {}
    for size in SIZES:
        path = work / f"{size}.txt"
        with path.open("w", encoding="utf8") as stream:
            # Words that no other sentence has: a vocabulary that kept them would grow.
            stream.writelines(f"Anna was in place{i} .\n" for i in range(size))
        command = [sys.executable, "-c", PEAK, work / "rules", path, work / f"out-{size}"]
        done = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
        peaks[f"memory_{size}"] = float(done.stdout)
        msg.info(f"{size} sentences: {peaks[f'memory_{size}']:.0f} MB")
    values = list(peaks.values())
    return {**peaks, "memory_growth": max(values) / min(values)}


class Stages:
    """Seconds of the processor by stage, of which one at a time runs."""

    def __init__(self) -> None:
        """Start in no stage."""
        self.seconds: Counter[str] = Counter()
        self._open = ["rest"]
        self._since = time.process_time()

    def _note(self) -> None:
        now = time.process_time()
        self.seconds[self._open[-1]] += now - self._since
        self._since = now

    def timed(self, name: str, run: Callable[..., Any]) -> Callable[..., Any]:
        """Give a function whose time counts for a stage, and for no other."""

        def timed(*args: Any, **kwargs: Any) -> Any:
            self._note()
            self._open.append(name)
            try:
                return run(*args, **kwargs)
            finally:
                self._note()
                self._open.pop()

        return timed


def stages(pipeline: str, texts: Path, work: Path) -> dict[str, Any]:
    """Take a run apart: seconds of each stage, words, bytes written, memory at most."""
    settings = Work(pipeline, work / "made", Layout("jsonl"), "text", 0, 64, False)
    clock, worker = Stages(), Worker(settings)
    recogniser: Any = worker._nlp.get_pipe(find_component(worker._nlp))
    shards = cut(find_files(texts), 1000, part=Part())
    # Once before, so that what is made with the first shard counts for none.
    worker(next(cut(find_files(texts), 100, part=Part())))
    parts: list[tuple[Any, str, str]] = [
        (worker, "_read", "read"),
        (worker, "_make_doc", "tokenise"),
        (recogniser, "predict", "encode"),
        (component, "decode", "decode"),
        (recogniser, "set_annotations", "annotate"),
        (formats, "describe_entities", "write"),
        (Layout, "pack", "write"),
        (worker_module, "write_whole", "write"),
        (Note, "write", "write"),
        (worker_module, "rebuild_index", "rebuild the index"),
        (memory_zone, "rebuild_index", "rebuild the index"),
    ]
    usual = [(owner, name, getattr(owner, name)) for owner, name, _ in parts]
    for owner, name, stage in parts:
        setattr(owner, name, clock.timed(stage, getattr(owner, name)))
    take, notes = clock.timed("read", lambda: next(shards, None)), []
    clock._since = time.process_time()
    while (shard := take()) is not None:
        notes.append(worker(shard))
    clock._note()
    for owner, name, before in usual:
        setattr(owner, name, before)
    lines = Path("/proc/self/status").read_text().splitlines()
    return {
        "seconds": dict(clock.seconds),
        "words": sum(note.words for note in notes),
        "entities": sum(note.entities.total() for note in notes),
        "note_bytes": sum(len(note.line()) for note in notes) / len(notes),
        "shard_bytes": sum(note.size for note in notes) / len(notes),
        "memory": next(int(line.split()[1]) for line in lines if line[:6] == "VmHWM:") * 1024 / 1e6,
    }


def stages_table(rows: Rows) -> list[str]:
    """Show the stages, a column a run, in seconds for a million sentences."""
    found = rows.read()
    names = list(dict.fromkeys(name for row in found for name in row["seconds"]))
    head = ["stage", *(f"{row['pipeline']}, {row['sentences']:,}" for row in found)]
    lines = [
        [name, *(f"{row['seconds'].get(name, 0) / row['sentences'] * 1e6:,.0f}" for row in found)]
        for name in sorted(names, key=lambda name: name == "rest")
    ]
    per = [sum(row["seconds"].values()) / row["sentences"] * 1e6 for row in found]
    lines.append(["all", *(f"{seconds:,.0f}" for seconds in per)])
    speed = [row["words"] / sum(row["seconds"].values()) for row in found]
    lines.append(["words a second", *(f"{words:,.0f}" for words in speed)])
    lines.append(["MB at most", *(f"{row['memory']:,.0f}" for row in found)])
    lines.append(
        ["bytes a sentence, written", *(f"{row['shard_bytes'] / 1000:,.0f}" for row in found)]
    )
    return markdown(head, lines)


UNITS = {
    "overhead_vs_pipe": "to the disk ÷ `nlp.pipe` alone, seconds",
    "overhead_vs_pipe_processor": "the same, seconds of the processor",
    "efficiency_2_workers": "words/s of two workers ÷ twice one",
    "efficiency_2_workers_processor": "the same, words/s of the processor and time with work",
    "words_per_second_1_worker": "words/s of one worker",
    "efficiency_2_workers_ray": "words/s of two actors of Ray ÷ twice one",
    "efficiency_2_workers_ray_processor": "the same, words/s of the processor and time with work",
    "words_per_second_1_worker_ray": "words/s of one actor",
    **{f"memory_{size}": f"MB at most, {size:,} sentences" for size in SIZES},
    "memory_growth": "most ÷ least of these",
}


def table(rows: Rows) -> list[str]:
    """Show the figures.

    rows (Rows): The figures.
    RETURNS (list[str]): Lines of Markdown.
    """
    lines = []
    for row in rows.read():
        name, value = row["name"], row["value"]
        shown = f"{value:,.0f}" if value > 10 else f"{value:.2f}"
        lines.append([f"`{name}`", shown, UNITS[name], BARS.get(name, "")])
    return markdown(["measure", "value", "of what", "bar"], lines)


def _some(texts: Path, sentences: int, work: Path) -> Path:
    """Write so many of the texts to a file, over again if there are fewer."""
    some = work / "texts.txt"
    lines = [line for line in texts.read_text("utf8").splitlines() if line.strip()]
    some.write_text("\n".join(islice(cycle(lines), sentences)), encoding="utf8")
    return some


def main(
    pipeline: str = typer.Argument(..., help="Pipeline folder or package"),
    texts: Path = typer.Argument(..., help="File of texts, one a line"),
    sentences: int = typer.Option(4000, help="Sentences a timed run"),
    repeats: int = typer.Option(5, help="Pairs of runs"),
    measure: str = typer.Option("overhead,efficiency,memory", help="What to measure anew"),
    results: Path = typer.Option(ROOT / "bench/results/scale.jsonl", help="Figures"),
    page: Path = typer.Option(ROOT / "docs/recipes/apply.md", help="Page for the table"),
    stage_results: Path = typer.Option(ROOT / "bench/results/scale_stages.jsonl", help="Stages"),
    stage_page: Path = typer.Option(ROOT / "docs/scale.md", help="Page for the table of stages"),
) -> None:
    """Measure apply, and write the table of its page."""
    if measure == "stages":
        of_stages = Rows(stage_results)
        own = {"pipeline": Path(pipeline).name, "sentences": sentences}
        others = [row for row in of_stages.read() if {k: row[k] for k in own} != own]
        with tempfile.TemporaryDirectory() as folder:
            some = _some(texts, sentences, Path(folder))
            row = {**own, **stages(pipeline, some, Path(folder))}
        of_stages.write(sorted([*others, row], key=lambda row: (row["pipeline"], row["sentences"])))
        write_between(stage_page, "scale", "stages", stages_table(of_stages))
        msg.good(f"Table in {stage_page}")
        return
    rows = Rows(results, pipeline=Path(pipeline).name, sentences=sentences, repeats=repeats)
    found: dict[str, float] = {row["name"]: row["value"] for row in rows.read()}
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        some = _some(texts, sentences, work)
        if "overhead" in measure:
            found |= overhead(pipeline, some, work, repeats)
        if "efficiency" in measure:
            found |= efficiency(pipeline, some, work, repeats)
        if "memory" in measure:
            found |= memory(work)
    rows.write([{"name": name, "value": found[name]} for name in UNITS if name in found])
    write_between(page, "scale", "scale", table(rows))
    msg.good(f"Table in {page}")


if __name__ == "__main__":
    typer.run(main)
