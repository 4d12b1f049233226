"""Our pipelines beside what one would take instead, on the same sentences.

    python bench/peers.py --data DIR --encoder DIR --pipeline base=FOLDER --pipeline small=FOLDER

DIR is that of `bench/accuracy.py`; encoder and pipelines are those that `bench/small.py` makes of
a seed. spaCy's own `ner` on the encoder and SpanMarker learn from the same 1,000 English sentences,
spaCy's `ner` on `tok2vec` from what the base says of raw text. All read the same texts, raw, and
are judged by characters. GLiNER's weights are no part of its package: `--gliner` names them. Each
row is there as soon as it is known, and what has a row is not done again. Trainings take many
minutes: `--parts train,score` does them apart from what is timed, `--parts cost`.
"""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import spacy
import srsly
import typer
from harness import SOURCE, SOURCE_SENTENCES, TESTS, TYPES, Bench
from lean import make_lean_site
from peers_tables import COSTS, NO_WEIGHTS, OTHERS, PEERS, cost_table, draw_peers, score_table
from peers_training import tok2vec_config, train_span_marker, transformer_config
from peers_worker import Found
from spacy.util import load_config
from speed import REST, ROOT, Worker, lean_script
from tables import write_between
from wasabi import msg

from spacy_concner.calibration.measure import expected_calibration_error
from spacy_concner.corpora.convert import convert
from spacy_concner.corpora.reader import read_docs
from spacy_concner.scoring.bootstrap import bootstrap_interval, f_score
from spacy_concner.shipping.comparison import folder_size

WORKER = ROOT / "bench" / "peers_worker.py"
PARTS = ("train", "score", "cost")
QUICK_SENTENCES, QUICK_STEPS = 40, 2
# What reads a share of the texts when it is timed, for it is slow.
EVERY = {"span_marker": 10}


