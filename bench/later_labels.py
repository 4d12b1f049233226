"""Labels that are added later: what a pipeline forgets of those that it knew.

A pipeline knows people and organisations of English. New text has places labelled and nothing
else. The pipeline is trained on that (plain), or teaches beside a pipeline that knows places alone,
and a student that starts from it learns from both (taught). All are scored on English and on a
language without labels.

    python bench/later_labels.py --data DATA --work FOLDER
"""

from collections.abc import Sequence
from pathlib import Path

import spacy
import typer
from harness import ROOT, Bench
from rows import Rows
from tables import cell, markdown, write_between
from thinc.api import Config

from spacy_concner.corpora.convert import convert
from spacy_concner.corpora.reader import read_docs
from spacy_concner.encoding.encoder import make_encoder
from spacy_concner.teaching.label import label
from spacy_concner.teaching.rounds import settings_for
from spacy_concner.teaching.voting import Voting

OLD, NEW = ("PER", "ORG"), ("LOC",)
WAYS = {
    "old": "the pipeline before",
    "plain": "trained further on the new text",
    "taught": "student of the old and a new one",
}
LANGUAGES = ("en", "de")


def prepare(bench: Bench, seed: int, encoder: str, sizes: Sequence[int]) -> None:
    """Convert the corpora; the sizes are of old, new and raw text."""
    n_old, n_new, n_raw = sizes

    def make(name: str, file: str, **settings: object) -> None:
        if not bench.corpus(name).exists():
            convert(str(bench.data / "wikiann" / file), bench.corpus(name), **settings)  # type: ignore[arg-type]

    make("en-dev", "en/dev.tsv", limit=100)
    for language in LANGUAGES:
        make(f"test-{language}", f"{language}/test.tsv", limit=bench.limit or None)
        make(f"raw-{language}", f"{language}/train.tsv", limit=n_raw, unlabelled=True)
    make(f"old-seed{seed}", "en/train.tsv", sample=n_old, seed=seed, labels=OLD)
    # Another sample: most of its sentences are not among those before.
    make(f"new-seed{seed}", "en/train.tsv", sample=n_new, seed=1000 + seed, labels=NEW)
    if not (bench.work / "encoder" / "config.json").exists():
        corpora = sorted((bench.work / "corpora").glob("*.spacy"))
        make_encoder(encoder, bench.work / "encoder", keep_from=corpora)


def make_pipelines(bench: Bench, seed: int, steps: Sequence[int]) -> dict[str, Path]:
    """Train the pipelines of a seed; the steps are those of old, new and student."""
    folder = bench.work / f"seed{seed}"
    made = {name: folder / name / "model-last" for name in ("old", "places", "plain", "taught")}
    old, new, student = map(settings_for, steps)
    new_text = bench.corpus(f"new-seed{seed}")
    from_old = {"paths.start_from": made["old"]}
    bench.train("direct", folder / "old", bench.corpus(f"old-seed{seed}"), seed, old)
    # What the encoder has learned is worth as much for places.
    only_encoder = {"initialize.after_init.components": '["transformer"]'}
    bench.train("direct", folder / "places", new_text, seed, {**new, **from_old, **only_encoder})
    bench.train(
        str(_with_all_labels(folder)), folder / "plain", new_text, seed, {**new, **from_old}
    )
    for language in LANGUAGES:
        label(
            bench.corpus(f"raw-{language}"),
            folder / "soft" / language,
            {"old": made["old"], "places": made["places"]},
            voting=Voting(join_labels=True),
        )
    bench.train("student", folder / "taught", folder / "soft", seed, {**student, **from_old})
    return made


def _with_all_labels(folder: Path) -> Path:
    """Write the teachers' config for a text that lacks some of the labels; without suffix."""
    config = Config().from_disk(ROOT / "configs" / "direct.cfg", interpolate=False)
    config["initialize"]["components"]["concner"] = {"labels": [*OLD, *NEW]}
    folder.mkdir(parents=True, exist_ok=True)
    config.to_disk(folder / "plain.cfg")
    return folder / "plain"


def score(bench: Bench, path: Path) -> dict[str, dict[str, float]]:
    """Give F1 of the old types together and the new ones, by language."""
    nlp = spacy.load(path)
    found = {}
    for language in LANGUAGES:
        gold = list(read_docs(bench.corpus(f"test-{language}"), nlp.vocab))
        blanks = [spacy.tokens.Doc(nlp.vocab, words=[t.text for t in doc]) for doc in gold]
        counts = {name: [0, 0, 0] for name in ("old", "new")}
        for predicted, doc in zip(nlp.pipe(blanks), gold, strict=True):
            for name, types in (("old", OLD), ("new", NEW)):
                ours, theirs = (
                    {(e.start, e.end, e.label_) for e in each.ents if e.label_ in types}
                    for each in (predicted, doc)
                )
                for i, number in enumerate((len(ours & theirs), len(ours), len(theirs))):
                    counts[name][i] += number
        found[language] = {
            name: 200 * right / max(guessed + true, 1)
            for name, (right, guessed, true) in counts.items()
        }
    return found


def table(rows: Rows) -> list[str]:
    """Give the lines of the table: F1 of old and new types."""
    columns = [(language, name) for name in ("old", "new") for language in LANGUAGES]
    lines = []
    for way, said in WAYS.items():
        own = [row for row in rows.read() if row["way"] == way]
        values = [
            cell([row[name] for row in own if row["language"] == language])
            for language, name in columns
        ]
        lines.append([said, *values])
    header = ["", *(f"{name} types, {language}" for language, name in columns)]
    return markdown(header, lines)


def main(
    data: Path = typer.Option(..., help="Folder with wikiann/LANG/PART.tsv"),
    work: Path = typer.Option(..., help="Folder for all that is made"),
    seeds: str = typer.Option("1", help="Seeds"),
    encoder: str = typer.Option("multilingual-e5-small-q4", help="Encoder"),
    sizes: str = typer.Option("600 200 1000", help="Sentences of old, new and raw text"),
    steps: str = typer.Option("110 50 220", help="Steps of the old, the new ones, the student"),
    limit: int = typer.Option(400, help="Test sentences a language"),
    results: Path = typer.Option(ROOT / "bench/results/later_labels.jsonl", help="Figures"),
    page: Path = typer.Option(ROOT / "docs/recipes/more_labels.md", help="Page for the table"),
) -> None:
    """Measure what is forgotten of old labels when new ones come."""
    bench = Bench(data.resolve(), work.resolve(), results, limit)
    for seed in map(int, seeds.split()):
        prepare(bench, seed, encoder, [int(size) for size in sizes.split()])
        made = make_pipelines(bench, seed, [int(number) for number in steps.split()])
        for way in WAYS:
            for language, scores in score(bench, made[way]).items():
                row = {"seed": seed, "way": way, "language": language}
                print({**row, **scores}, flush=True)
                bench.rows.put({**row, **scores}, *row)
    lines = table(bench.rows)
    print("\n".join(lines))
    write_between(page, "later_labels", "later-labels", lines)


if __name__ == "__main__":
    typer.run(main)
