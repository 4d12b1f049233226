"""Calibration within a language and from the source language, from one command.

    python bench/calibration.py --data DIR --pipelines bench/work/2000/seed-1

DIR holds the corpora of bench/accuracy.py, and the pipelines are those that it has trained:
`direct/model-last` for English, `three_teachers/all/model-last` for the others. For each
language the maps are fitted on its own dev part, and again on the English dev part (transfer),
and both are measured on its test part. A third fit, on a random half of dev and test and
measured on the other half, tells what is due to the parts being different texts. Bulgarian has
only one labelled part, which is split into halves. The scores of tokens are kept in the work
folder, so that a second run takes seconds.
"""

from pathlib import Path

import numpy as np
import spacy
import torch
import typer
from rows import Rows
from tables import markdown, write_between
from wasabi import msg

from spacy_concner.calibration.fit import FittedCalibration, Method, fit_calibration
from spacy_concner.calibration.measure import (
    Predictions,
    collect_predictions,
    measure_predictions,
)
from spacy_concner.corpora.convert import convert
from spacy_concner.corpora.reader import create_corpus

ROOT = Path(__file__).parents[1]
SOURCE = "en"
LANGUAGES = ("en", "de", "pt", "bg", "hu")
TYPES = ("PER", "LOC", "ORG")
FILES = {
    **{
        f"{lang}-{part}": f"wikiann/{lang}/{part}.tsv"
        for lang in LANGUAGES[:3]
        for part in ("dev", "test")
    },
    "bg-dev": "wikiann/bg/dev.tsv",
    "hu-dev": "nerkor_hu_wikipedia/dev.tsv",
    "hu-test": "nerkor_hu_wikipedia/test.tsv",
}


def predict(
    data: Path, work: Path, language: str, pipeline: Path, name: str, limit: int
) -> Predictions:
    """Give what a pipeline makes of a corpus, from the work folder if it is there.

    data (Path): Folder with the corpora.
    work (Path): Work folder.
    language (str): Language of the pipeline.
    pipeline (Path): The pipeline.
    name (str): Corpus, of `FILES`.
    limit (int): Sentences to take.
    RETURNS (Predictions): Scores and gold annotation.
    """
    corpus = work / "corpora" / f"{name}.spacy"
    if not corpus.exists():
        convert(str(data / FILES[name]), corpus, labels=TYPES, limit=limit)
    kept = work / "predictions" / f"{language}.{name}.npz"
    if not kept.exists():
        msg.info(f"{pipeline} on {name}")
        nlp = spacy.load(pipeline)
        predictions = collect_predictions(nlp, create_corpus(corpus)(nlp))
        kept.parent.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_name("unfinished.npz")
        predictions.save(unfinished)
        unfinished.replace(kept)
    return Predictions.load(kept)


def join(dev: Predictions, test: Predictions) -> Predictions:
    """Mix the parts of a corpus, to tell what calibration loses from how they differ."""
    names = ("logits", "lengths", "tags", "correct", "languages")
    arrays = [np.concatenate([getattr(dev, name), getattr(test, name)]) for name in names]
    return Predictions(dev.labels, *arrays)


def make_rows(
    language: str, calibrated_on: str, found: FittedCalibration, test: Predictions
) -> list[dict]:
    """Measure a calibration on a test set: a row for each level."""
    before = measure_predictions(test).levels
    after = measure_predictions(test, found.calibration).levels
    return [
        {
            "language": language,
            "level": level,
            "calibrated_on": calibrated_on,
            "ece_before": before[level].ece,
            "ece_after": after[level].ece,
            "brier_before": before[level].brier,
            "brier_after": after[level].brier,
            "n": after[level].n,
            "method": found.method,
            "temperature": found.temperature,
            "entity_map": found.entity_map,
            "n_sentences": len(test.lengths),
        }
        for level in ("token", "entity")
    ]


def table(rows: Rows) -> list[str]:
    """Show the rows, entities before tokens.

    rows (Rows): The figures.
    RETURNS (list[str]): Lines of Markdown.
    """
    lines = []
    for row in sorted(rows.read(), key=lambda row: row["level"]):
        on = row["calibrated_on"]
        name = "a random half of dev and test"
        if on in LANGUAGES:
            name = "its own dev" if on == row["language"] else "English dev (transfer)"
        figures = ("ece_before", "ece_after", "brier_before", "brier_after")
        cells = [f"{row[figure]:.3f}" for figure in figures]
        lines.append([row["language"], row["level"], name, str(row["n"]), *cells])
    header = ["language", "level", "calibrated on", "n", "ECE before", "after"]
    return markdown([*header, "Brier before", "after"], lines)


def main(
    data: Path = typer.Option(..., help="Folder with the corpora"),
    pipelines: Path = typer.Option(..., help="Folder of a seed of bench/accuracy.py"),
    pipeline: list[str] = typer.Option([], help="Another pipeline for a language: LANGUAGE=PATH"),
    work: Path = typer.Option(Path("bench/work/calibration"), help="Folder for what is kept"),
    results: Path = typer.Option(ROOT / "bench/results/calibration.jsonl", help="Rows"),
    page: Path = typer.Option(ROOT / "docs/calibration.md", help="Page for the table"),
    limit: int = typer.Option(2000, help="Sentences of each corpus"),
    method: str = typer.Option("auto", help="temperature, vector or auto"),
) -> None:
    """Run the calibration bench and write its table."""
    torch.set_num_threads(1)
    paths = dict.fromkeys(LANGUAGES[1:], pipelines / "three_teachers/all/model-last")
    paths[SOURCE] = pipelines / "direct" / "model-last"
    paths |= {name: Path(path) for name, _, path in (entry.partition("=") for entry in pipeline)}
    chosen: Method = method  # type: ignore[assignment]
    rows: list[dict] = []
    for language in LANGUAGES:

        def on(name: str, language: str = language) -> Predictions:
            return predict(data, work, language, paths[language], name, limit)

        dev = on(f"{language}-dev")
        if f"{language}-test" in FILES:
            test = on(f"{language}-test")
        else:
            even = np.arange(len(dev.lengths)) % 2 == 0
            dev, test = dev.split(even), dev.split(~even)
        rows += make_rows(language, language, fit_calibration(dev, chosen), test)
        if f"{language}-test" in FILES:
            mixed = join(dev, test)
            half = np.random.default_rng(0).random(len(mixed.lengths)) < 0.5
            found = fit_calibration(mixed.split(half), chosen)
            rows += make_rows(
                language, f"{language} (dev and test mixed)", found, mixed.split(~half)
            )
        if language != SOURCE:
            source = on(f"{SOURCE}-dev")
            rows += make_rows(language, SOURCE, fit_calibration(source, chosen), test)
    figures = Rows(results, limit=limit)
    figures.write(rows)
    write_between(page, "calibration", "calibration", table(figures))
    msg.good(f"{len(rows)} rows in {results}, table in {page}")


if __name__ == "__main__":
    typer.run(main)
