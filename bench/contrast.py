"""What makes the contrast pay: teachers that differ in one thing, on development languages.

    python bench/contrast.py --data DIR --seeds 1

Trains each variant on the same 1,000 English sentences and their Portuguese translations,
scores it on the first sentences of the dev sets of German and Portuguese (no other labels
of these languages are used, and none of Bulgarian and Hungarian), and measures alignment on
sentences that no variant is trained on: retrieval of translations on FLORES test and the
purity of token neighbours on the dev sets. DIR as for `accuracy.py`, and `flores`.
"""

from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import spacy
import typer
from accuracy import count_matches
from alignment import neighbour_purity, retrieval_accuracy, token_vectors
from harness import LANGUAGES, QUICK_SENTENCES, ROOT, SOURCE, Bench, prepare
from methods import LCL_WEIGHT, TCL_WEIGHT
from spacy.tokens import DocBin
from spacy.vocab import Vocab
from tables import cell, f1_of_sums, markdown, write_between
from wasabi import msg

from spacy_concner.corpora.bitext import make_bitext, token_tag
from spacy_concner.corpora.convert import convert
from spacy_concner.corpora.reader import read_docs

DEVELOPMENT = ("de", "pt")
RETRIEVAL_SENTENCES = 500
PURITY_SENTENCES = 500
LCL = "components.concner.losses.label_contrast"
TCL = "components.concner.losses.translation_contrast"
MODEL = "components.concner.model"
FROZEN = "initialize.after_init.frozen_layers"
STEPS = "training.max_steps"
# Name: what it is, config, corpus before `-seedS`, overrides.
VARIANTS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "direct": ("direct transfer", "direct", "en", {}),
    "translate_train": ("translate-train", "translate_train", "en-pt", {}),
    "tcl": ("+ TCL", "concner", "en-pt", {LCL_WEIGHT: 0}),
    "lcl": ("+ LCL", "concner", "en-pt", {TCL_WEIGHT: 0}),
    "concner": ("+ TCL + LCL", "concner", "en-pt", {}),
    "literal": ("both, no projection head", "concner", "en-pt", {f"{MODEL}.projection_width": 0}),
    "lcl_type": (
        "LCL on types",
        "concner",
        "en-pt",
        {TCL_WEIGHT: 0, f"{LCL}.level": "type"},
    ),
    "lcl_other_language": (
        "LCL, positives of the other language",
        "concner",
        "en-pt",
        {TCL_WEIGHT: 0, f"{LCL}.positives": "other_language"},
    ),
    "lcl_balanced": (
        "LCL, balanced classes",
        "concner",
        "en-pt",
        {TCL_WEIGHT: 0, f"{LCL}.balanced": "true"},
    ),
    "lcl_no_outside": ("LCL without O", "concner", "en-pt", {TCL_WEIGHT: 0, f"{LCL}.outside": 0}),
    "lcl_half": ("LCL, weight 0.5", "concner", "en-pt", {TCL_WEIGHT: 0, LCL_WEIGHT: 0.5}),
    "tcl_flores": ("TCL, with parallel text", "concner", "en-pt-flores", {LCL_WEIGHT: 0}),
    "lcl_flores": ("both, with parallel text", "concner", "en-pt-flores", {}),
    "all_layers": ("both, no layer frozen", "concner", "en-pt", {FROZEN: 0}),
}


def prepare_parallel(bench: Bench, seeds: list[int]) -> None:
    """Convert FLORES: unlabelled bitexts to train on, and sentences to retrieve."""
    folder = bench.data / "flores"
    for language in (SOURCE, *LANGUAGES):
        output = bench.corpus(f"flores-{language}")
        if not output.exists():
            text = bench.work / "corpora" / f"flores-{language}.txt"
            lines = (folder / f"test.{language}").read_text("utf8").splitlines()
            text.write_text("\n".join(lines[:RETRIEVAL_SENTENCES]) + "\n", encoding="utf8")
            convert(str(text), output)
    for seed in seeds:
        output = bench.corpus(f"en-pt-flores-seed{seed}")
        if not output.exists():
            vocab = Vocab()
            blank = spacy.blank("xx", vocab=vocab)
            docs = list(read_docs(bench.corpus(f"en-pt-seed{seed}"), vocab))
            source = (folder / f"dev.{SOURCE}").read_text("utf8").splitlines()
            for number, language in enumerate(LANGUAGES):
                lines = (folder / f"dev.{language}").read_text("utf8").splitlines()
                pairs = list(zip(source, lines, strict=True))[number :: len(LANGUAGES)]
                docs += [
                    make_bitext([blank.make_doc(a), blank.make_doc(b)], [SOURCE, language], vocab)
                    for a, b in pairs
                ]
            DocBin(docs=docs, store_user_data=True).to_disk(output)


