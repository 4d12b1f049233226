"""What it is worth that entities right after another are less probable: F1 over seeds.

    python bench/adjacency.py --data DIR --seeds 1,2,3,4,5

DIR is that of `bench/accuracy.py`. Direct transfer of each seed reads the development sets of
German and Portuguese, which choices are made on, and news and Wikipedia with gold labels (PUD) in
both, with and without the factor that its own labelled sentences give. Entities likelier than not
are kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import typer
from accuracy import Runner, count_matches
from harness import QUICK_SENTENCES, ROOT, Bench, prepare
from rows import Rows, made_with
from small import DEVELOPMENT, prepare_unlike
from tables import cell, markdown, paired_difference, rates, show_difference, write_between
from wasabi import msg

TEXTS = ("dev", "pud")
LIKELY = 0.5


def run(bench: Bench, seeds: Sequence[int], work: Path) -> None:
    """Train and score what is not done, and compare with and without."""
    saved: dict[tuple[str, str], list[Path]] = {}
    for seed in seeds:
        runner = Runner(bench, seed)
        pipeline, learned = runner.teacher("direct"), runner.adjacency()
        for text in TEXTS:
            for language in DEVELOPMENT:
                row = {"seed": seed, "text": text, "language": language}
                path = work / f"{seed}-{text}-{language}.npz"
                saved.setdefault((text, language), []).append(path)
                if path.exists() and bench.rows.find(**row, factor=learned):
                    continue
                path.parent.mkdir(parents=True, exist_ok=True)
                corpus = bench.corpus(f"{text}-{language}")
                factors = {"without": None, "with": learned}
                counts = {
                    name: count_matches(pipeline, corpus, LIKELY, factor)
                    for name, factor in factors.items()
                }
                np.savez(path, **counts)
                for name, factor in factors.items():
                    scores = rates(counts[name].sum(axis=0))
                    bench.rows.add({**row, "factor": factor or 1.0, **scores})
                msg.good(f"seed {seed}, {text} {language}")
    for (text, language), paths in saved.items():
        key = {"compared": True, "text": text, "language": language, "seeds": len(seeds)}
        if not bench.rows.find(**key):
            tables = [dict(np.load(path)) for path in paths]
            ours, theirs = ([table[name] for table in tables] for name in ("with", "without"))
            bench.rows.add({**key, **asdict(paired_difference(ours, theirs))})


def adjacency_table(rows: Rows, seeds: Sequence[int]) -> Iterator[str]:
    """Show F1, precision and recall with and without, and differences with intervals."""
    lines = []
    found = [row for row in rows.read() if row.get("seed") in seeds]
    for text in TEXTS:
        for language in DEVELOPMENT:
            of = [r for r in found if (r["text"], r["language"]) == (text, language)]
            cells = []
            for is_with in (False, True):
                own = [row for row in of if (row["factor"] < 1) is is_with]
                cells += [cell([r[name] for r in own]) for name in ("precision", "recall", "f1")]
            key = {"compared": True, "text": text, "language": language, "seeds": len(seeds)}
            compared = rows.find(**key)
            shown = show_difference(compared) if compared else ""
            lines.append([f"{language} {text}", *cells, shown])
    measures = ("precision", "recall", "F1")
    header = ["text", *measures, *(f"{name} with it" for name in measures), "F1 gained"]
    factors = sorted({row["factor"] for row in found if row["factor"] < 1})
    yield from markdown(header, lines)
    yield ""
    yield (
        f"Factors {', '.join(f'{factor:.3f}' for factor in factors)}; seeds {sorted(seeds)}; "
        f"{made_with(rows.provenance)}."
    )


def main(
    data: Path = typer.Option(..., help="Folder with the corpora"),
    work: Path = typer.Option(Path("bench/work"), help="Folder for what the bench makes"),
    results: Path = typer.Option(ROOT / "bench/results/adjacency.jsonl", help="Scores"),
    page: Path = typer.Option(ROOT / "docs/calibration.md", help="Page for the table"),
    seeds: str = typer.Option("1,2,3,4,5", help="Seeds"),
    encoder: str = typer.Option("multilingual-e5-small-q4", help="Encoder to start from"),
) -> None:
    """Run the bench and write its table."""
    bench = Bench(data, work / f"{QUICK_SENTENCES}", results, QUICK_SENTENCES)
    numbers = [int(seed) for seed in seeds.split(",")]
    prepare(bench, numbers, encoder)
    prepare_unlike(bench)
    run(bench, numbers, work / "adjacency")
    write_between(page, "adjacency", "adjacency", list(adjacency_table(bench.rows, numbers)))
    msg.good(f"Table in {page}")


if __name__ == "__main__":
    typer.run(main)
