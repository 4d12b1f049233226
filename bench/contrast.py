"""What makes the contrast pay: teachers that differ in one thing, on development languages.

    python bench/contrast.py --data DIR --seeds 1

Trains each variant on the same 1,000 English sentences and their Portuguese translations,
scores it on the first sentences of the dev sets of German and Portuguese (no other labels
of these languages are used, and none of Bulgarian and Hungarian), and measures alignment on
sentences that no variant is trained on: retrieval of translations on FLORES test and the
purity of token neighbours on the dev sets. DIR as for `accuracy.py`, and `flores`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

import numpy as np
import spacy
import srsly
import typer
from accuracy import count_matches
from alignment import neighbour_purity, retrieval_accuracy, token_vectors
from harness import CONFIGS, LANGUAGES, QUICK_SENTENCES, ROOT, SOURCE, Bench, prepare
from methods import HEAD, LCL_WEIGHT, TCL_WEIGHT
from rows import Rows, made_with
from spacy.language import Language
from spacy.tokens import DocBin
from spacy.training.initialize import init_nlp
from spacy.util import load_config
from spacy.vocab import Vocab
from tables import cell, f1_of_sums, markdown, write_between
from wasabi import msg

from spacy_concner.corpora.convert import convert
from spacy_concner.corpora.reader import read_docs
from spacy_concner.corpora.segments import make_bitext, token_tag

DEVELOPMENT = ("de", "pt")
RETRIEVAL_SENTENCES = 300
PURITY_SENTENCES = 500
LCL = "components.concner.losses.label_contrast"
FROZEN = "initialize.after_init.frozen_layers"
UNTRAINED = "encoder"
CONTRASTS = ("translation_contrast", "label_contrast")
LONG = {
    FROZEN: 0,
    "initialize.after_init.freeze_embeddings": "false",
    "training.max_steps": 600,
    "training.optimizer.learn_rate.warmup_steps": 60,
    "training.optimizer.learn_rate.total_steps": 600,
}


@dataclass(frozen=True)
class Variant:
    """A teacher of the study.

    title: What the table calls it.
    settings: Overrides of the config.
    config: Name of the project's config.
    corpus: Name of the training corpus, before `-seedS`.
    layer: Layer of the encoder whose vectors are contrasted; None for the last.
    """

    title: str
    settings: Mapping[str, object] = field(default_factory=dict)
    config: str = "concner"
    corpus: str = "en-pt"
    layer: int | None = None


def both(**settings: object) -> dict[str, object]:
    """Give settings for both contrasts."""
    return {
        f"components.concner.losses.{loss}.{name}": value
        for loss in CONTRASTS
        for name, value in settings.items()
    }


HEADED_LCL = {**HEAD, TCL_WEIGHT: 0}
VARIANTS = {
    "direct": Variant("direct transfer", config="direct", corpus="en"),
    "translate_train": Variant("translate-train", config="direct"),
    "concner": Variant("+ TCL + LCL"),
    "tcl": Variant("TCL alone", {LCL_WEIGHT: 0}),
    "lcl": Variant("LCL alone", {TCL_WEIGHT: 0}),
    "cool": Variant("temperature 0.05", both(temperature=0.05)),
    "warm": Variant("temperature 0.3", both(temperature=0.3)),
    "half": Variant("weights 0.5", both(weight=0.5)),
    "other_language": Variant(
        "LCL: positives of the other language", {f"{LCL}.positives": "other_language"}
    ),
    "type": Variant("LCL: types, not tags", {f"{LCL}.level": "type"}),
    "no_outside": Variant("LCL: no O", {f"{LCL}.outside": 0}),
    "flores": Variant("TCL: parallel text in three languages more", corpus="en-pt-flores"),
    "layer_6": Variant("vectors of the sixth layer of twelve", layer=6),
    "layer_9": Variant("vectors of the ninth layer of twelve", layer=9),
    "all_layers": Variant("no layer frozen", {FROZEN: 0}),
    "head": Variant("projection head", HEAD),
    "head_tcl": Variant("projection head, TCL alone", {**HEAD, LCL_WEIGHT: 0}),
    "head_lcl": Variant("projection head, LCL alone", HEADED_LCL),
    "head_lcl_other_language": Variant(
        "projection head, LCL alone, positives of the other language",
        {**HEADED_LCL, f"{LCL}.positives": "other_language"},
    ),
    "long": Variant("translate-train, 600 steps, nothing frozen", LONG, config="direct"),
    "concner_long": Variant("+ TCL + LCL, 600 steps, nothing frozen", LONG),
}


# Losses that version 0.2.0 had: nothing trains them any more.
FORMER = {
    "ramp_in": "ramped in over 175 steps",
    "decay_out": "ramped out from step 175 on",
    "balanced": "LCL: balanced classes",
    "head_staged": "projection head, TCL in the first 175 steps, LCL after them",
    "head_lcl_queue": "projection head, LCL alone, a queue of 1,024 tokens",
}
FORMER = {name: f"{title} (with version 0.2.0)" for name, title in FORMER.items()}
TITLES = {UNTRAINED: "pretrained encoder", **{name: v.title for name, v in VARIANTS.items()}}


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


def untrained(bench: Bench, seed: int) -> Language:
    """Give a pipeline with the pretrained encoder, as training begins with it."""
    paths = {"encoder": "encoder", "train": f"corpora/{SOURCE}-seed{seed}.spacy"}
    paths["dev"] = "corpora/en-dev.spacy"
    overrides = {f"paths.{name}": str(bench.work / path) for name, path in paths.items()}
    return init_nlp(load_config(CONFIGS / "direct.cfg", overrides=overrides))


def measure(bench: Bench, nlp: Language) -> dict[str, float]:
    """Measure how a pipeline's encoder aligns languages."""
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
    if bench.rows.find(variant=name, seed=seed):
        return
    if name == UNTRAINED:
        bench.rows.add({"variant": name, "seed": seed, **measure(bench, untrained(bench, seed))})
        return
    variant = VARIANTS[name]
    output = bench.work / f"seed-{seed}" / name
    corpus = bench.corpus(f"{variant.corpus}-seed{seed}")
    settings = dict(variant.settings)
    if variant.layer is not None:
        callback = {"@callbacks": "concner-bench.contrast_layer.v1", "layer": variant.layer}
        settings["training.before_update"] = srsly.json_dumps(callback)
        settings["code"] = ROOT / "bench/layers.py"
    bench.train(variant.config, output, corpus, seed, settings)
    pipeline = output / "model-last"
    scores = {}
    for language in DEVELOPMENT:
        counts = count_matches(pipeline, bench.corpus(f"dev-{language}"))
        scores[f"f1_{language}"] = float(f1_of_sums(counts.sum(axis=0)))
    row = {"variant": name, "seed": seed, **scores}
    bench.rows.add({**row, **measure(bench, spacy.load(pipeline))})
    msg.good(f"{variant.title}, seed {seed}: {mean(scores.values()):.1f} F1 on de and pt dev")


