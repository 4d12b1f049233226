"""Accuracy of cross-lingual transfer on real corpora, from one command.

    python bench/accuracy.py --data DIR --seeds 1 --quick

DIR holds `wikiann/{en,de,pt,bg}` and `nerkor_hu_wikipedia` as `token<TAB>IOB2` files. For
seed s, `random.Random(s).sample(english_train, 1000)` is the only labelled text; students
see the first 4,000 sentences of the target's training part without labels. No label of a
target language is used but for scoring. Every step leaves its result in the work folder and
every score its row in the results file, so a run that was killed goes on where it was.
"""

import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import mean, stdev

import spacy
import srsly
import typer
from wasabi import msg

from spacy_concner.corpora.convert import convert
from spacy_concner.encoding.weights import make_encoder

ROOT = Path(__file__).parents[1]
CONFIGS = ROOT / "configs"
LANGUAGES = ("de", "bg", "pt", "hu")
QUICK_SENTENCES = 2000
RAW_SENTENCES = 4000
SOURCE_SENTENCES = 1000
TYPES = ("PER", "LOC", "ORG")
VERSIONS = ("spacy", "spacy-transformers", "thinc", "torch", "transformers", "spacy-concner")
METHODS = {
    "direct": "direct transfer",
    "translate_train": "translate-train",
    "concner": "ConCNER teacher",
    "direct_student": "student of direct transfer",
    "concner_student": "ConCNER student",
}
START = "<!-- table made by bench/accuracy.py -->"
END = "<!-- end of the table -->"
TEACHERS = ("direct", "translate_train", "concner")


