"""Score the accuracy bench's recipes on sentences that no choice was made by.

    python bench/unseen.py --data DIR --work DIR

The recipe was changed when scores on the accuracy bench's test sentences were known, so that
its gain on them may flatter it. Here the same pipelines are scored on other sentences: those
after the first 2,000 in the files of the tests, for Hungarian the dev set of NerKor. WORK is
the accuracy bench's, with the pipelines of `--quick`; what is missing there is trained.
"""

from collections.abc import Sequence
from pathlib import Path
from statistics import mean

import numpy as np
import spacy
import typer
from accuracy import Runner, count_matches
from harness import LANGUAGES, QUICK_SENTENCES, ROOT, TESTS, TYPES, Bench, prepare
from methods import BASELINE, TITLES
from spacy.tokens import DocBin
from tables import (
    cell,
    f1_of_sums,
    interval,
    made_with,
    markdown,
    paired_difference,
    write_between,
)
from wasabi import msg

from spacy_concner.corpora.convert import convert
from spacy_concner.corpora.reader import read_docs

# The files of the tests; Hungarian's is scored whole there, and has another.
FILES = {language: TESTS[language] for language in LANGUAGES}
FILES |= {"hu": "nerkor_hu_wikipedia/dev.tsv"}


def unseen_corpus(bench: Bench, language: str) -> Path:
    """Give a corpus of sentences that the accuracy bench does not score; made if missing.

    bench (Bench): The bench.
    language (str): Target language.
    RETURNS (Path): `.spacy` file.
    """
    # Not among the corpora, to which the encoder's vocabulary is cut.
    output = bench.work / "unseen" / f"{language}.spacy"
    if output.exists():
        return output
    first = QUICK_SENTENCES if FILES[language] == TESTS[language] else 0
    whole = output.with_suffix(".whole.spacy")
    convert(
        str(bench.data / FILES[language]),
        whole,
        labels=TYPES,
        limit=first + QUICK_SENTENCES,
        force=True,
    )
    docs = list(read_docs(whole, spacy.blank("xx")))
    whole.unlink()
    DocBin(docs=docs[first:]).to_disk(output)
    return output


def score(bench: Bench, runner: Runner, method: str, language: str) -> np.ndarray:
    """Score a pipeline and save the row.

    bench (Bench): The bench.
    runner (Runner): Where the pipelines of a seed are.
    method (str): Name of the method.
    language (str): Target language.
    RETURNS (ndarray): `(n_sentences, 3)` true positives, false positives, false negatives.
    """
    file = runner.folder / "counts_unseen" / method / f"{language}.npy"
    if not file.exists():
        counts = count_matches(runner.model(method, language), unseen_corpus(bench, language))
        file.parent.mkdir(parents=True, exist_ok=True)
        np.save(file, counts)
    counts = np.load(file)
    if not bench.find(method=method, language=language, seed=runner.seed):
        f1 = float(f1_of_sums(counts.sum(axis=0)))
        row = {"method": method, "language": language, "seed": runner.seed}
        bench.add({**row, "f1": f1, "n_sentences": len(counts)})
        msg.good(f"{TITLES[method]}, {language}, seed {runner.seed}: F1 {f1:.1f}")
    return counts


def table(counts: dict[tuple[str, str], list[np.ndarray]], methods: Sequence[str]) -> list[str]:
    """Show scores and differences to direct transfer.

    counts (dict): `(n_sentences, 3)` counts of each seed by method and language.
    methods (Sequence[str]): Names of the methods, direct transfer among them.
    RETURNS (list[str]): Lines of Markdown.
    """
    rows = []
    for method in methods:
        scores = [
            [float(f1_of_sums(seed.sum(axis=0))) for seed in counts[method, language]]
            for language in LANGUAGES
        ]
        cells, gain = [cell(values) for values in scores], ""
        if method != BASELINE:
            shifts = [
                paired_difference(counts[method, language], counts[BASELINE, language])
                for language in LANGUAGES
            ]
            cells = [f"{text} ({interval(*s)})" for text, s in zip(cells, shifts, strict=True)]
            gain = f"{mean(shift for shift, _, _ in shifts):+.1f}"
        total = mean(map(mean, scores))
        by_seed = ", ".join(f"{mean(values):.1f}" for values in zip(*scores, strict=True))
        rows.append([TITLES[method], *cells, f"{total:.1f} ({by_seed})", gain])
    header = ["method", *LANGUAGES, "mean of targets (seeds)", "over direct transfer"]
    return markdown(header, rows)


def main(
    data: Path = typer.Option(..., help="Folder with the corpora"),
    work: Path = typer.Option(Path("bench/work"), help="Work folder of the accuracy bench"),
    results: Path = typer.Option(ROOT / "bench/results/accuracy_unseen.json", help="Rows"),
    page: Path = typer.Option(ROOT / "docs/accuracy.md", help="Page for the table"),
    seeds: str = typer.Option("1,2,3", help="Seeds"),
    methods: str = typer.Option(
        "direct,concner,three_teachers,third_round",
        help="Methods of the accuracy bench, direct among them",
    ),
    encoder: str = typer.Option("multilingual-e5-small-q4", help="Encoder to start from"),
    gpu_id: int = typer.Option(-1, help="GPU, or -1 for the CPU"),
) -> None:
    """Score the recipes on unseen sentences and write the table."""
    chosen = methods.split(",")
    unknown = sorted(set(chosen) - set(TITLES))
    if unknown or BASELINE not in chosen:
        msg.fail(f"Name {BASELINE} and others of {list(TITLES)}, unknown: {unknown}", exits=1)
    bench = Bench(data, work / f"{QUICK_SENTENCES}", results, QUICK_SENTENCES, gpu_id)
    numbers = [int(seed) for seed in seeds.split(",")]
    prepare(bench, numbers, encoder)
    counts = {
        (method, language): [
            score(bench, Runner(bench, seed), method, language) for seed in numbers
        ]
        for method in chosen
        for language in LANGUAGES
    }
    lines = table(counts, chosen)
    sizes = ", ".join(f"{len(counts[BASELINE, lang][0])} {lang}" for lang in LANGUAGES)
    lines += ["", f"Seeds {numbers}; {sizes} sentences; {made_with(bench.rows[-1])}."]
    write_between(page, "unseen", "unseen", lines)
    msg.good(f"Table in {page}")


if __name__ == "__main__":
    typer.run(main)
