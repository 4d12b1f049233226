"""What soft labels cost beside the encoders that make them, and whether memory stays flat.

    python bench/labelling.py --corpus RAW.spacy --teacher DIR --teacher DIR --teacher DIR

Times the transformers of the teachers alone over the sentences, in the batches that labelling
uses, then what `spacy concner label` does from loading the teachers to the last shard. Memory
is that of the process, read twice a second, after a warm-up of a quarter of the time.
"""

import os
import tempfile
import threading
import time
from itertools import islice
from pathlib import Path
from statistics import mean
from typing import Any

import typer
from harness import ROOT
from rows import Rows
from spacy.tokens import Doc
from spacy.vocab import Vocab
from tables import markdown, write_between
from wasabi import msg

from spacy_concner.corpora.reader import read_docs
from spacy_concner.corpora.segments import copy_tokens
from spacy_concner.teaching.label import label
from spacy_concner.teaching.teachers import load_teachers

BATCH = 64
SHARD = 1000


class Memory:
    """Notes the memory of this process in MB, twice a second."""

    def __enter__(self) -> "Memory":
        """Begin."""
        self.samples: list[float] = []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """End."""
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.5):
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            self.samples.append(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)


def encode(nlp: Any, docs: list[Doc]) -> None:
    """Run a teacher's transformer alone, like lengths together."""
    transformer = nlp.get_pipe("transformer")
    order = iter(sorted((doc for doc in docs if len(doc)), key=len))
    with nlp.memory_zone():
        while batch := [copy_tokens(doc, nlp.vocab) for doc in islice(order, BATCH)]:
            transformer.predict(batch)


def table(rows: Rows) -> list[str]:
    """Show the figures.

    rows (Rows): The figures.
    RETURNS (list[str]): Lines of Markdown.
    """
    lines = [
        [row["name"], f"{row['value']:,.{2 * (row['value'] < 10)}f}", row["unit"]]
        for row in rows.read()
    ]
    return markdown(["measure", "value", "unit"], lines)


def main(
    corpus: Path = typer.Option(..., help="Raw .spacy file"),
    teacher: list[str] = typer.Option(..., help="Pipelines with a transformer"),
    sentences: int = typer.Option(10000, help="Sentences to label"),
    results: Path = typer.Option(ROOT / "bench/results/labelling.jsonl", help="Figures"),
    page: Path = typer.Option(ROOT / "docs/accuracy.md", help="Page for the table"),
) -> None:
    """Measure labelling against the encoders alone."""
    docs = list(read_docs(corpus, Vocab(), sentences))
    words = sum(map(len, docs))
    teachers = load_teachers(teacher)
    start = time.perf_counter()
    for first in range(0, len(docs), SHARD):
        for each in teachers:
            encode(each.nlp, docs[first : first + SHARD])
    alone = time.perf_counter() - start
    del teachers
    msg.info(f"Encoders alone: {alone:.0f} s")
    with tempfile.TemporaryDirectory() as folder, Memory() as memory:
        start = time.perf_counter()
        result = label(corpus, Path(folder) / "soft", teacher, limit=sentences)
        labelling = time.perf_counter() - start
    n_docs = result.docs
    quarter = max(1, len(memory.samples) // 4)
    read = words * len(teacher)
    warm, last = memory.samples[quarter : 2 * quarter], memory.samples[-quarter:]
    rows: list[dict] = [
        {"name": "sentences", "value": n_docs, "unit": "sentences"},
        {"name": "encoders_alone", "value": read / alone, "unit": "words/s a teacher"},
        {"name": "labelling", "value": read / labelling, "unit": "words/s a teacher"},
        {"name": "labelling_vs_encoders", "value": labelling / alone, "unit": "ratio of seconds"},
        {"name": "memory_after_warm_up", "value": mean(warm), "unit": "MB"},
        {"name": "memory_last_quarter", "value": mean(last), "unit": "MB"},
    ]
    figures = Rows(results)
    figures.write(rows)
    write_between(page, "labelling", "labelling", table(figures))
    msg.good(f"Table in {page}")


if __name__ == "__main__":
    typer.run(main)
