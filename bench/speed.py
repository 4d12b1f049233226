"""What shipping gives: speed, size, start and memory of a shipped pipeline beside its peers.

All that is compared runs side by side, in processes of its own that take turns; figures are
medians over the runs, ratios medians of the ratios of each run. Parts that are done are not done
again: rows stay in the results file until `--force`.

    python bench/speed.py --student bg=training/bg/model-last --test bg=corpus/test-bg.spacy \\
        --keep-from bg=corpus/raw-bg.spacy --keep-from bg=corpus/en.spacy
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any

import spacy
import srsly
import typer
from lean import lean_command, make_lean_site
from rows import Rows, made_with
from spacy.tokens import DocBin
from tables import markdown, write_between
from wasabi import msg

ROOT = Path(__file__).resolve().parent.parent
WORKERS = ROOT / "bench" / "speed_workers.py"
# What reads long documents, too.
LONG = ("shipped", "fewer_layers", "spacy_transformers")
PEERS = ("spacy_transformers", "hf_pipeline", "stock_ner", "span_marker")
# A student with fewer layers, shipped, among the peers.
FEWER_LAYERS = "fewer_layers"
PARTS = ("ship", "speed", "start", "memory")
LONG_WORDS = 2000
REST = 1.0
# What must be reached, with the words for the table.
BARS = {
    "short_vs_spacy_transformers": ("short sentences ÷ spacy-transformers", "≥ 6"),
    "long_vs_spacy_transformers": ("long documents ÷ spacy-transformers", "≥ 3"),
    "short_vs_hf_pipeline": ("short sentences ÷ Hugging Face pipeline", "≥ 3"),
    "f1_loss_mean": ("entity F1 lost by shipping, mean", "≤ 0.3"),
    "f1_loss_max": ("entity F1 lost by shipping, worst language", "≤ 0.6"),
    "wheel_mb": ("wheel, target language and English", "≤ 40"),
    "cold_start_s": ("import, load, first Doc", "≤ 2.5"),
    "cold_start_vs_torch": ("the same ÷ the student", "≤ 0.5"),
    "peak_rss_mb": ("peak memory, serving", "≤ 500"),
    "memory_drift_percent": ("memory while piping a stream, furthest from its median", "≤ 5"),
    "spacy_overhead_share": ("share of the time outside the engine", "≤ 0.15"),
    "train_step_vs_torch": ("training step ÷ plain torch, embeddings frozen", "≤ 1.15"),
}


@dataclass
class Bench:
    """Settings of a run of the bench."""

    students: dict[str, Path]
    tests: dict[str, Path]
    keep_from: dict[str, list[Path]]
    keep_top: int
    work: Path
    results: Path
    runs: int
    threads: int
    sentences: int
    long_docs: int
    stream_words: int
    fewer_layers: Path | None = None

    def __post_init__(self) -> None:
        """Make the folders."""
        self.rows = Rows(self.results, threads=self.threads)
        self.work.mkdir(parents=True, exist_ok=True)
        self.site = make_lean_site(self.work / "site")

    @property
    def first(self) -> str:
        """The language whose pipeline is timed."""
        return next(iter(self.students))

    def add(self, name: str, value: float, unit: str) -> None:
        """Keep a row in the results file, in the place of one of that name."""
        self.rows.put({"name": name, "value": value, "unit": unit}, "name")
        print(f"{name:40s} {value:12.4f} {unit}", flush=True)

    def has(self, name: str) -> bool:
        """Tell whether a row is there."""
        return self.rows.find(name=name) is not None

    @property
    def environment(self) -> dict[str, str]:
        """Environment of the processes: so many threads, no network."""
        threads = str(self.threads)
        return {
            **os.environ,
            "OMP_NUM_THREADS": threads,
            "MKL_NUM_THREADS": threads,
            "TOKENIZERS_PARALLELISM": "false",
            "HF_HUB_OFFLINE": "1",
            "PYTHONWARNINGS": "ignore",
            "PYTHONPATH": str(ROOT),
        }


class Worker:
    """A process that measures when it is told to."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start Python with some arguments and wait until it is ready."""
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.read()

    def read(self) -> dict[str, Any]:
        """Read an answer; libraries may print lines of their own before it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        raise RuntimeError(f"The process ended with code {self.process.wait()}")

    def ask(self, **order: Any) -> dict[str, Any]:
        """Let it measure."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return self.read()

    def close(self) -> None:
        """Let the process end."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def lean_script(site: Path, path: Path, *arguments: str) -> list[str]:
    """Give the arguments with which Python runs a script on a lean folder and nothing else."""
    code = f"import runpy, sys\nsys.argv = {[str(path), *arguments]!r}\n"
    return lean_command(site, f"{code}runpy.run_path({str(path)!r}, run_name='__main__')")


def start_worker(place: Any, kind: str, spec: dict[str, Any]) -> Worker:
    """Start a process of `speed_workers.py`.

    place (Any): What has the folder `site` for what is shipped, and the `environment`.
    kind (str): What it runs.
    spec (dict[str, Any]): Where that is.
    RETURNS (Worker): The process.
    """
    arguments = [kind, json.dumps(spec)]
    if kind != "shipped":
        return Worker([str(WORKERS), *arguments], place.environment)
    environment = {k: v for k, v in place.environment.items() if k != "PYTHONPATH"}
    return Worker(lean_script(place.site, WORKERS, *arguments), environment)


@contextmanager
def workers(bench: Bench, kinds: Sequence[str]) -> Iterator[dict[str, Worker]]:
    """Start workers, those that can be."""
    texts = bench.work / "texts.json"
    spec = {
        "pipeline": str(bench.work / f"shipped-{bench.first}"),
        "student": str(bench.students[bench.first]),
        "texts": str(texts),
        "threads": bench.threads,
        "work": str(bench.work),
    }
    found: dict[str, Worker] = {}
    try:
        for kind in kinds:
            own = spec
            if kind == FEWER_LAYERS:
                own = {**spec, "pipeline": str(bench.work / f"shipped-{FEWER_LAYERS}")}
            try:
                started = "shipped" if kind == FEWER_LAYERS else kind
                found[kind] = start_worker(bench, started, own)
            except RuntimeError as error:
                if kind in ("shipped", FEWER_LAYERS, "spacy_transformers"):
                    raise
                msg.warn(f"Without {kind}: {error}")
        yield found
    finally:
        for worker in found.values():
            worker.close()


def make_texts(bench: Bench) -> dict[str, int]:
    """Write short sentences and long documents; give their words, as spaCy counts them."""
    vocab = spacy.blank("xx").vocab
    docs = list(DocBin().from_disk(bench.tests[bench.first]).get_docs(vocab))
    short = [doc.text for doc in docs if len(doc)][: bench.sentences]
    flowing = " ".join(doc.text for doc in docs if len(doc)).split(" ")
    wanted = LONG_WORDS * bench.long_docs
    flowing = (flowing * (wanted // len(flowing) + 1))[:wanted]
    long = [" ".join(flowing[i : i + LONG_WORDS]) for i in range(0, wanted, LONG_WORDS)]
    srsly.write_json(bench.work / "texts.json", {"short": short, "long": long})
    make_doc = spacy.blank("xx").make_doc
    return {
        "short": sum(len(make_doc(text)) for text in short),
        "long": sum(len(make_doc(text)) for text in long),
    }


def ship_all(bench: Bench) -> None:
    """Ship each student: F1 before and after, and the size of the wheel."""
    from spacy_concner.shipping.ship import ship

    losses = []
    sizes = []
    students = dict(bench.students)
    if bench.fewer_layers is not None:
        students[FEWER_LAYERS] = bench.fewer_layers
    for name, student in students.items():
        language = bench.first if name == FEWER_LAYERS else name
        output = bench.work / f"shipped-{name}"
        report = ship(
            student,
            output,
            [language, "en"],
            keep_from=bench.keep_from.get(language, []),
            keep_top=bench.keep_top,
            test=bench.tests[language],
            force=True,
        )
        assert report.f1_before is not None and report.f1_after is not None
        bench.add(f"f1_student_{name}", 100 * report.f1_before, "F1")
        bench.add(f"f1_shipped_{name}", 100 * report.f1_after, "F1")
        bench.add(f"sentences_changed_{name}", report.changed / report.sentences, "share")
        bench.add(f"largest_score_difference_{name}", report.score_difference, "probability")
        bench.add(f"folder_mb_student_{name}", report.bytes_before / 1e6, "MB")
        bench.add(f"folder_mb_shipped_{name}", report.bytes_after / 1e6, "MB")
        size = wheel_size(bench, output, name)
        bench.add(f"wheel_mb_{name}", size, "MB")
        if name != FEWER_LAYERS:
            losses.append(100 * (report.f1_before - report.f1_after))
            sizes.append(size)
    bench.add("f1_loss_mean", mean(losses), "F1")
    bench.add("f1_loss_max", max(losses), "F1")
    bench.add("wheel_mb", max(sizes), "MB")


def wheel_size(bench: Bench, pipeline: Path, language: str) -> float:
    """Make a wheel with spaCy's own command and give its MB."""
    packages = bench.work / "packages"
    packages.mkdir(exist_ok=True)
    command = ["package", str(pipeline), str(packages), "--force", "--build", "wheel"]
    command += ["--name", f"concner_{language}", "--version", "1.0.0"]
    subprocess.run([sys.executable, "-m", "spacy", *command], check=True, capture_output=True)
    (wheel,) = packages.glob(f"*concner_{language}-1.0.0/dist/*.whl")
    return wheel.stat().st_size / 1e6


