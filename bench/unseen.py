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
from accuracy import Runner, count_matches, record_differences
from harness import LANGUAGES, QUICK_SENTENCES, ROOT, TESTS, TYPES, Bench, prepare
from methods import BASELINE, TITLES
from rows import Rows, made_with
from spacy.tokens import DocBin
from tables import cell, f1_of_sums, markdown, show_difference, write_between
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


def counts_file(runner: Runner, method: str, language: str) -> Path:
    """Give the file of what a method got right and wrong in each sentence."""
    return runner.folder / "counts_unseen" / method / f"{language}.npy"


def score(bench: Bench, runner: Runner, method: str, language: str) -> None:
    """Score a pipeline and save the row.

    bench (Bench): The bench.
    runner (Runner): Where the pipelines of a seed are.
    method (str): Name of the method.
    language (str): Target language.
    """
    if bench.rows.find(method=method, language=language, seed=runner.seed):
        return
    file = counts_file(runner, method, language)
    if not file.exists():
        text = unseen_corpus(bench, language)
        counts = count_matches(runner.model(method, language), text, *runner.decoding(method))
        file.parent.mkdir(parents=True, exist_ok=True)
        np.save(file, counts)
    counts = np.load(file)
    f1 = float(f1_of_sums(counts.sum(axis=0)))
    row = {"method": method, "language": language, "seed": runner.seed, "f1": f1}
    bench.rows.add({**row, "n_sentences": len(counts)})
    msg.good(f"{TITLES[method]}, {language}, seed {runner.seed}: F1 {f1:.1f}")


def table(rows: Rows, differences: Rows, seeds: Sequence[int]) -> list[str]:
    """Show scores and differences to direct transfer.

    rows (Rows): The scores.
    differences (Rows): The differences over the same seeds.
    seeds (Sequence[int]): Seeds; a method that lacks one is left out.
    RETURNS (list[str]): Lines of Markdown.
    """
    found = {(row["method"], row["language"], row["seed"]): row for row in rows.read()}
    lines, direct = [], 0.0
    for method, title in TITLES.items():
        if not all((method, lang, seed) in found for lang in LANGUAGES for seed in seeds):
            continue
        scores = [[found[method, lang, seed]["f1"] for seed in seeds] for lang in LANGUAGES]
        cells, total, gain = [cell(values) for values in scores], mean(map(mean, scores)), ""
        if method == BASELINE:
            direct = total
        else:
            key = {"method": method, "baseline": BASELINE, "seeds": len(seeds)}
            for place, language in enumerate(LANGUAGES):
                if shift := differences.find(**key, language=language):
                    cells[place] += f" ({show_difference(shift)})"
            gain = f"{total - direct:+.1f}"
        by_seed = ", ".join(f"{mean(values):.1f}" for values in zip(*scores, strict=True))
        lines.append([title, *cells, f"{total:.1f} ({by_seed})", gain])
    header = ["method", *LANGUAGES, "mean of targets (seeds)", "over direct transfer"]
    sizes = [f"{found[BASELINE, x, seeds[0]]['n_sentences']} {x}" for x in LANGUAGES]
    made = f"Seeds {list(seeds)}; {', '.join(sizes)} sentences; {made_with(rows.provenance)}."
    return [*markdown(header, lines), "", made]


def main(
    data: Path = typer.Option(..., help="Folder with the corpora"),
    work: Path = typer.Option(Path("bench/work"), help="Work folder of the accuracy bench"),
    results: Path = typer.Option(ROOT / "bench/results/accuracy_unseen.jsonl", help="Scores"),
    differences: Path = typer.Option(
        ROOT / "bench/results/accuracy_unseen_differences.jsonl", help="Differences between methods"
    ),
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
    runners = [Runner(bench, seed) for seed in numbers]
    for method in chosen:
        for language in LANGUAGES:
            for runner in runners:
                score(bench, runner, method, language)
    compared = Rows(differences, gpu_id, limit=QUICK_SENTENCES)
    record_differences(
        compared,
        [(method, BASELINE) for method in chosen if method != BASELINE],
        lambda method, language: [counts_file(runner, method, language) for runner in runners],
    )
    lines = table(bench.rows, compared, numbers)
    write_between(page, "unseen", "unseen", lines)
    msg.good(f"Table in {page}")


if __name__ == "__main__":
    typer.run(main)