@dataclass
class Bench:
    """Where a bench reads and writes, and how it trains."""

    data: Path
    work: Path
    results: Path
    limit: int
    gpu_id: int
    rows: list[dict] = field(default_factory=list)

    def corpus(self, name: str) -> Path:
        """Give the path of a converted corpus."""
        return self.work / "corpora" / f"{name}.spacy"

    def run(self, name: str, command: list[str], done: Path) -> float:
        """Run a command unless its output is there; give the seconds that it took.

        name (str): Name of the log file.
        command (list[str]): Arguments after `python -m spacy`.
        done (Path): File in which the seconds are noted once the command has ended well.
        RETURNS (float): Seconds.
        """
        if done.exists():
            return float(done.read_text())
        log = self.work / "logs" / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        msg.info(f"{name}: {' '.join(command[:3])} … (log: {log})")
        start = time.perf_counter()
        with log.open("w", encoding="utf8") as stream:
            subprocess.run(
                [sys.executable, "-m", "spacy", *command],
                check=True,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
        seconds = time.perf_counter() - start
        done.parent.mkdir(parents=True, exist_ok=True)
        done.write_text(f"{seconds:.1f}")
        return seconds

    def has_row(self, method: str, language: str, seed: int) -> bool:
        """Tell whether a score is already in the results."""
        return any(
            (row["method"], row["language"], row["seed"], row["limit"])
            == (method, language, seed, self.limit)
            for row in self.rows
        )

    def add_row(self, row: dict) -> None:
        """Save a score at once."""
        self.rows.append(row)
        self.results.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.results.with_suffix(".unfinished")
        srsly.write_json(unfinished, self.rows)
        unfinished.replace(self.results)


def prepare(bench: Bench, seeds: list[int], encoder: str) -> None:
    """Convert the corpora and make the encoder, its vocabulary cut to them.

    bench (Bench): The bench.
    seeds (list[int]): Seeds of the source samples.
    encoder (str): Source of the encoder, as `spacy concner encoder` takes it.
    """
    wikiann, nerkor = bench.data / "wikiann", bench.data / "nerkor_hu_wikipedia"
    tests = {
        "en": wikiann / "en" / "test.tsv",
        "de": wikiann / "de" / "test.tsv",
        "pt": wikiann / "pt" / "test.tsv",
        # The labelled part of Bulgarian that serves for nothing else.
        "bg": wikiann / "bg" / "dev.tsv",
        "hu": nerkor / "test.tsv",
    }

    def make(name: str, source: Path, **settings) -> None:
        output = bench.corpus(name)
        if not output.exists():
            convert(str(source), output, labels=TYPES, **settings)

    make("en-dev", wikiann / "en" / "dev.tsv", limit=300)
    for language, path in tests.items():
        make(f"test-{language}", path, limit=bench.limit or None)
    for language in LANGUAGES:
        folder = nerkor if language == "hu" else wikiann / language
        make(f"raw-{language}", folder / "train.tsv", limit=RAW_SENTENCES, unlabelled=True)
    for seed in seeds:
        source = wikiann / "en" / "train.tsv"
        make(f"en-seed{seed}", source, sample=SOURCE_SENTENCES, seed=seed)
        translated = bench.corpus(f"en-pt-seed{seed}")
        bench.run(
            f"translate-seed{seed}",
            ["concner", "translate", str(bench.corpus(f"en-seed{seed}")), str(translated)]
            + ["--engine", "bergamot", "--source", "en", "--target", "pt"],
            translated.with_suffix(".seconds"),
        )
    folder = bench.work / "encoder"
    if not (folder / "config.json").exists():
        make_encoder(encoder, folder, sorted((bench.work / "corpora").glob("*.spacy")), 0)


def train(bench: Bench, config: str, output: Path, corpus: Path, seed: int, *more: str) -> float:
    """Train a pipeline with a project config; give the seconds."""
    command = ["train", str(CONFIGS / f"{config}.cfg"), "--output", str(output)]
    command += ["--gpu-id", str(bench.gpu_id)]
    for name, value in {
        "paths.train": corpus,
        "paths.dev": bench.corpus("en-dev"),
        "paths.encoder": bench.work / "encoder",
        "paths.metrics": output / "metrics.jsonl",
        "system.seed": seed,
    }.items():
        command += [f"--{name}", str(value)]
    name = "-".join(output.relative_to(bench.work).parts)
    return bench.run(f"train-{name}", command + list(more), output / "seconds")


def score(
    bench: Bench, method: str, language: str, seed: int, pipeline: Path, seconds: float
) -> None:
    """Score a pipeline on a language's test set and save the row."""
    if bench.has_row(method, language, seed):
        return
    metrics = pipeline.parent / f"scores-{language}.json"
    name = f"evaluate-{method}-{language}-seed{seed}"
    command = ["evaluate", str(pipeline), str(bench.corpus(f"test-{language}"))]
    command += ["--output", str(metrics), "--gpu-id", str(bench.gpu_id)]
    bench.run(name, command, metrics.with_suffix(".seconds"))
    scores = srsly.read_json(metrics)
    docs = spacy.tokens.DocBin().from_disk(bench.corpus(f"test-{language}"))
    bench.add_row(
        {
            "method": method,
            "language": language,
            "seed": seed,
            "precision": 100 * scores["ents_p"],
            "recall": 100 * scores["ents_r"],
            "f1": 100 * scores["ents_f"],
            "n_sentences": len(docs),
            "limit": bench.limit,
            "seconds": round(seconds, 1),
            "versions": {name: version(name) for name in VERSIONS},
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, gpu {bench.gpu_id}",
        }
    )
    msg.good(f"{METHODS[method]}, {language}, seed {seed}: F1 {100 * scores['ents_f']:.1f}")


def run_seed(bench: Bench, seed: int, methods: list[str], languages: list[str]) -> None:
    """Run the methods of one seed, each teacher once and its students a language at a time."""
    folder = bench.work / f"seed-{seed}"
    corpora = {
        "direct": bench.corpus(f"en-seed{seed}"),
        "translate_train": bench.corpus(f"en-pt-seed{seed}"),
        "concner": bench.corpus(f"en-pt-seed{seed}"),
    }
    for teacher in TEACHERS:
        student = f"{teacher}_student"
        if teacher not in methods and student not in methods:
            continue
        output = folder / teacher
        seconds = train(bench, teacher, output, corpora[teacher], seed)
        for language in ["en", *languages] if teacher in methods else []:
            score(bench, teacher, language, seed, output / "model-last", seconds)
        for language in languages if student in methods else []:
            soft = folder / "soft" / teacher / language
            labelling = bench.run(
                f"label-seed-{seed}-{teacher}-{language}",
                ["concner", "label", str(bench.corpus(f"raw-{language}")), str(soft)]
                + ["--teacher", str(output / "model-last"), "--gpu-id", str(bench.gpu_id)],
                soft / "seconds",
            )
            taught = folder / student / language
            training = train(
                bench,
                "student",
                taught,
                soft,
                seed,
                "--paths.start_from",
                str(output / "model-last"),
            )
            total = seconds + labelling + training
            score(bench, student, language, seed, taught / "model-last", total)


def make_table(rows: list[dict], limit: int) -> list[str]:
    """Make the table of the docs: mean ± standard deviation over seeds of entity micro-F1.

    rows (list[dict]): Rows of the results file.
    limit (int): Which rows: those of test sets cut to this many sentences, 0 for whole ones.
    RETURNS (list[str]): Lines of Markdown.
    """
    rows = [row for row in rows if row["limit"] == limit]
    languages = ["en", *LANGUAGES]
    lines = [
        "| method | " + " | ".join(languages) + " | mean of targets | seconds |",
        "|---|" + "---|" * (len(languages) + 2),
    ]
    for method, title in METHODS.items():
        values = {
            language: [r["f1"] for r in rows if (r["method"], r["language"]) == (method, language)]
            for language in languages
        }
        seconds = [row["seconds"] for row in rows if row["method"] == method]
        if seconds:
            means = [mean(values[language]) for language in LANGUAGES if values[language]]
            cells = [_cell(values[language]) for language in languages]
            cells.append(f"{mean(means):.1f}" if len(means) == len(LANGUAGES) else "")
            lines.append(f"| {title} | " + " | ".join([*cells, f"{mean(seconds):.0f}"]) + " |")
    seeds = ", ".join(str(seed) for seed in sorted({row["seed"] for row in rows}))
    sentences = f"the first {limit} test sentences" if limit else "all test sentences"
    versions = ", ".join(f"{name} {value}" for name, value in rows[-1]["versions"].items())
    return [*lines, "", f"Seeds: {seeds}; {sentences}; {versions}; {rows[-1]['machine']}."]


def write_table(rows: list[dict], limit: int, path: Path) -> None:
    """Write the table into a page, between the marks that say where it stands.

    rows (list[dict]): Rows of the results file.
    limit (int): As for `make_table`.
    path (Path): Markdown file; made if it is not there.
    """
    page = path.read_text("utf8") if path.exists() else f"{START}\n{END}\n"
    before, _, rest = page.partition(START)
    after = rest.partition(END)[2]
    table = "\n".join(make_table(rows, limit))
    path.write_text(f"{before}{START}\n\n{table}\n\n{END}{after}", encoding="utf8")


def _cell(values: list[float]) -> str:
    if not values:
        return ""
    if len(values) == 1:
        return f"{values[0]:.1f}"
    return f"{mean(values):.1f} ± {stdev(values):.1f}"


def main(
    data: Path = typer.Option(..., help="Folder with the corpora"),
    work: Path = typer.Option(Path("bench/work"), help="Folder for what the bench makes"),
    results: Path = typer.Option(ROOT / "bench/results/accuracy.json", help="Rows"),
    table: Path = typer.Option(ROOT / "docs/accuracy.md", help="Table made from the rows"),
    seeds: str = typer.Option("1", help="Seeds, such as 1,2,3"),
    languages: str = typer.Option(",".join(LANGUAGES), help="Target languages"),
    methods: str = typer.Option("all", help=f"Of {', '.join(METHODS)}, or all"),
    quick: bool = typer.Option(False, help=f"Score the first {QUICK_SENTENCES} test sentences"),
    encoder: str = typer.Option("multilingual-e5-small-q4", help="Encoder to start from"),
    gpu_id: int = typer.Option(-1, help="GPU, or -1 for the CPU"),
) -> None:
    """Run the accuracy bench and write its table."""
    chosen = list(METHODS) if methods == "all" else methods.split(",")
    unknown = sorted(set(chosen) - set(METHODS))
    if unknown:
        msg.fail(f"Unknown methods {unknown}; there are {list(METHODS)}", exits=1)
    limit = QUICK_SENTENCES if quick else 0
    rows = srsly.read_json(results) if results.exists() else []
    work = work / (f"{QUICK_SENTENCES}" if quick else "all")
    bench = Bench(data, work, results, limit, gpu_id, rows)
    numbers = [int(seed) for seed in seeds.split(",")]
    prepare(bench, numbers, encoder)
    for seed in numbers:
        run_seed(bench, seed, chosen, languages.split(","))
    write_table(bench.rows, limit, table)
    msg.good(f"Table in {table}")


if __name__ == "__main__":
    typer.run(main)
