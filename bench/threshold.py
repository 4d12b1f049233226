"""From which probability on an entity is kept: F1 on development sets, over seeds.

    python bench/threshold.py --data DIR --seeds 1,2,3,4,5

DIR is that of `bench/accuracy.py`. Direct transfer of each seed reads the development sets of
German and Portuguese, which choices are made on, and news and Wikipedia with gold labels (PUD) in
both. An entity has the exact probability that the pipeline gives it; differences to keeping all
come with intervals over sentences. Entities beyond the best sequence of tags that are likelier
than not are counted, too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import spacy
import typer
from accuracy import Runner, entities
from harness import QUICK_SENTENCES, ROOT, Bench, prepare
from rows import Rows, made_with
from small import DEVELOPMENT, prepare_unlike
from tables import cell, markdown, paired_difference, rates, show_difference, write_between
from wasabi import msg

from spacy_concner.corpora.reader import read_docs
from spacy_concner.pipelines import annotate_docs, predict_docs
from spacy_concner.tagging.decoding import find_entities
from spacy_concner.tagging.entity_probability import FoundEntities, score_entities
from spacy_concner.tagging.labels import TagColumns

# In percent: whole numbers are found again in rows.
THRESHOLDS = (0, 30, 40, 50, 60, 70)
HALF = 0.5
TEXTS = ("dev", "pud")
BATCH_DOCS = 64
# Tokens of a candidate beyond the best sequence at most.
LONGEST = 10


@dataclass(frozen=True)
class Judged:
    """What a pipeline finds in one text.

    counts: By threshold `(n_sentences, 3)` int64 true positives, false positives and false
        negatives, spans and types exact.
    likely: Entities that are likelier than not.
    missed: Those of them that the best sequence of tags has not.
    """

    counts: dict[int, np.ndarray]
    likely: int
    missed: int


def judge(pipeline: Path, corpus: Path, n_sentences: int) -> Judged:
    """Run a pipeline on a corpus once, and count at each threshold."""
    nlp = spacy.load(pipeline, config={"components.concner.threshold": 0.0})
    gold = list(read_docs(corpus, nlp, n_sentences))
    counts = {threshold: np.zeros((len(gold), 3), dtype=int) for threshold in THRESHOLDS}
    expected = [entities(doc) for doc in gold]
    for table in counts.values():
        table[:, 2] = list(map(len, expected))
    for number, doc in annotate_docs(nlp, gold, BATCH_DOCS):
        for entity in doc.ents:
            is_right = (entity.start, entity.end, entity.label_) in expected[number]
            for threshold, table in counts.items():
                if 100 * entity._.concner_score >= threshold:
                    table[number] += [is_right, not is_right, -is_right]
    likely, missed = count_beyond(nlp, gold)
    return Judged(counts, likely, missed)


def count_beyond(nlp: spacy.Language, docs: Sequence) -> tuple[int, int]:
    """Count entities likelier than not, and those that the best sequences of tags have not."""
    recogniser: Any = nlp.get_pipe("concner")
    labels, adjacency = list(recogniser.labels), recogniser.adjacency
    n_types = len(TagColumns.of(labels).types)
    likely = missed = 0
    for _, logits in predict_docs(nlp, "concner", docs, BATCH_DOCS):
        n = len(logits)
        spans = [(s, e) for s in range(n) for e in range(s + 1, min(n, s + LONGEST) + 1)]
        starts, ends = (np.repeat(column, n_types) for column in np.array(spans).T)
        types = np.tile(np.arange(n_types), len(spans))
        every = FoundEntities(np.zeros(len(types), dtype="i8"), starts, ends, types)
        keep = score_entities(logits, [n], labels, every, adjacency=adjacency) > HALF
        best = find_entities(logits, [n], labels, adjacency)
        found = set(zip(best.starts.tolist(), best.ends.tolist(), best.types.tolist(), strict=True))
        those = zip(starts[keep].tolist(), ends[keep].tolist(), types[keep].tolist(), strict=True)
        likely += int(keep.sum())
        missed += sum(entity not in found for entity in those)
    return likely, missed


def run(bench: Bench, seeds: Sequence[int], work: Path) -> None:
    """Train and score what is not done, and compare each threshold with none."""
    saved: dict[tuple[str, str], list[Path]] = {}
    for seed in seeds:
        pipeline = Runner(bench, seed).teacher("direct")
        for text in TEXTS:
            for language in DEVELOPMENT:
                row = {"seed": seed, "text": text, "language": language}
                path = work / f"{seed}-{text}-{language}.npz"
                saved.setdefault((text, language), []).append(path)
                if bench.rows.find(**row) and path.exists():
                    continue
                corpus = bench.corpus(f"{text}-{language}")
                found = judge(pipeline, corpus, QUICK_SENTENCES)
                path.parent.mkdir(parents=True, exist_ok=True)
                np.savez(path, **{str(key): table for key, table in found.counts.items()})
                for threshold, table in found.counts.items():
                    scores = rates(table.sum(axis=0))
                    bench.rows.add({**row, "threshold": threshold, **scores})
                bench.rows.add({**row, "likely": found.likely, "missed": found.missed})
                msg.good(f"seed {seed}, {text} {language}")
    for (text, language), paths in saved.items():
        tables = [dict(np.load(path)) for path in paths]
        for threshold in THRESHOLDS[1:]:
            key = {"compared": threshold, "text": text, "language": language}
            if bench.rows.find(**key, seeds=len(seeds)):
                continue
            ours, theirs = ([table[str(t)] for table in tables] for t in (threshold, 0))
            found = asdict(paired_difference(ours, theirs))
            bench.rows.add({**key, "seeds": len(seeds), **found})


def threshold_table(rows: Rows, seeds: Sequence[int]) -> Iterator[str]:
    """Show F1 by threshold, and the differences to keeping all."""
    places = [(text, language) for text in TEXTS for language in DEVELOPMENT]
    lines = []
    for threshold in THRESHOLDS:
        cells = []
        for text, language in places:
            key = {"text": text, "language": language}
            found = [rows.find(**key, seed=seed, threshold=threshold) for seed in seeds]
            shown = cell([row["f1"] for row in found if row])
            compared = rows.find(**key, compared=threshold, seeds=len(seeds))
            cells.append(f"{shown}; {show_difference(compared)}" if compared else shown)
        lines.append([f"{threshold / 100:.1f}" if threshold else "all", *cells])
    yield from markdown(["from", *(f"{language} {text}" for text, language in places)], lines)
    counted = [row for row in rows.read() if "likely" in row]
    if counted:
        likely, missed = (sum(row[key] for row in counted) for key in ("likely", "missed"))
        n_missed = mean([row["missed"] / max(1, row["likely"]) for row in counted])
        yield ""
        yield (
            f"Of {likely:,} entities likelier than not the best sequences of tags lack {missed:,} "
            f"({100 * n_missed:.2f} % on the mean). Seeds {sorted(seeds)}; "
            f"{made_with(rows.provenance)}."
        )


def main(
    data: Path = typer.Option(..., help="Folder with the corpora"),
    work: Path = typer.Option(Path("bench/work"), help="Folder for what the bench makes"),
    results: Path = typer.Option(ROOT / "bench/results/threshold.jsonl", help="Scores"),
    page: Path = typer.Option(ROOT / "docs/calibration.md", help="Page for the table"),
    seeds: str = typer.Option("1,2,3,4,5", help="Seeds"),
    encoder: str = typer.Option("multilingual-e5-small-q4", help="Encoder to start from"),
) -> None:
    """Run the bench and write its table."""
    bench = Bench(data, work / f"{QUICK_SENTENCES}", results, QUICK_SENTENCES)
    numbers = [int(seed) for seed in seeds.split(",")]
    prepare(bench, numbers, encoder)
    prepare_unlike(bench)
    run(bench, numbers, work / "threshold")
    lines = list(threshold_table(bench.rows, numbers))
    write_between(page, "threshold", "thresholds", lines)
    msg.good(f"Table in {page}")


if __name__ == "__main__":
    typer.run(main)