def table(rows: Rows) -> list[str]:
    """Show the figures of all variants.

    rows (Rows): The figures.
    RETURNS (list[str]): Lines of Markdown.
    """
    measures = ["f1_de", "f1_pt", *(f"retrieval_{x}" for x in LANGUAGES), "purity_de", "purity_pt"]
    lines = []
    for name, title in {**TITLES, **FORMER}.items():
        found = [row for row in rows.read() if row["variant"] == name]
        if found:
            means = cell([(row["f1_de"] + row["f1_pt"]) / 2 for row in found if "f1_de" in row])
            cells = [cell([row[key] for row in found if key in row]) for key in measures]
            lines.append([title, str(len(found)), means, *cells])
    header = ["teacher", "seeds", "F1 de+pt dev", *(m.replace("_", " ") for m in measures)]
    return [*markdown(header, lines), "", f"{made_with(rows.provenance)}."]


def main(
    data: Path = typer.Option(..., help="Folder with the corpora"),
    work: Path = typer.Option(Path("bench/work"), help="Folder that accuracy.py works in, too"),
    results: Path = typer.Option(ROOT / "bench/results/contrast.jsonl", help="Rows"),
    page: Path = typer.Option(ROOT / "docs/contrast.md", help="Page for the table"),
    seeds: str = typer.Option("1", help="Seeds"),
    variants: str = typer.Option("all", help=f"Of {', '.join(TITLES)}, or all"),
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
        for name in TITLES if variants == "all" else variants.split(","):
            run_variant(bench, name, seed)
    write_between(page, "contrast", "variants", table(bench.rows))
    msg.good(f"Table in {page}")


if __name__ == "__main__":
    typer.run(main)