@dataclass
class Comparison:
    """Trains and measures peers, each figure once.

    bench: Where it reads and writes.
    encoder: Encoder folder.
    given: Pipelines that are not trained here, by name; of GLiNER the name of its weights.
    languages: Languages that are read; the first is timed.
    seed: Seed of the English sentences and the trainings.
    transformer_steps: Steps of `ner` on the encoder.
    tok2vec_steps: Steps of `ner` on `tok2vec`.
    span_marker_steps: Steps of SpanMarker, if they fit into its time.
    span_marker_minutes: Minutes of a core for it.
    runs: Turns of what is timed.
    raw_sentences: Raw sentences that base labels; 0 for all.
    """

    bench: Bench
    encoder: Path
    given: dict[str, str]
    languages: Sequence[str]
    seed: int
    transformer_steps: int
    tok2vec_steps: int
    span_marker_steps: int
    span_marker_minutes: float
    runs: int
    raw_sentences: int

    def prepare(self) -> None:
        """Convert the corpora that are not there yet."""
        wikiann = self.bench.data / "wikiann"

        def make(name: str, source: Path, **settings: Any) -> None:
            if not self.bench.corpus(name).exists():
                convert(str(source), self.bench.corpus(name), labels=TYPES, **settings)

        train = wikiann / SOURCE / "train.tsv"
        make(f"{SOURCE}-seed{self.seed}", train, sample=SOURCE_SENTENCES, seed=self.seed)
        make(f"{SOURCE}-dev", wikiann / SOURCE / "dev.tsv", limit=300)
        for language in self.languages:
            test = self.bench.data / TESTS[language]
            make(f"test-{language}", test, limit=self.bench.limit)
            raw, limit = test.with_name("train.tsv"), self.raw_sentences or None
            make(f"raw-{language}", raw, limit=limit, unlabelled=True)

    def model(self, name: str, language: str) -> str:
        """Give a peer's model, trained if it is not there yet."""
        if name in self.given:
            return self.given[name]
        output = self.bench.work / name
        if name == "spacy_transformer":
            corpus = self.bench.corpus(f"{SOURCE}-seed{self.seed}")
            config = transformer_config(self.encoder, self.transformer_steps)
            return str(self._train_spacy(name, output, config, corpus))
        if name == "spacy_tok2vec":
            output = output.with_name(f"{name}-{language}")
            config = tok2vec_config(self.tok2vec_steps)
            return str(self._train_spacy(name, output, config, self._silver(language)))
        if not output.exists():
            corpus = self.bench.corpus(f"{SOURCE}-seed{self.seed}")
            seconds, steps = 60 * self.span_marker_minutes, self.span_marker_steps
            made = train_span_marker(self.encoder, corpus, output, steps, seconds, self.seed)
            self._add_steps(name, made)
        return str(output)

    def _add_steps(self, name: str, steps: int) -> None:
        key: dict[str, object] = {"peer": name, "figure": "steps"}
        if not self.bench.rows.find(**key):
            self.bench.rows.add({**key, "value": steps})

    def _train_spacy(self, name: str, output: Path, config: Any, corpus: Path) -> Path:
        output.mkdir(parents=True, exist_ok=True)
        config.to_disk(output / "config.cfg")
        command: list[object] = ["train", output / "config.cfg", "--output", output]
        command += ["--paths.train", corpus, "--paths.dev", self.bench.corpus(f"{SOURCE}-dev")]
        command += ["--system.seed", self.seed, "--gpu-id", self.bench.gpu_id]
        self.bench.run(f"train-{output.name}", command, output / "seconds")
        model = output / "model-last"
        self._add_steps(name, load_config(model / "config.cfg")["training"]["max_steps"])
        return model

    def _silver(self, language: str) -> Path:
        output = self.bench.work / f"silver-{language}"
        command: list[object] = ["concner", "apply", self.given["base"]]
        command += [self.bench.corpus(f"raw-{language}"), output, "--processes", 1]
        done = output.with_suffix(".seconds")
        self.bench.run(f"silver-{language}", command, done)
        return output

    def texts(self, language: str) -> Path:
        """Give the file of the texts that are read."""
        path = self.bench.work / f"texts-{language}.json"
        docs = read_docs(self.bench.corpus(f"test-{language}"), spacy.blank("xx"))
        srsly.write_json(path, [doc.text for doc in docs])
        return path

    def site(self, name: str) -> Path:
        """Give the folder with the packages alone that a peer needs."""
        package = PEERS[name].package
        return make_lean_site(self.bench.work / "sites" / package, package=package)

    def start(self, name: str, language: str) -> Worker:
        """Start a process that has read its first text."""
        spec = {"kind": PEERS[name].kind, "model": self.model(name, language)}
        spec["texts"] = str(self.texts(language))
        threads = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        environment = {**os.environ, **dict.fromkeys(threads, "1"), "PYTHONWARNINGS": "ignore"}
        environment |= {"TOKENIZERS_PARALLELISM": "false"}
        environment.pop("PYTHONPATH", None)
        if spec["kind"] != "spacy":
            # `datasets`, by which SpanMarker reads text, fails where a script is run by another.
            return Worker([str(WORKER), json.dumps(spec)], environment)
        return Worker(lean_script(self.site(name), WORKER, json.dumps(spec)), environment)

    def score(self, name: str, language: str) -> None:
        """Let a peer read the test sentences, and keep its scores."""
        key: dict[str, object] = {"peer": name, "figure": "f1", "language": language}
        if self.bench.rows.find(**key):
            return
        worker = self.start(name, language)
        found = worker.ask(every=1)["found"]
        worker.close()
        docs = read_docs(self.bench.corpus(f"test-{language}"), spacy.blank("xx"))
        gold = [{(e.start_char, e.end_char, e.label_) for e in doc.ents} for doc in docs]
        self.bench.rows.add({**key, **judge(found, gold)})

    def costs(self, names: Sequence[str]) -> None:
        """Time the peers in turns, and keep what they take."""
        rows, language = self.bench.rows, self.languages[0]
        names = [n for n in names if not rows.find(peer=n, figure=next(iter(COSTS)))]
        docs = list(read_docs(self.bench.corpus(f"test-{language}"), spacy.blank("xx")))
        seconds: dict[str, list[float]] = {name: [] for name in names}
        starts: dict[str, list[float]] = {name: [] for name in names}
        memory: dict[str, float] = {}
        for number in range(self.runs + 1):
            for name in names:
                begin = time.perf_counter()
                worker = self.start(name, language)
                started = time.perf_counter() - begin
                time.sleep(REST)
                measured = worker.ask(every=EVERY.get(name, 1))
                worker.close()
                # The first turn warms up.
                if number:
                    starts[name].append(started)
                    seconds[name].append(measured["seconds"])
                    memory[name] = max(memory.get(name, 0.0), measured["mb"])
            msg.info(f"Turn {number} of {self.runs}")
        for name in names:
            words = sum(map(len, docs[:: EVERY.get(name, 1)]))
            model = self.model(name, language)
            found = {
                "words_per_second": words / median(seconds[name]),
                "cold_start_s": median(starts[name]),
                "peak_mb": memory[name],
                "model_mb": folder_size(Path(model)) / 1e6 if Path(model).exists() else None,
            }
            for figure, value in found.items():
                rows.add({"peer": name, "figure": figure, "value": value})

    def installed(self, name: str) -> None:
        """Keep the size of what is installed to run a peer."""
        key: dict[str, object] = {"peer": name, "figure": "installed_mb"}
        if not self.bench.rows.find(**key):
            self.bench.rows.add({**key, "value": linked_size(self.site(name)) / 1e6})


