"""Pipelines on disturbed text, as `spacy concner report --robust` shows them.

    python bench/robust.py --data DIR --pipeline base=FOLDER --pipeline small=FOLDER

DIR is that of `bench/accuracy.py`. Every pipeline reads the first sentences of every test as they
are and under each perturbation.

    python bench/robust.py --data DIR --trainings

trains both sizes, with their raw text as it is and disturbed, and reads the development sets of
German and Portuguese with them, on which the choice between them is made. Each score has its row as
soon as it is there, and what has its rows is not run again.
"""

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import mean
from typing import Any

import typer
from accuracy import Runner
from harness import CONFIGS, QUICK_SENTENCES, ROOT, TESTS, TYPES, Bench, prepare
from methods import STUDENTS
from rows import Rows, made_with
from small import BASE, SHAPE_AMOUNT, SmallBench
from spacy.util import load_config
from tables import markdown, write_between
from thinc.api import Config
from wasabi import msg

from spacy_concner.corpora.convert import convert
from spacy_concner.pages.report.gather import gather_report
from spacy_concner.pages.report.robustness import CLEAN, robust_table
from spacy_concner.perturbations.standard import describe_standard, standard_perturbations

# Gold beside the silver of WikiAnn; Hungarian is gold by itself.
GOLD = {"de PUD": "uner_pud/German.tsv", "pt PUD": "uner_pud/Portuguese.tsv"}
CORPORA = {**TESTS, **GOLD}
DEVELOPMENT = {"de dev": "wikiann/de/dev.tsv", "pt dev": "wikiann/pt/dev.tsv"}
NAMES = "names, "
# Shares of the sentences that a student reads disturbed; {} for those of the augmenter.
BASE_TRAININGS: dict[str, dict[str, float] | None] = {"": None, ", disturbed text": {}}
SMALL_TRAININGS: dict[str, dict[str, float] | None] = {
    **BASE_TRAININGS,
    ", case of a tenth alone": {
        "lower": 0.04,
        "upper": 0.04,
        "title": 0.02,
        "diacritics": 0.0,
        "typos": 0.0,
    },
    ", case of a twentieth alone": {
        "lower": 0.02,
        "upper": 0.02,
        "title": 0.01,
        "diacritics": 0.0,
        "typos": 0.0,
    },
}
ENCODER = "multilingual-e5-small-q4"
# What makes a difference of F1 more than chance: an interval without 0.
MARK = "*"


def measure(rows: Rows, pipeline: str, folder: Path, corpus: str, path: Path, limit: int) -> None:
    """Run a pipeline on a corpus, as it is and disturbed, and save the rows."""
    language = corpus.partition(" ")[0]
    report = gather_report(
        {pipeline: str(folder)},
        {language: path},
        perturbations=standard_perturbations(),
        limit=limit,
        progress=False,
    )
    key = (pipeline, language)
    for found in robust_table([report.results[key]], [report.disturbed[key]]).rows:
        (figures,) = found.figures
        row: dict[str, Any] = {
            "pipeline": pipeline,
            "corpus": corpus,
            "perturbation": found.name,
            "changed": found.changed,
            "f1": 100 * (figures.f_score.value or 0.0),
            "ece": figures.ece,
            "overconfidence": figures.overconfidence,
        }
        if figures.change is not None:
            bounds = (figures.change.value or 0.0, figures.change.low, figures.change.high)
            values = (100 * value for value in bounds)
            row |= dict(zip(("difference", "low", "high"), values, strict=True))
        rows.add(row)


def read_as(config: str, shares: Mapping[str, float] | None) -> Config:
    """Give a config whose student reads its text with such shares of it disturbed; None for none.

    Its teacher has read the text as it is.
    """
    augmenter = {"@augmenters": "spacy-concner.noisy_words.v1", **(shares or {})}
    changed: dict[str, Any] = {
        "corpora": {"train": {"shuffle": True, "augmenter": None if shares is None else augmenter}},
        # Disturbed anew whenever it is read: a corpus is read once and kept otherwise.
        "training": {"max_epochs": -1},
    }
    return load_config(CONFIGS / f"{config}.cfg", interpolate=False).merge(changed)


def train(data: Path, work: Path, seed: int) -> Iterator[tuple[str, Path]]:
    """Give both sizes, trained on raw text as it is and disturbed."""
    bench = Bench(data, work / f"{QUICK_SENTENCES}", work / "small.jsonl", QUICK_SENTENCES)
    prepare(bench, [seed], ENCODER)
    both, runner, method = SmallBench(bench, seed), Runner(bench, seed), STUDENTS[BASE]
    start = {"paths.start_from": runner.teacher(str(method.start)), **method.settings}
    soft = runner.folder / "soft" / BASE
    for name, shares in BASE_TRAININGS.items():
        student = both.folder / f"student{slug(name)}"
        config = student.with_suffix(".cfg")
        read_as(method.config, shares).to_disk(config)
        bench.train(str(config.with_suffix("")), student, soft, seed, start)
        yield f"base{name}", both.ship(student / "model-last", f"base{slug(name)}")
    for name, shares in SMALL_TRAININGS.items():
        file = f"small{slug(name)}"
        yield f"small{name}", both.train(file, SHAPE_AMOUNT, read_as("small", shares))


def slug(name: str) -> str:
    """Give the end of a file's name that tells a training."""
    return name.replace(", ", "-").replace(" ", "-")