def measure_speed(bench: Bench, peers: Sequence[str]) -> None:
    """Let the shipped pipeline and its peers take turns."""
    words = make_texts(bench)
    seconds: dict[tuple[str, str], list[float]] = {}
    shares: dict[str, list[float]] = {"short": [], "long": []}
    memory = 0.0
    fewer = [FEWER_LAYERS] if bench.fewer_layers is not None else []
    with workers(bench, ["shipped", *fewer, *peers]) as found:
        for number in range(bench.runs + 1):
            for texts in ("short", "long"):
                for kind, worker in found.items():
                    if texts == "long" and kind not in LONG:
                        continue
                    # Threads of the process before may spin for a while when it has done.
                    time.sleep(REST)
                    measured = worker.ask(texts=texts)
                    # The first round warms up.
                    if not number:
                        continue
                    # What is slow reads a share of the texts.
                    taken = measured["seconds"] / measured.get("share", 1)
                    seconds.setdefault((kind, texts), []).append(taken)
                    if kind == "shipped":
                        share = 1 - measured["engine_seconds"] / measured["seconds"]
                        shares[texts].append(share)
                        memory = max(memory, measured["rss"])
            msg.info(f"Run {number} of {bench.runs}")
    for (kind, texts), values in seconds.items():
        bench.add(f"words_per_second_{texts}_{kind}", words[texts] / median(values), "words/s")
        if kind != "shipped":
            pairs = zip(values, seconds["shipped", texts], strict=True)
            bench.add(f"{texts}_vs_{kind}", median(peer / ours for peer, ours in pairs), "ratio")
    bench.add("spacy_overhead_share", median(shares["short"]), "share")
    bench.add("spacy_overhead_share_long", median(shares["long"]), "share")
    bench.add("peak_rss_mb", memory, "MB")