def measure(bench: Bench, pipeline: Path) -> dict[str, float]:
    """Measure how a pipeline's encoder aligns languages."""
    nlp = spacy.load(pipeline)
    figures = {}
    vectors = {}
    for language in (SOURCE, *LANGUAGES):
        docs = list(read_docs(bench.corpus(f"flores-{language}"), nlp))
        vectors[language] = np.stack([part.mean(axis=0) for part in token_vectors(nlp, docs)])
    for language in LANGUAGES:
        accuracy = retrieval_accuracy(vectors[SOURCE], vectors[language])
        figures[f"retrieval_{language}"] = accuracy
    tokens = {}
    for language, name in ((SOURCE, "en-dev"), *((x, f"dev-{x}") for x in DEVELOPMENT)):
        docs = list(read_docs(bench.corpus(name), nlp, PURITY_SENTENCES))
        tags = [token_tag(token) for doc in docs for token in doc]
        tokens[language] = np.concatenate(token_vectors(nlp, docs)), tags
    for language in DEVELOPMENT:
        figures[f"purity_{language}"] = neighbour_purity(*tokens[language], *tokens[SOURCE])
    return figures


def run_variant(bench: Bench, name: str, seed: int) -> None:
    """Train a variant, unless a bench has, and save its row."""
    if bench.find(variant=name, seed=seed):
        return
    _, config, corpus, settings = VARIANTS[name]
    output = bench.work / f"seed-{seed}" / name
    path = bench.corpus(f"{corpus}-seed{seed}")
    seconds = bench.train(config, output, path, seed, settings)
    pipeline = output / "model-last"
    scores = {}
    for language in DEVELOPMENT:
        counts = count_matches(pipeline, bench.corpus(f"dev-{language}"))
        scores[f"f1_{language}"] = float(f1_of_sums(counts.sum(axis=0)))
    row = {"variant": name, "seed": seed, "seconds": round(seconds, 1), "settings": settings}
    bench.add({**row, "config": config, "corpus": corpus, **scores, **measure(bench, pipeline)})
    msg.good(f"{VARIANTS[name][0]}, seed {seed}: {mean(scores.values()):.1f} F1 on de and pt dev")


def main(
    data: Path = typer.Option(..., help="Folder with the corpora"),
    work: Path = typer.Option(Path("bench/work"), help="Folder that accuracy.py works in, too"),
    results: Path = typer.Option(ROOT / "bench/results/contrast.json", help="Rows"),
    page: Path = typer.Option(ROOT / "docs/contrast.md", help="Page for the table"),
    seeds: str = typer.Option("1", help="Seeds"),
    variants: str = typer.Option("all", help=f"Of {', '.join(VARIANTS)}, or all"),
    encoder: str = typer.Option("multilingual-e5-small-q4", help="Encoder to start from"),
    gpu_id: int = typer.Option(-1, help="GPU, or -1 for the CPU"),
) -> None:
    """Train and measure the variants and write the table."""
    numbers = [int(seed) for seed in seeds.split(",")]
    limit = QUICK_SENTENCES
    bench = Bench(data, work / f"{limit}", results, limit, gpu_id)
    prepare(bench, numbers, encoder)
    prepare_parallel(bench, numbers)
    for seed in numbers:
        for name in VARIANTS if variants == "all" else variants.split(","):
            run_variant(bench, name, seed)
    measures = ["f1_de", "f1_pt", *(f"retrieval_{x}" for x in LANGUAGES), "purity_de", "purity_pt"]
    rows = []
    for name, (title, *_) in VARIANTS.items():
        found = [row for row in bench.rows if row["variant"] == name]
        if found:
            means = cell([(row["f1_de"] + row["f1_pt"]) / 2 for row in found])
            cells = [cell([row[measure] for row in found]) for measure in measures]
            rows.append([title, str(len(found)), means, *cells])
    header = ["teacher", "seeds", "F1 de+pt dev", *(m.replace("_", " ") for m in measures)]
    write_between(page, "contrast", "variants", markdown(header, rows))
    msg.good(f"Table in {page}")


if __name__ == "__main__":
    typer.run(main)