def perturbation_names() -> list[str]:
    """Give the names of the perturbations in order."""
    return [name for name, _, _ in describe_standard()]


def change_table(rows: Rows, pipeline: str) -> list[str]:
    """Show F1 of a pipeline on the tests, and by how much it changes under each perturbation."""
    found = by_place(rows, pipeline)
    corpora = [corpus for corpus in CORPORA if (CLEAN, corpus) in found]
    table = [["F1 as it is", *[f"{found[CLEAN, corpus]['f1']:.1f}" for corpus in corpora]]]
    for name in perturbation_names():
        cells = []
        for corpus in corpora:
            row = found.get((name, corpus))
            is_sure = row is not None and (row["low"] > 0 or row["high"] < 0)
            cells.append(f"{row['difference']:+.1f}{MARK if is_sure else ''}" if row else "")
        if any(cells):
            table.append([name, *cells])
    made = f"{made_with(rows.provenance)}; the first {rows.provenance['limit']} sentences each."
    return [*markdown([pipeline, *corpora], table), "", made]


def trust_table(rows: Rows) -> list[str]:
    """Show what becomes of probabilities: means over the tests that all pipelines have read."""
    pipelines = [name for name in pipelines_of(rows) if has_any(rows, name, [*CORPORA])]
    found = {pipeline: by_place(rows, pipeline) for pipeline in pipelines}
    corpora = [c for c in CORPORA if all((CLEAN, c) in found[name] for name in pipelines)]
    table = []
    for name in [CLEAN, *perturbation_names()]:
        cells = []
        for pipeline in pipelines:
            of = [found[pipeline][name, c] for c in corpora if (name, c) in found[pipeline]]
            if not of:
                continue
            ece = mean(row["ece"] or 0.0 for row in of)
            over = mean(row["overconfidence"] or 0.0 for row in of)
            cells += [f"{ece:.3f}", f"{over:+.3f}"]
        if cells:
            table.append([name, *cells])
    header = [f"{pipeline}: {what}" for pipeline in pipelines for what in ("ECE", "too sure by")]
    return markdown(["text", *header], table)


def training_table(rows: Rows) -> list[str]:
    """Show trainings on the development sets: F1 as it is, and means without other names."""
    table = []
    names = [name for name in perturbation_names() if not name.startswith(NAMES)]
    for pipeline in pipelines_of(rows):
        found = by_place(rows, pipeline)
        if not all((CLEAN, corpus) in found for corpus in DEVELOPMENT):
            continue
        cells = []
        for corpus in DEVELOPMENT:
            dirty = mean(found[name, corpus]["f1"] for name in names if (name, corpus) in found)
            cells += [f"{found[CLEAN, corpus]['f1']:.1f}", f"{dirty:.1f}"]
        table.append([pipeline, *cells])
    header = [f"{corpus}, {what}" for corpus in DEVELOPMENT for what in ("as it is", "disturbed")]
    return markdown(["training", *header], table)


def by_place(rows: Rows, pipeline: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Give the rows of a pipeline by perturbation and corpus."""
    found = (row for row in rows.read() if row["pipeline"] == pipeline)
    return {(row["perturbation"], row["corpus"]): row for row in found}


def pipelines_of(rows: Rows) -> list[str]:
    """Give the names of the pipelines that were run, in order."""
    return list(dict.fromkeys(row["pipeline"] for row in rows.read()))


def has_any(rows: Rows, pipeline: str, corpora: Sequence[str]) -> bool:
    """Tell whether a pipeline has been run on any of some corpora."""
    found = by_place(rows, pipeline)
    return any((CLEAN, corpus) in found for corpus in corpora)


def main(
    data: Path = typer.Option(..., help="Folder with the corpora"),
    pipeline: list[str] = typer.Option([], help="Pipeline to run: NAME=FOLDER"),
    work: Path = typer.Option(Path("bench/work/robust"), help="Folder for the converted corpora"),
    results: Path = typer.Option(ROOT / "bench/results/robust.jsonl", help="Rows"),
    page: Path = typer.Option(ROOT / "docs/robustness.md", help="Page for the tables"),
    limit: int = typer.Option(500, help="Sentences of each corpus"),
    trainings: bool = typer.Option(False, help="Train, and read development sets"),
    trained: Path = typer.Option(Path("bench/work"), help="Folder for what is trained"),
    seed: int = typer.Option(1, help="Seed of what is trained"),
) -> None:
    """Run the bench and write its tables."""
    libraries = {name: version(name) for name in ("augmenty", "faker")}
    rows = Rows(results, limit=limit, **libraries)
    corpora = DEVELOPMENT if trainings else CORPORA
    given = ((name, Path(path)) for name, _, path in (entry.partition("=") for entry in pipeline))
    for name, folder in train(data, trained, seed) if trainings else given:
        for corpus, file in corpora.items():
            if has_any(rows, name, [corpus]):
                continue
            path = work / f"{corpus.replace(' ', '-')}-{limit}.spacy"
            if not path.exists():
                convert(str(data / file), path, labels=TYPES, limit=limit)
            measure(rows, name, folder, corpus, path, limit)
            msg.good(f"{name}, {corpus}")
    for name in pipelines_of(rows):
        if has_any(rows, name, [*CORPORA]):
            write_between(page, "robust", name, change_table(rows, name))
    write_between(page, "robust", "trust", trust_table(rows))
    write_between(page, "robust", "training", training_table(rows))
    msg.good(f"Tables in {page}")


if __name__ == "__main__":
    typer.run(main)