def measure_start(bench: Bench) -> None:
    """Time a process that imports spaCy, loads a pipeline and reads one Doc."""
    text = json.loads((bench.work / "texts.json").read_text("utf8"))["short"][0]
    shipped, student = bench.work / f"shipped-{bench.first}", bench.students[bench.first]
    code = "import spacy\nprint(len(spacy.load({!r})({!r}).ents))"
    ours = lean_command(bench.site, code.format(str(shipped), text))
    theirs = ["-c", code.format(str(student), text)]
    environment = {k: v for k, v in bench.environment.items() if k != "PYTHONPATH"}
    seconds: dict[str, list[float]] = {"shipped": [], "student": []}
    for number in range(bench.runs + 1):
        for name, arguments in (("shipped", ours), ("student", theirs)):
            begin = time.perf_counter()
            subprocess.run(
                [sys.executable, *arguments], check=True, capture_output=True, env=environment
            )
            if number:
                seconds[name].append(time.perf_counter() - begin)
    ratios = [a / b for a, b in zip(seconds["shipped"], seconds["student"], strict=True)]
    bench.add("cold_start_s", median(seconds["shipped"]), "s")
    bench.add("cold_start_s_student", median(seconds["student"]), "s")
    bench.add("cold_start_vs_torch", median(ratios), "ratio")


