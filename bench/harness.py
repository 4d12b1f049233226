"""What the benches share: where they read and write, and steps that are not run twice."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rows import Rows
from wasabi import msg

from spacy_concner.corpora.convert import convert
from spacy_concner.encoding.encoder import make_encoder

ROOT = Path(__file__).parents[1]
CONFIGS = ROOT / "configs"
SOURCE = "en"
LANGUAGES = ("bg", "de", "hu", "pt")
# Languages with labelled text to train teachers on; a target never has itself as a source.
SOURCES = ("en", "de", "pt", "bg")
TYPES = ("PER", "LOC", "ORG")
TESTS = {
    "en": "wikiann/en/test.tsv",
    "de": "wikiann/de/test.tsv",
    "pt": "wikiann/pt/test.tsv",
    # The labelled part of Bulgarian that serves for nothing else.
    "bg": "wikiann/bg/dev.tsv",
    "hu": "nerkor_hu_wikipedia/test.tsv",
}
QUICK_SENTENCES = 2000
RAW_SENTENCES = 2000
SOURCE_SENTENCES = 1000
DEV_SENTENCES = 1000


@dataclass
class Bench:
    """Where a bench reads and writes.

    data: Folder with the corpora.
    work: Folder for all that the bench makes.
    results: File of results.
    limit: Test sentences a language; 0 for all.
    gpu_id: GPU, or -1.
    libraries: Versions of packages that rows depend on beside those of all benches.
    """

    data: Path
    work: Path
    results: Path
    limit: int
    gpu_id: int = -1
    libraries: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> Rows:
        """The rows so far."""
        return Rows(self.results, self.gpu_id, limit=self.limit, **self.libraries)

    def corpus(self, name: str) -> Path:
        """Give the path of a converted corpus."""
        return self.work / "corpora" / f"{name}.spacy"

    def run(self, name: str, command: Sequence[object], done: Path) -> float:
        """Run a verb of spaCy's unless it has ended well before.

        name (str): Name of the log file.
        command (Sequence[object]): Arguments after `python -m spacy`.
        done (Path): File in which the seconds are noted once the command has ended well.
        RETURNS (float): Seconds.
        """
        if done.exists():
            return float(done.read_text())
        log = self.work / "logs" / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        arguments = [str(part) for part in command]
        msg.info(f"{name}: {' '.join(arguments[:3])} … (log: {log})")
        start = time.perf_counter()
        with log.open("w", encoding="utf8") as stream:
            subprocess.run(
                [sys.executable, "-m", "spacy", *arguments],
                check=True,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
        seconds = time.perf_counter() - start
        done.parent.mkdir(parents=True, exist_ok=True)
        done.write_text(f"{seconds:.1f}")
        return seconds

    def train(
        self,
        config: str,
        output: Path,
        corpus: Path,
        seed: int,
        settings: Mapping[str, object] | None = None,
    ) -> float:
        """Train a pipeline by `spacy train` with one of the project's configs.

        config (str): Name of the config.
        output (Path): Folder for `model-last`.
        corpus (Path): Training corpus.
        seed (int): Seed.
        settings (Mapping[str, object]): Overrides of the config.
        RETURNS (float): Seconds.
        """
        overrides = {
            "paths.train": corpus,
            "paths.dev": self.corpus("en-dev"),
            "paths.encoder": self.work / "encoder",
            "paths.metrics": output / "metrics.jsonl",
            "system.seed": seed,
            **(settings or {}),
        }
        command: list[object] = ["train", CONFIGS / f"{config}.cfg", "--output", output]
        command += ["--gpu-id", self.gpu_id]
        for name, value in overrides.items():
            command += [f"--{name}", "null" if value is None else value]
        name = "-".join(output.relative_to(self.work).parts)
        return self.run(f"train-{name}", command, output / "seconds")


def prepare(bench: Bench, seeds: Sequence[int], encoder: str) -> None:
    """Convert the corpora, translate the source samples and make the encoder.

    bench (Bench): The bench.
    seeds (Sequence[int]): Seeds of the source samples.
    encoder (str): Source of the encoder, as `spacy concner encoder` takes it.
    """
    wikiann, nerkor = bench.data / "wikiann", bench.data / "nerkor_hu_wikipedia"

    def make(name: str, source: Path, **settings: Any) -> None:
        output = bench.corpus(name)
        if not output.exists():
            convert(str(source), output, labels=TYPES, **settings)

    make("en-dev", wikiann / "en" / "dev.tsv", limit=300)
    for language in ("de", "pt"):
        make(f"dev-{language}", wikiann / language / "dev.tsv", limit=DEV_SENTENCES)
    for language, file in TESTS.items():
        make(f"test-{language}", bench.data / file, limit=bench.limit or None)
    for language in LANGUAGES:
        folder = nerkor if language == "hu" else wikiann / language
        make(f"raw-{language}", folder / "train.tsv", limit=RAW_SENTENCES, unlabelled=True)
    for seed in seeds:
        for language in SOURCES:
            path = wikiann / language / "train.tsv"
            make(f"{language}-seed{seed}", path, sample=SOURCE_SENTENCES, seed=seed)
        translated = bench.corpus(f"en-pt-seed{seed}")
        bench.run(
            f"translate-seed{seed}",
            ["concner", "translate", bench.corpus(f"en-seed{seed}"), translated]
            + ["--engine", "bergamot", "--source", "en", "--target", "pt"],
            translated.with_suffix(".seconds"),
        )
    folder = bench.work / "encoder"
    if not (folder / "config.json").exists():
        corpora = sorted((bench.work / "corpora").glob("*.spacy"))
        make_encoder(encoder, folder, keep_from=corpora)
