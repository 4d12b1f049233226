"""Small pipelines beside the shipped ones that teach them.

    python bench/small.py --data DIR --seeds 1,2,3 --quick

DIR is that of `bench/accuracy.py`. For each seed the student of one teacher, which has seen 1,000
labelled English sentences and 2,000 raw ones of each target, is shipped for all targets and labels
all raw text there is; a small pipeline learns from that. Both are scored on the tests. The curve
over the amount of raw text is measured on the development sets of German and Portuguese, which all
choices were made on; so are, with `--shapes`, other networks and losses, the speeds of which take
turns in one process. Every step leaves its result in the work folder, and every score its row.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np
import spacy
import typer
from accuracy import Runner, count_matches
from harness import CONFIGS, LANGUAGES, QUICK_SENTENCES, ROOT, TYPES, Bench, prepare
from rows import Rows, made_with
from spacy.language import DEFAULT_CONFIG_PRETRAIN_PATH
from spacy.tokens import Doc, DocBin
from spacy.training.initialize import init_nlp
from spacy.util import load_config
from spacy.vocab import Vocab
from tables import cell, markdown, rates, write_between
from thinc.api import Adam, Config, Linear, set_dropout_rate, warmup_linear
from wasabi import msg

from spacy_concner.corpora.convert import convert
from spacy_concner.corpora.reader import count_docs, read_docs
from spacy_concner.encoding.convolutional.piece_table import make_piece_table, write_piece_table
from spacy_concner.pipelines import load_pipeline
from spacy_concner.shipping.comparison import folder_size
from spacy_concner.shipping.small import (
    LEAST_COMMON,
    MOST_COMMON,
    PIECE_WIDTH,
    WORDS_A_STEP,
    find_compact_encoder,
)

BASE = "one_teacher"
DEVELOPMENT = ("de", "pt")
# News and Wikipedia, unlike the raw text: the same sentences in both languages.
UNLIKE = {"de": "German", "pt": "Portuguese"}
# Of raw sentences of each language, for the curve.
AMOUNTS = (500, 2000, 5000)
SIZES = ("base", "small")
# What is changed in the config, each by itself; read with so many raw sentences of each language.
SHAPE_AMOUNT = 5000
EMBED = "components.concner.model.tok2vec.embed"
ENCODE = "components.concner.model.tok2vec.encode"
LOSS = "components.concner.losses.distillation"
SHAPES: dict[str, dict[str, Any]] = {
    "as in small.cfg": {},
    "width 64": {f"{EMBED}.width": 64, f"{ENCODE}.width": 64},
    "width 128": {f"{EMBED}.width": 128, f"{ENCODE}.width": 128},
    "width 192": {f"{EMBED}.width": 192, f"{ENCODE}.width": 192},
    "depth 2": {f"{ENCODE}.depth": 2},
    "depth 6": {f"{ENCODE}.depth": 6},
    "depth 8": {f"{ENCODE}.depth": 8},
    "squared distance instead of KL": {f"{LOSS}.loss": "mse"},
    "temperature 2": {f"{LOSS}.temperature": 2.0},
    "no word hidden": {f"{EMBED}.word_dropout": 0.0},
    "10,000 rows": {f"{EMBED}.rows": 10_000},
    "ends of two to four letters": {f"{EMBED}.suffixes": [2, 3, 4]},
    "beginnings and ends of one to four": {
        f"{EMBED}.prefixes": [1, 2, 3, 4],
        f"{EMBED}.suffixes": [1, 2, 3, 4],
    },
}
# As XtremeDistil's students: first what the teacher's encoder says of each word of the text.
VECTORS_FIRST = "first the teacher's vectors"
SHAPES[VECTORS_FIRST] = {}
FIRST_STEPS = 1500
SPEED_RUNS = 5
AGGLUTINATING = "hu"
# Of entities: each that the best sequence of tags has, or those that are likelier than not.
THRESHOLDS = {"": 0.0, " from 0.5": 0.5}


@dataclass
class SmallBench:
    """Trains and scores both sizes of a seed, each once."""

    bench: Bench
    seed: int

    @property
    def folder(self) -> Path:
        """Where the seed's pipelines are."""
        return self.bench.work / f"seed-{self.seed}" / "small"

    def raw(self, language: str) -> Path:
        """Give all raw text of a language, without labels."""
        return Runner(self.bench, self.seed).raw(language)

    def base(self) -> Path:
        """Give the shipped pipeline of all targets."""
        return self.ship(Runner(self.bench, self.seed).model(BASE, LANGUAGES[0]), "base")

    def ship(self, student: Path, name: str) -> Path:
        """Give a student, shipped for all targets."""
        return Runner(self.bench, self.seed).ship(student, self.folder / name)

    def labelled(self) -> Path:
        """Give the folder of all raw text with the soft labels of the base."""
        for language in LANGUAGES:
            output = self.folder / "soft" / language
            command: list[object] = ["concner", "label", self.raw(language), output]
            command += ["--teacher", f"base={self.base()}"]
            done = self.folder / f"soft-{language}.seconds"
            self.bench.run(f"small-{self.seed}-label-{language}", command, done)
        return self.folder / "soft"

    def small(self, amount: int = 0, shape: str = "") -> Path:
        """Give the small pipeline, of so many raw sentences of each language; 0 for all."""
        name = f"small-{amount}" if amount else "small"
        if not shape:
            return self.train(name, amount)
        name += f"-{shape.replace(' ', '-').replace(',', '')}"
        stock = load_config(CONFIGS / "small.cfg", overrides=SHAPES[shape], interpolate=False)
        if shape == VECTORS_FIRST:
            weights = self.folder / f"{name}.weights"
            if not weights.exists():
                dev, text = self.bench.corpus("en-dev"), self._cut(amount)
                weights.write_bytes(learn_vectors(self.base(), text, dev))
            stock = start_from(stock, weights)
        return self.train(name, amount, stock)

    def train(self, name: str, amount: int, config: Config | None = None) -> Path:
        """Give a small pipeline by its name, of so many raw sentences of each language."""
        text = self.labelled()
        if amount:
            text = self._cut(amount)
        command: list[object] = ["concner", "small", text, self.folder / name]
        command += ["--teacher", self.base(), "--lang", " ".join(LANGUAGES), "--seed", self.seed]
        if config is not None:
            config.to_disk(self.folder / f"{name}.cfg")
            command += ["--config", self.folder / f"{name}.cfg"]
        self.bench.run(f"{name}-{self.seed}", command, self.folder / f"{name}.seconds")
        return self.folder / name

    def _cut(self, amount: int) -> Path:
        return cut_labelled(self.labelled(), self.folder / f"soft-{amount}", amount)

    def pipelines(self) -> Iterator[tuple[str, Path]]:
        """Give both sizes."""
        yield "base", self.base()
        yield "small", self.small()

    def score(self, size: str, pipeline: Path, language: str, text: str) -> None:
        """Score a pipeline on `test`, `dev` or `pud` and save the rows."""
        for name, threshold in THRESHOLDS.items():
            row = {"size": size + name, "text": text, "language": language, "seed": self.seed}
            if self.bench.rows.find(**row):
                continue
            corpus = self.bench.corpus(f"{text}-{language}")
            counts = count_matches(pipeline, corpus, threshold).sum(axis=0)
            found = rates(counts)
            self.bench.rows.add({**row, **found})
            msg.good(f"{size}{name}, {text} {language}, seed {self.seed}: F1 {found['f1']:.1f}")