def measure_memory(bench: Bench) -> None:
    """Pipe a stream and see how far memory strays from its median after the warm-up."""
    with workers(bench, ["shipped"]) as found:
        memory = found["shipped"].ask(flat_words=bench.stream_words)["rss"]
    settled = memory[len(memory) // 5 :]
    drift = max(abs(value / median(settled) - 1) for value in settled)
    bench.add("memory_mb_stream", median(settled), "MB")
    bench.add("memory_drift_percent", 100 * drift, "%")


def measure_training(bench: Bench) -> None:
    """Compare training steps."""
    from speed_training import train_steps

    steps = list(
        train_steps(
            bench.students[bench.first],
            bench.tests[bench.first],
            max(5, 2 * bench.runs),
            bench.threads,
        )
    )
    bench.add("train_step_s_spacy", median(step["spacy"] for step in steps), "s")
    bench.add("train_step_s_torch", median(step["torch"] for step in steps), "s")
    ratio = median(step["spacy"] / step["torch"] for step in steps)
    bench.add("train_step_vs_torch", ratio, "ratio")


def table(rows: Rows) -> list[str]:
    """Show the figures, those that must reach a bar first.

    rows (Rows): The figures.
    RETURNS (list[str]): Lines of Markdown.
    """
    by_name = {row["name"]: row for row in rows.read()}
    bars = [
        [f"{words} (`{name}`)", bar, _show(by_name[name])]
        for name, (words, bar) in BARS.items()
        if name in by_name
    ]
    others = [[f"`{name}`", _show(row)] for name, row in by_name.items() if name not in BARS]
    made = f"{made_with(rows.provenance)}; {rows.provenance['threads']} threads."
    lines = [*markdown(["measure", "bar", "found"], bars), ""]
    return [*lines, *markdown(["figure", "value"], others), "", made]


def _show(row: dict[str, Any]) -> str:
    value = row["value"]
    number = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"
    return number if row["unit"] in ("ratio", "share") else f"{number} {row['unit']}"


def _named(entries: Sequence[str], option: str) -> list[tuple[str, Path]]:
    pairs = [entry.partition("=") for entry in entries]
    wrong = [name for name, equals, path in pairs if not equals or not path]
    if wrong:
        msg.fail(f"{option} takes LANGUAGE=PATH, not {wrong}", exits=1)
    return [(name, Path(path)) for name, _, path in pairs]


def main(
    student: list[str] = typer.Option(..., help="LANGUAGE=PIPELINE; the first one is timed"),
    test: list[str] = typer.Option(..., help="LANGUAGE=CORPUS.spacy, labelled"),
    keep_from: list[str] = typer.Option([], help="LANGUAGE=CORPUS.spacy for the vocabulary"),
    keep_top: int = typer.Option(20000, help="Further pieces to keep"),
    work: Path = typer.Option(Path("bench/work/speed"), help="Folder for what the bench makes"),
    results: Path = typer.Option(ROOT / "bench/results/speed.jsonl", help="Rows"),
    page: Path = typer.Option(ROOT / "docs/speed.md", help="Page for the table"),
    runs: int = typer.Option(5, min=1, help="Runs of each"),
    threads: int = typer.Option(2, min=1, help="Threads of each process"),
    peers: str = typer.Option(",".join(PEERS), help="Peers, those that are installed"),
    parts: str = typer.Option(",".join(PARTS), help="Parts of the bench"),
    train: bool = typer.Option(False, help="Also compare training steps"),
    quick: bool = typer.Option(False, help="Little text, one run: to see that it works"),
    fewer_layers: Path | None = typer.Option(
        None, help="Student of the first language with fewer layers, timed beside it"
    ),
    force: bool = typer.Option(False, help="Measure again what has rows"),
) -> None:
    """Run the speed bench and write its table."""
    folders: dict[str, list[Path]] = {}
    for language, path in _named(keep_from, "--keep-from"):
        folders.setdefault(language, []).append(path)
    bench = Bench(
        dict(_named(student, "--student")),
        dict(_named(test, "--test")),
        folders,
        keep_top,
        work,
        results,
        1 if quick else runs,
        threads,
        100 if quick else 2000,
        1 if quick else 5,
        4000 if quick else 1_000_000,
        fewer_layers,
    )
    if quick:
        for language, path in bench.tests.items():
            docs = list(DocBin().from_disk(path).get_docs(spacy.blank("xx").vocab))[:200]
            bench.tests[language] = bench.work / f"quick-{language}.spacy"
            DocBin(docs=docs).to_disk(bench.tests[language])
    chosen = [*parts.split(","), *(["train"] if train else [])]
    steps = {
        "ship": ("wheel_mb", lambda: ship_all(bench)),
        "speed": ("peak_rss_mb", lambda: measure_speed(bench, peers.split(","))),
        "start": ("cold_start_vs_torch", lambda: measure_start(bench)),
        "memory": ("memory_drift_percent", lambda: measure_memory(bench)),
        "train": ("train_step_vs_torch", lambda: measure_training(bench)),
    }
    for part in chosen:
        last, step = steps[part]
        if force or not bench.has(last):
            msg.divider(part)
            step()
    write_between(page, "speed", "speed", table(bench.rows))
    msg.good(f"Table in {page}")


if __name__ == "__main__":
    typer.run(main)
