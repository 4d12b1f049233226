"""Speed, size, start and memory of a small pipeline beside its teacher and spaCy's own.

    python bench/small_speed.py --small SMALL --base SHIPPED --student STUDENT --test TEST.spacy

All that is compared runs side by side, in processes of their own that take turns; figures are
medians over the runs, ratios medians of the ratios of each run. Small, base and spaCy's `ner` in
the shape of its small packages have one core each, spacy-transformers both.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import spacy
import srsly
import typer
from lean import lean_command, make_lean_site
from rows import Rows, made_with
from spacy.tokens import DocBin
from speed import REST, ROOT, Worker, start_worker, wheel_size
from tables import markdown, write_between
from wasabi import msg

from spacy_concner.shipping.comparison import folder_size

SMALL, SMALL_BOTH, BASE = "small", "small_both_cores", "base"
TRANSFORMERS, STOCK = "spacy_transformers", "stock_sm"
THREADS = {SMALL: 1, SMALL_BOTH: 2, BASE: 1, TRANSFORMERS: 2, STOCK: 1}
BARS = {
    "small_vs_base_speed": ("words a second ÷ base, a core each", "≥ 8"),
    "small_vs_spacy_transformers": ("one core ÷ spacy-transformers on two", "≥ 40"),
    "small_vs_stock_sm": ("÷ spaCy's `ner` of small packages, a core each", "≥ 1.0"),
    "small_wheel_mb": ("wheel", "≤ 10"),
    "small_cold_start_s": ("import, load, first Doc", "≤ 1.0"),
    "small_decoding_share": ("share of decoding and writing entities into Docs", "≤ 0.1"),
    "small_peak_rss_mb": ("peak memory", "≤ 250"),
}
NAMES = {BASE: "small_vs_base_speed", TRANSFORMERS: "small_vs_spacy_transformers"}
NAMES |= {STOCK: "small_vs_stock_sm"}


@dataclass
class Place:
    """Where workers run: so many threads, and a folder with the run time's packages alone."""

    site: Path
    threads: int
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Set the threads, and that nothing is fetched."""
        names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        self.environment = {
            **os.environ,
            **dict.fromkeys(names, str(self.threads)),
            "TOKENIZERS_PARALLELISM": "false",
            "HF_HUB_OFFLINE": "1",
            "PYTHONWARNINGS": "ignore",
            "PYTHONPATH": str(ROOT),
        }


def measure(places: dict[str, Path], student: Path, work: Path, runs: int) -> dict[str, Any]:
    """Let all take turns; give seconds of each, and peak memory and decoding of the small one."""
    site = make_lean_site(work / "site")
    found: dict[str, Worker] = {}
    seconds: dict[str, list[float]] = {}
    memory, decoding = 0.0, []
    try:
        for name, threads in THREADS.items():
            kind = name if name in (TRANSFORMERS, STOCK) else "shipped"
            spec = {
                "pipeline": str(places.get(name, "")),
                "student": str(student),
                "texts": str(work / "texts.json"),
                "threads": threads,
                "work": str(work),
            }
            found[name] = start_worker(Place(site, threads), kind, spec)
        for number in range(runs + 1):
            for name, worker in found.items():
                time.sleep(REST)
                measured = worker.ask(texts="short")
                if not number:
                    continue
                seconds.setdefault(name, []).append(measured["seconds"])
                if name == SMALL:
                    memory = max(memory, measured["rss"])
                    decoding.append(measured["annotation_seconds"] / measured["seconds"])
            msg.info(f"Run {number} of {runs}")
    finally:
        for worker in found.values():
            worker.close()
    return {"seconds": seconds, "memory": memory, "decoding": median(decoding)}


def cold_starts(pipeline: Path, work: Path, text: str, runs: int) -> dict[str, float]:
    """Time processes that import spaCy, load a pipeline or make a blank one, and read one Doc."""
    loads = {
        "small_cold_start_s": f"spacy.load({str(pipeline)!r})",
        "cold_start_s_spacy_blank": "spacy.blank('xx')",
    }
    place = Place(work / "site", 1)
    environment = {k: v for k, v in place.environment.items() if k != "PYTHONPATH"}
    taken: dict[str, list[float]] = {name: [] for name in loads}
    for _ in range(runs + 1):
        for name, load in loads.items():
            begin = time.perf_counter()
            code = f"import spacy\nprint(len({load}({text!r}).ents))"
            command = [sys.executable, *lean_command(place.site, code)]
            subprocess.run(command, check=True, capture_output=True, env=environment)
            taken[name].append(time.perf_counter() - begin)
    return {name: median(seconds[1:]) for name, seconds in taken.items()}


def table(rows: Rows) -> list[str]:
    """Show the figures, those with a bar first."""
    values = {row["name"]: row["value"] for row in rows.read()}
    lines = [
        [f"{words} (`{name}`)", bar, f"{values[name]:.2f}"]
        for name, (words, bar) in BARS.items()
        if name in values
    ]
    others = [
        [f"`{name}`", f"{value:,.{0 if value > 100 else 2}f}"]
        for name, value in values.items()
        if name not in BARS
    ]
    made = f"{made_with(rows.provenance)}."
    head = markdown(["measure", "bar", "found"], lines)
    return [*head, "", *markdown(["figure", "value"], others), "", made]


def main(
    small: Path = typer.Option(..., help="Small pipeline"),
    base: Path = typer.Option(..., help="Shipped pipeline that taught it"),
    student: Path = typer.Option(..., help="The same before it was shipped"),
    test: Path = typer.Option(..., help="Labelled .spacy file, whose texts are read"),
    work: Path = typer.Option(Path("bench/work/small_speed"), help="Folder for the bench's files"),
    results: Path = typer.Option(ROOT / "bench/results/small_speed.jsonl", help="Rows"),
    page: Path = typer.Option(ROOT / "docs/small.md", help="Page for the table"),
    sentences: int = typer.Option(2000, help="Sentences that are read"),
    runs: int = typer.Option(5, min=1, help="Runs of each"),
) -> None:
    """Run the bench and write its table."""
    work.mkdir(parents=True, exist_ok=True)
    nlp = spacy.blank("xx")
    docs = [doc for doc in DocBin().from_disk(test).get_docs(nlp.vocab) if len(doc)][:sentences]
    texts = [doc.text for doc in docs]
    srsly.write_json(work / "texts.json", {"short": texts, "long": texts})
    words = sum(len(nlp.make_doc(text)) for text in texts)
    places = {SMALL: small, SMALL_BOTH: small, BASE: base}
    found = measure(places, student, work, runs)
    rows: dict[str, float] = {}
    for name, ratio in NAMES.items():
        pairs = zip(found["seconds"][name], found["seconds"][SMALL], strict=True)
        rows[ratio] = median(theirs / ours for theirs, ours in pairs)
    for name, taken in found["seconds"].items():
        rows[f"words_per_second_{name}"] = words / median(taken)
    bench: Any = Place(work / "site", 1)
    bench.work = work
    for name, folder in {**places, TRANSFORMERS: student}.items():
        rows[f"mb_{name}"] = folder_size(folder) / 1e6
    rows["small_wheel_mb"] = wheel_size(bench, small, "sm")
    rows |= cold_starts(small, work, texts[0], runs)
    rows["small_decoding_share"] = found["decoding"]
    rows["small_peak_rss_mb"] = found["memory"]
    Rows(results).write([{"name": name, "value": value} for name, value in rows.items()])
    print(json.dumps(rows, indent=2))
    write_between(page, "small_speed", "speed", table(Rows(results)))


if __name__ == "__main__":
    typer.run(main)