def cut_labelled(text: Path, folder: Path, amount: int) -> Path:
    """Give a folder with the first sentences of each target, as they were labelled.

    text (Path): Folder of labelled text by language.
    folder (Path): Where to.
    amount (int): Sentences of each.
    RETURNS (Path): The folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        output = folder / f"{language}.spacy"
        if not output.exists():
            docs = read_docs(text / language, Vocab(), amount)
            DocBin(docs=docs, store_user_data=True).to_disk(output)
    return folder


def prepare_unlike(bench: Bench) -> None:
    """Convert the text that is unlike all raw text."""
    for language, name in UNLIKE.items():
        pud = bench.corpus(f"pud-{language}")
        if not pud.exists():
            convert(str(bench.data / "uner_pud" / f"{name}.tsv"), pud, labels=TYPES)


def learn_vectors(teacher: Path, text: Path, dev: Path) -> bytes:
    """Let the network of small.cfg learn what a shipped encoder says of the words of a text.

    The squared distance between the encoder's vectors, each column with a deviation of one, and a
    linear map of the network's; as many steps as half of what the labels have.

    teacher (Path): Shipped pipeline.
    text (Path): Folder of `.spacy` files.
    dev (Path): Labelled corpus that the config asks for; nothing is learned from it.
    RETURNS (bytes): The weights of the network, without the map.
    """
    base = load_pipeline(teacher)
    docs = list(read_docs(text, base))
    counts = Counter(token.text for doc in docs for token in doc)
    common = [word for word, n in counts.most_common(MOST_COMMON) if n >= LEAST_COMMON]
    pieces = text.with_suffix(".pieces")
    table = make_piece_table(find_compact_encoder(base), common, PIECE_WIDTH)
    write_piece_table(table, pieces)
    overrides = {"paths.train": str(text), "paths.dev": str(dev), "paths.pieces": str(pieces)}
    config = load_config(CONFIGS / "small.cfg", overrides=overrides)
    network = init_nlp(config).get_pipe("concner").model.get_ref("tok2vec")
    encoder = base.get_pipe("concner").model.get_ref("tok2vec")
    vectors = [encoder.predict([doc])[0].astype("f4") for doc in docs]
    every = np.vstack(vectors)
    middle, deviation = every.mean(axis=0), every.std(axis=0)
    mapped: Any = Linear(every.shape[1], network.get_dim("nO")).initialize()
    schedule = warmup_linear(0.003, 100, FIRST_STEPS)
    optimizer = Adam(schedule, use_averages=True)
    for number, batch in enumerate(islice(batches_of(len(docs), docs), FIRST_STEPS)):
        set_dropout_rate(network, 0.1)
        found, back_network = network.begin_update([docs[i] for i in batch])
        guess, back = mapped.begin_update(np.vstack(found))
        truth = (np.vstack([vectors[i] for i in batch]) - middle) / deviation
        gradient = back((guess - truth) / len(truth))
        sizes = np.cumsum([len(docs[i]) for i in batch])[:-1]
        back_network([np.ascontiguousarray(part) for part in np.split(gradient, sizes)])
        for model in (network, mapped):
            model.finish_update(optimizer)
        optimizer.step_schedules()
        if number % 100 == 0:
            msg.info(f"Step {number}: {((guess - truth) ** 2).mean():.3f}")
    with network.use_params(optimizer.averages):
        return network.to_bytes()


def batches_of(n: int, docs: Sequence[Doc]) -> Iterator[list[int]]:
    """Give the numbers of Docs with tokens in batches of the words of a step, over and over."""
    rng = np.random.default_rng(1)
    while True:
        batch: list[int] = []
        for number in rng.permutation(n):
            if len(docs[number]):
                batch.append(int(number))
            if sum(len(docs[i]) for i in batch) >= WORDS_A_STEP:
                yield batch
                batch = []


def start_from(config: Config, weights: Path) -> Config:
    """Let a config start from weights of the network, as after `spacy pretrain`."""
    before = load_config(DEFAULT_CONFIG_PRETRAIN_PATH)
    before["pretraining"] |= {"component": "concner", "layer": "tok2vec"}
    before["initialize"] = {"init_tok2vec": str(weights)}
    return config.merge(before)


def measure_shapes(both: SmallBench) -> None:
    """Score all shapes on the development sets, and time them in turns."""
    rows, pipelines = both.bench.rows, {}
    for shape in SHAPES:
        pipelines[shape] = both.small(SHAPE_AMOUNT, shape)
        for language in DEVELOPMENT:
            both.score(shape, pipelines[shape], language, "dev")
        # Told, but nothing is chosen by it: do agglutinating languages want other features?
        both.score(shape, pipelines[shape], AGGLUTINATING, "test")
    stock = next(iter(SHAPES))
    timed = [shape for shape in SHAPES if not rows.find(shape=shape)]
    if not timed:
        return
    loaded = {shape: spacy.load(pipelines[shape]) for shape in dict.fromkeys([stock, *timed])}
    texts = [doc.text for doc in read_docs(both.bench.corpus("dev-de"), Vocab(), QUICK_SENTENCES)]
    seconds: dict[str, list[float]] = {shape: [] for shape in loaded}
    for number in range(SPEED_RUNS + 1):
        for shape, nlp in loaded.items():
            start = time.perf_counter()
            for _ in nlp.pipe(texts):
                pass
            if number:
                seconds[shape].append(time.perf_counter() - start)
    for shape in timed:
        pairs = zip(seconds[stock], seconds[shape], strict=True)
        speed = median(ours / theirs for ours, theirs in pairs)
        size = folder_size(pipelines[shape]) / 1e6
        rows.add({"shape": shape, "speed": speed, "mb": round(size, 1)})


def f1_of(rows: Rows, size: str, text: str, language: str, seeds: Sequence[int]) -> list[float]:
    """Give the F1 of each seed."""
    found = (rows.find(size=size, text=text, language=language, seed=seed) for seed in seeds)
    return [row["f1"] for row in found if row]


def sizes_table(rows: Rows, seeds: Sequence[int]) -> list[str]:
    """Show both sizes on the tests, and their ratio."""
    table = []
    for name in THRESHOLDS:
        base, small = (
            {language: f1_of(rows, size + name, "test", language, seeds) for language in LANGUAGES}
            for size in SIZES
        )
        if not all((*base.values(), *small.values())):
            continue
        for size, found in zip(SIZES, (base, small), strict=True):
            total = mean(map(mean, found.values()))
            table.append([size + name, *map(cell, found.values()), f"{total:.1f}"])
        ratios = [mean(small[language]) / mean(base[language]) for language in LANGUAGES]
        shown = [f"{ratio:.3f}" for ratio in (*ratios, mean(ratios))]
        table.append([f"small ÷ base{name}", *shown])
    made = f"Seeds {sorted(seeds)}; {made_with(rows.provenance)}."
    return [*markdown(["size", *LANGUAGES, "mean"], table), "", made]


def unlike_table(rows: Rows, seeds: Sequence[int]) -> list[str]:
    """Show both sizes on text unlike that they have learned from."""
    table = []
    for size in [size + name for name in THRESHOLDS for size in SIZES]:
        cells = [cell(f1_of(rows, size, "pud", language, seeds)) for language in UNLIKE]
        if all(cells):
            table.append([size, *cells])
    return markdown(["size", *UNLIKE], table)


def curve_table(rows: Rows, seed: int) -> list[str]:
    """Show a small pipeline by the raw text that it has learned from, on development sets."""
    sizes = [(f"small-{amount}", f"{amount * len(LANGUAGES):,}") for amount in AMOUNTS]
    whole = rows.find(size="raw text")
    sizes += [("small", f"{whole['sentences'] if whole else 0:,}"), ("base", "its teacher")]
    table = []
    for size, title in sizes:
        found = [
            rows.find(size=size, text="dev", language=language, seed=seed)
            for language in DEVELOPMENT
        ]
        table.append([title, *[f"{row['f1']:.1f}" if row else "" for row in found]])
    return markdown(["raw sentences", *DEVELOPMENT], table)


def shape_table(rows: Rows, seed: int) -> list[str]:
    """Show other networks and losses on the development sets."""
    table = []
    for shape in SHAPES:
        found = [f1_of(rows, shape, "dev", language, [seed]) for language in DEVELOPMENT]
        timed = rows.find(shape=shape)
        if not all(found) or timed is None:
            continue
        both = [cell(values) for values in found]
        other = cell(f1_of(rows, shape, "test", AGGLUTINATING, [seed]))
        shown = [f"{mean(map(mean, found)):.1f}", other, f"{timed['speed']:.2f}"]
        table.append([shape, *both, *shown, f"{timed['mb']:.1f}"])
    told = f"{AGGLUTINATING} test"
    return markdown(["network", *DEVELOPMENT, "mean", told, "speed", "MB"], table)


def main(
    data: Path = typer.Option(..., help="Folder with the corpora"),
    work: Path = typer.Option(Path("bench/work"), help="Folder for what the bench makes"),
    results: Path = typer.Option(ROOT / "bench/results/small.jsonl", help="Scores"),
    page: Path = typer.Option(ROOT / "docs/small.md", help="Page for the tables"),
    seeds: str = typer.Option("1,2,3", help="Seeds"),
    sizes: bool = typer.Option(True, help="Score both sizes of each seed"),
    curve: bool = typer.Option(True, help="Measure the curve over raw text, of the first seed"),
    shapes: bool = typer.Option(False, help="Compare other networks and losses, of the first seed"),
    quick: bool = typer.Option(False, help=f"Score the first {QUICK_SENTENCES} test sentences"),
    encoder: str = typer.Option("multilingual-e5-small-q4", help="Encoder to start from"),
    tables_only: bool = typer.Option(False, help="Run nothing, write tables from what is there"),
) -> None:
    """Run the bench and write its tables."""
    limit = QUICK_SENTENCES if quick else 0
    bench = Bench(data, work / (f"{limit}" if quick else "all"), results, limit)
    numbers = [int(seed) for seed in seeds.split(",")]
    if not tables_only:
        prepare(bench, numbers, encoder)
        prepare_unlike(bench)
        for seed in numbers:
            both = SmallBench(bench, seed)
            for size, pipeline in both.pipelines() if sizes else ():
                for language in LANGUAGES:
                    both.score(size, pipeline, language, "test")
                for language in DEVELOPMENT:
                    both.score(size, pipeline, language, "dev")
                    both.score(size, pipeline, language, "pud")
        first = SmallBench(bench, numbers[0])
        for amount in AMOUNTS if curve else ():
            for language in DEVELOPMENT:
                first.score(f"small-{amount}", first.small(amount), language, "dev")
        if shapes:
            measure_shapes(first)
        n_raw = sum(count_docs(first.raw(language)) for language in LANGUAGES)
        if not bench.rows.find(size="raw text"):
            bench.rows.add({"size": "raw text", "sentences": n_raw})
    write_between(page, "small", "sizes", sizes_table(bench.rows, numbers))
    write_between(page, "small", "unlike", unlike_table(bench.rows, numbers))
    write_between(page, "small", "curve", curve_table(bench.rows, numbers[0]))
    write_between(page, "small", "shapes", shape_table(bench.rows, numbers[0]))
    msg.good(f"Tables in {page}")


if __name__ == "__main__":
    typer.run(main)