def judge(found: Sequence[Sequence[Found]], gold: Sequence[set[tuple]]) -> dict[str, float | None]:
    """Compare entities with gold ones, by characters and types.

    found (Sequence[Sequence[Found]]): Entities of each text.
    gold (Sequence[set[tuple]]): Offsets in characters and type of those of each text.
    RETURNS (dict[str, float | None]): F1 and its interval in percent, and the expected calibration
        error of the probabilities, None if there are none.
    """
    counts = np.zeros((len(gold), 3))
    probabilities, correct = [], []
    for number, (entities, expected) in enumerate(zip(found, gold, strict=True)):
        spans = {(start, end, label) for start, end, label, _ in entities}
        counts[number] = [len(spans & expected), len(spans - expected), len(expected - spans)]
        for start, end, label, probability in entities:
            if probability is not None:
                probabilities.append(probability)
                correct.append((start, end, label) in expected)
    low, high = bootstrap_interval(counts, f_score)
    return {
        "value": 100 * float(f_score(counts.sum(axis=0))),
        "low": 100 * low,
        "high": 100 * high,
        "ece": expected_calibration_error(probabilities, correct),
    }


def linked_size(folder: Path) -> int:
    """Give the bytes of all files in a folder, those that it links to included."""
    return sum(
        (Path(place) / file).stat().st_size
        for place, _, files in os.walk(folder, followlinks=True)
        for file in files
        if (Path(place) / file).exists()
    )


def is_installed(package: str) -> bool:
    """Tell whether a package is there."""
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def main(
    data: Path = typer.Option(..., help="Folder with the corpora"),
    encoder: Path = typer.Option(..., help="Encoder folder"),
    pipeline: list[str] = typer.Option(..., help="base=FOLDER and small=FOLDER"),
    gliner: str = typer.Option("", help="Folder of GLiNER's weights, or their name on the hub"),
    languages: str = typer.Option("de", help="Languages that are read; the first is timed"),
    work: Path = typer.Option(Path("bench/work/peers"), help="Folder for what the bench makes"),
    results: Path = typer.Option(ROOT / "bench/results/peers.jsonl", help="Rows"),
    page: Path = typer.Option(ROOT / "docs/alternatives.md", help="Page for the tables"),
    drawing: Path = typer.Option(ROOT / "docs/pictures/alternatives.svg", help="The picture"),
    limit: int = typer.Option(1000, min=1, help="Test sentences of each language"),
    seed: int = typer.Option(1, help="Seed"),
    runs: int = typer.Option(3, min=1, help="Turns of what is timed"),
    transformer_steps: int = typer.Option(1000, help="Steps of spaCy's `ner` on the encoder"),
    tok2vec_steps: int = typer.Option(3000, help="Steps of spaCy's `ner` on `tok2vec`"),
    span_marker_steps: int = typer.Option(1000, help="Steps of SpanMarker"),
    span_marker_minutes: float = typer.Option(15, help="Minutes of a core for SpanMarker"),
    peers: str = typer.Option(",".join(PEERS), help="Peers"),
    parts: str = typer.Option(",".join(PARTS), help="Parts of the bench"),
    quick: bool = typer.Option(False, help="Few sentences and steps: to see that it works"),
) -> None:
    """Run the bench and write its tables."""
    given = dict(entry.split("=", 1) for entry in pipeline)
    if missing := {"base", "small"} - given.keys():
        msg.fail(f"--pipeline takes NAME=FOLDER, and there is none for {missing}", exits=1)
    if gliner:
        given["gliner"] = gliner
    if quick:
        limit, transformer_steps, tok2vec_steps = QUICK_SENTENCES, QUICK_STEPS, QUICK_STEPS
        span_marker_steps, runs = 1, 1
        work, results, page = work / "quick", work / "quick" / "rows.jsonl", work / "quick.md"
        drawing = work / "quick.svg"
    libraries = {name: version(name) for name in OTHERS if is_installed(name)}
    bench = Bench(data, work, results, limit, libraries=libraries)
    comparison = Comparison(
        bench,
        encoder,
        given,
        languages.split(","),
        seed,
        transformer_steps,
        tok2vec_steps,
        span_marker_steps,
        span_marker_minutes,
        runs,
        200 if quick else 0,
    )
    comparison.prepare()
    chosen = []
    for name in peers.split(","):
        if not is_installed(PEERS[name].package):
            msg.warn(f"{PEERS[name].title} is left out: pip install {PEERS[name].package}")
            continue
        comparison.installed(name)
        if name == "gliner" and not gliner:
            key = {"peer": name, "figure": "missing"}
            if not bench.rows.find(**key):
                bench.rows.add({**key, "value": NO_WEIGHTS})
            continue
        chosen.append(name)
    for name in chosen:
        for language in comparison.languages:
            if "train" in parts:
                comparison.model(name, language)
            if "score" in parts:
                comparison.score(name, language)
    if "cost" in parts:
        comparison.costs(chosen)
    write_between(page, "peers", "scores", score_table(bench.rows))
    write_between(page, "peers", "costs", cost_table(bench.rows))
    draw_peers(bench.rows, drawing)
    msg.good(f"Tables in {page}, the picture in {drawing}")


if __name__ == "__main__":
    typer.run(main)
