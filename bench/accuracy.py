"""Accuracy of cross-lingual transfer on real corpora, from one command.

    python bench/accuracy.py --data DIR --methods all --seeds 1,2,3 --quick

DIR holds `wikiann/{en,de,pt,bg}` and `nerkor_hu_wikipedia` as `token<TAB>IOB2` files, and
`aligned/en-{bg,de,hu}.tsv` with parallel sentences and their word alignment. For
seed s, `random.Random(s).sample(train, 1000)` of English is the only labelled text, of
German, Portuguese and Bulgarian too for methods with several source languages; students see
raw sentences of the target language. No label of a target is used but for scoring. Every
step leaves its result in the work folder and every score its row in the results file, so a
run that was killed goes on where it was, and runs of different seeds or methods can share
both.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from itertools import chain
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import spacy
import srsly
import typer
from harness import (
    LANGUAGES,
    QUICK_SENTENCES,
    RAW_SENTENCES,
    ROOT,
    SOURCE,
    TYPES,
    Bench,
    prepare,
)
from methods import (
    AS_CONFIGURED,
    BASELINE,
    PARALLEL_LABELS,
    STUDENTS,
    TEACHERS,
    TITLES,
    Student,
    sources_of,
)
from noise_aware import LOSS, weigh
from rows import Rows, made_with
from spacy.tokens import Doc
from spacy.vocab import Vocab
from tables import (
    cell,
    f1_of_sums,
    markdown,
    paired_difference,
    show_difference,
    write_between,
)
from wasabi import msg

from spacy_concner.corpora.convert import convert
from spacy_concner.corpora.reader import read_docs
from spacy_concner.corpora.segments import copy_tokens
from spacy_concner.tagging.adjacency import AdjacencyCounts
from spacy_concner.teaching.rounds import MIN_PAIR_CONFIDENCE, WORDS_AROUND

BATCH_DOCS = 64
DISTILLATION = "components.concner.losses.distillation"
PARALLEL_LINES = 2000
COMPARED = (
    *((name, BASELINE) for name in TITLES if name != BASELINE),
    ("concner_parallel", "three_teachers"),
    ("concner_parallel", "fresh_parallel"),
)


class Runner:
    """Trains and scores the methods of one seed, each model once."""

    def __init__(self, bench: Bench, seed: int) -> None:
        """Name the folder of the seed."""
        self.bench = bench
        self.seed = seed
        self.folder = bench.work / f"seed-{seed}"

    def teacher(self, name: str) -> Path:
        """Give a teacher, trained if it is not there yet."""
        method = TEACHERS[name]
        output = self.folder / name
        corpus = self.bench.corpus(f"{method.corpus}-seed{self.seed}")
        if method.parallel:
            corpus = self._add_parallel(corpus)
        start = None if method.start is None else self.model(method.start, LANGUAGES[0])
        settings = {"paths.start_from": start, **method.settings}
        self.bench.train(method.config, output, corpus, self.seed, settings)
        return output / "model-last"

    def _add_parallel(self, corpus: Path) -> Path:
        """Give a folder with a corpus and pairs cut out of the parallel text there is."""
        labeller = self.model(PARALLEL_LABELS, LANGUAGES[0])
        folder = self.folder / "parallel"
        folder.mkdir(parents=True, exist_ok=True)
        link = folder / corpus.name
        if not link.exists():
            link.symlink_to(corpus.resolve())
        for text in sorted((self.bench.data / "aligned").glob(f"{SOURCE}-*.tsv")):
            target = text.stem.partition("-")[2]
            output = folder / f"{text.stem}.spacy"
            command: list[object] = ["concner", "bitext", text, output]
            command += ["--source", SOURCE, "--target", target, "--limit", PARALLEL_LINES]
            command += ["--alignments", "column", "--labels-from", labeller]
            command += ["--around", WORDS_AROUND, "--min-confidence", MIN_PAIR_CONFIDENCE]
            command += ["--gpu-id", self.bench.gpu_id]
            log = f"bitext-seed-{self.seed}-{target}"
            self.bench.run(log, command, output.with_suffix(".seconds"))
        return folder

    def source_teacher(self, language: str) -> Path:
        """Give the teacher that has learned from labelled text of one language."""
        if language == SOURCE:
            return self.teacher("direct")
        output = self.folder / f"direct-{language}"
        corpus = self.bench.corpus(f"{language}-seed{self.seed}")
        self.bench.train("direct", output, corpus, self.seed)
        return output / "model-last"

    def evaluator(self) -> Path:
        """Give the similarity evaluator."""
        output = self.folder / "evaluator"
        corpus = self.bench.corpus(f"{SOURCE}-seed{self.seed}")
        self.bench.train("evaluator", output, corpus, self.seed)
        return output / "model-last"

    def model(self, name: str, language: str) -> Path:
        """Give the pipeline of a method for a target language."""
        name = AS_CONFIGURED.get(name, name)
        if name in TEACHERS:
            return self.teacher(name)
        method = STUDENTS[name]
        targets = method.targets(language)
        group = "all" if targets == LANGUAGES else "-".join(targets)
        output = self.folder / name / group
        start = None if method.start is None else self.model(method.start, language)
        soft = self.folder / "soft" / name
        corpus = soft if group == "all" else soft / group
        if not (output / "seconds").exists():
            for target in targets:
                self._label(name, method, target, corpus / target)
        settings = {"paths.start_from": start, **method.settings}
        if method.noise_aware:
            corpus = self._weigh(name, method, soft)
            settings |= {"code": ROOT / "bench/noise_aware.py"}
            settings[DISTILLATION] = srsly.json_dumps({"@losses": LOSS, "weight": 10.0})
        self.bench.train(method.config, output, corpus, self.seed, settings)
        return output / "model-last"

    def _label(self, name: str, method: Student, language: str, output: Path) -> None:
        more = method.sentences > RAW_SENTENCES
        text = self.raw(language) if more else self.bench.corpus(f"raw-{language}")
        command: list[object] = ["concner", "label", text, output]
        if "sources" in method.teachers:
            for source in sources_of(language):
                command += ["--teacher", f"{source}={self.source_teacher(source)}"]
                command += ["--source-text", f"{source}={self._source_text(source)}"]
            command += ["--weighting", method.weighting, "--level", method.level]
            command += ["--encoder", self.bench.work / "encoder"]
        else:
            for teacher in method.teachers:
                pipeline = self.model(teacher, language)
                if more:
                    pipeline = self.ship(pipeline, self.folder / "shipped" / teacher)
                command += ["--teacher", f"{teacher}={pipeline}"]
        if method.evaluator:
            command += ["--evaluator", self.evaluator()]
        if more:
            command += ["--limit", method.sentences]
        command += ["--cache", self.bench.work / "cache", "--gpu-id", self.bench.gpu_id]
        log = f"label-seed-{self.seed}-{name}-{language}"
        self.bench.run(log, command, output / "seconds")

    def _weigh(self, name: str, method: Student, mixed: Path) -> Path:
        """Give a folder of the soft labels with a weight for each token."""
        output = mixed.with_name(f"{name}-weighted")
        for language in LANGUAGES:
            if (output / f"{language}.spacy").exists():
                continue
            singles = []
            for teacher in method.teachers:
                alone = replace(method, teachers=(teacher,))
                singles.append(mixed.with_name(f"{name}-{teacher}") / language)
                self._label(f"{name}-{teacher}", alone, language, singles[-1])
            weigh(mixed / language, singles, output / f"{language}.spacy")
        return output

    def raw(self, language: str) -> Path:
        """Give all raw text of a target language, without labels."""
        # Not among the corpora, to which the encoder's vocabulary is cut.
        output = self.bench.work / "raw" / f"{language}.spacy"
        if not output.exists():
            source = "nerkor_hu_wikipedia" if language == "hu" else f"wikiann/{language}"
            path = str(self.bench.data / source / "train.tsv")
            convert(path, output, labels=TYPES, unlabelled=True)
        return output

    def ship(self, pipeline: Path, output: Path) -> Path:
        """Give a pipeline, shipped for all targets."""
        command: list[object] = ["concner", "ship", pipeline, output, "--lang", " ".join(LANGUAGES)]
        for language in LANGUAGES:
            command += ["--keep-from", self.raw(language)]
        command += ["--keep-from", self.bench.corpus("en-dev"), "--keep-top", 20_000]
        log = "-".join(output.relative_to(self.bench.work).parts)
        self.bench.run(f"ship-{log}", [*command, "--limit", 100], output.with_suffix(".seconds"))
        return output

    def _source_text(self, language: str) -> Path:
        return self.bench.corpus(f"{language}-seed{self.seed}")

    def counts_file(self, name: str, language: str) -> Path:
        """Give the file of what a method got right and wrong in each test sentence."""
        return self.folder / "counts" / name / f"{language}.npy"

    def decoding(self, name: str) -> tuple[float, float | None]:
        """Give the threshold and the adjacency that a method's entities are found with."""
        return (0.5, self.adjacency()) if name in AS_CONFIGURED else (0.0, None)

    def adjacency(self) -> float | None:
        """Give the adjacency that the labelled sentences of the source have."""
        return AdjacencyCounts.of(read_docs(self._source_text(SOURCE), Vocab())).ratio

    def score(self, name: str, language: str) -> None:
        """Score a method on a language and save the row."""
        if self.bench.rows.find(method=name, language=language, seed=self.seed):
            return
        pipeline = self.model(name, language)
        file = self.counts_file(name, language)
        if not file.exists():
            corpus = self.bench.corpus(f"test-{language}")
            counts = count_matches(pipeline, corpus, *self.decoding(name))
            file.parent.mkdir(parents=True, exist_ok=True)
            np.save(file, counts)
        f1 = float(f1_of_sums(np.load(file).sum(axis=0)))
        self.bench.rows.add({"method": name, "language": language, "seed": self.seed, "f1": f1})
        msg.good(f"{TITLES[name]}, {language}, seed {self.seed}: F1 {f1:.1f}")


def count_matches(
    pipeline: Path, corpus: Path, threshold: float = 0.0, adjacency: float | None = None
) -> np.ndarray:
    """Compare predicted with gold entities.

    pipeline (Path): Pipeline folder.
    corpus (Path): Gold corpus.
    threshold (float): Least probability of a predicted entity.
    adjacency (float): Factor of each entity that begins right after another; None for none.
    RETURNS (ndarray): `(n_sentences, 3)` int64 true positives, false positives and false
        negatives, spans and types exact.
    """
    nlp = spacy.load(pipeline, config={"components.concner.threshold": threshold})
    recogniser: Any = nlp.get_pipe("concner")
    recogniser.learn_adjacency, recogniser.cfg["adjacency"] = True, adjacency
    gold = list(read_docs(corpus, nlp))
    counts = np.zeros((len(gold), 3), dtype=int)
    # Like lengths together: padding costs as much as words.
    order = sorted(range(len(gold)), key=lambda i: len(gold[i]))
    texts = (copy_tokens(gold[i], nlp.vocab) for i in order)
    for i, doc in zip(order, nlp.pipe(texts, batch_size=BATCH_DOCS), strict=True):
        found, expected = entities(doc), entities(gold[i])
        counts[i] = [len(found & expected), len(found - expected), len(expected - found)]
    return counts


def entities(doc: Doc) -> set[tuple[int, int, str]]:
    """Give the entities of a Doc as token offsets and types."""
    return {(entity.start, entity.end, entity.label_) for entity in doc.ents}


def record_differences(
    differences: Rows,
    compared: Iterable[tuple[str, str]],
    counts: Callable[[str, str], list[Path]],
) -> None:
    """Compare methods on each target, those whose counts are in the work folder.

    differences (Rows): What has been recorded; of what is compared anew the row is replaced.
    compared (Iterable[tuple[str, str]]): Pairs of methods.
    counts (Callable[[str, str], list[Path]]): Gives the files of counts of a method and a
        language, one a seed.
    """
    for method, baseline in compared:
        for language in LANGUAGES:
            ours, theirs = (counts(name, language) for name in (method, baseline))
            if all(file.exists() for file in (*ours, *theirs)):
                found = paired_difference([*map(np.load, ours)], [*map(np.load, theirs)])
                key = {"method": method, "baseline": baseline, "language": language}
                key["seeds"] = len(ours)
                differences.put({**key, **asdict(found)}, *key)


def score_table(rows: Rows, seeds: Sequence[int]) -> list[str]:
    """Show what the methods reach, and on the mean of targets over direct transfer.

    rows (Rows): The scores.
    seeds (Sequence[int]): Seeds.
    RETURNS (list[str]): Lines of Markdown.
    """
    scores: dict[tuple[str, str], dict[int, float]] = {}
    for row in rows.read():
        if row["seed"] in seeds:
            scores.setdefault((row["method"], row["language"]), {})[row["seed"]] = row["f1"]
    baseline = [scores.get((BASELINE, language), {}) for language in LANGUAGES]
    table = []
    for name, title in TITLES.items():
        own = [scores.get((name, language), {}) for language in (SOURCE, *LANGUAGES)]
        run = sorted(set(chain(*own)))
        if not run:
            continue
        if run != sorted(seeds):
            title += f" (seed {', '.join(map(str, run))} only)"
        total, gain = "", ""
        if all(own[1:]):
            total = f"{mean(mean(found.values()) for found in own[1:]):.1f}"
            if name != BASELINE and all(set(run) <= set(found) for found in baseline):
                shifts = [
                    found[seed] - beside[seed]
                    for found, beside in zip(own[1:], baseline, strict=True)
                    for seed in run
                ]
                gain = f"{mean(shifts):+.1f}"
        table.append([title, *[cell(list(found.values())) for found in own], total, gain])
    header = ["method", SOURCE, *LANGUAGES, "mean of targets", "over direct transfer"]
    limit = rows.provenance["limit"]
    tested = f"the first {limit}" if limit else "all"
    made = f"Seeds {sorted(seeds)}; {tested} test sentences; {made_with(rows.provenance)}."
    return [*markdown(header, table), "", made]


def difference_table(differences: Rows, seeds: Sequence[int]) -> list[str]:
    """Show differences between methods with their intervals.

    differences (Rows): The differences.
    seeds (Sequence[int]): Seeds that they must be over.
    RETURNS (list[str]): Lines of Markdown.
    """
    table = []
    for name, baseline in COMPARED:
        key = {"method": name, "baseline": baseline, "seeds": len(seeds)}
        rows = [differences.find(**key, language=language) for language in LANGUAGES]
        title = TITLES[name] if baseline == BASELINE else f"{TITLES[name]}, over {TITLES[baseline]}"
        if all(rows):
            table.append([title, *[show_difference(row) for row in rows if row]])
    return markdown(["method", *LANGUAGES], table)


def main(
    data: Path = typer.Option(..., help="Folder with the corpora"),
    work: Path = typer.Option(Path("bench/work"), help="Folder for what the bench makes"),
    results: Path = typer.Option(ROOT / "bench/results/accuracy.jsonl", help="Scores"),
    differences: Path = typer.Option(
        ROOT / "bench/results/accuracy_differences.jsonl", help="Differences between methods"
    ),
    page: Path = typer.Option(ROOT / "docs/accuracy.md", help="Page for the tables"),
    seeds: str = typer.Option("1,2,3", help="Seeds"),
    languages: str = typer.Option(",".join(LANGUAGES), help="Target languages"),
    methods: str = typer.Option("all", help=f"Of {', '.join(TITLES)}, or all"),
    quick: bool = typer.Option(False, help=f"Score the first {QUICK_SENTENCES} test sentences"),
    encoder: str = typer.Option("multilingual-e5-small-q4", help="Encoder to start from"),
    gpu_id: int = typer.Option(-1, help="GPU, or -1 for the CPU"),
    tables_only: bool = typer.Option(False, help="Run nothing, write tables from what is there"),
) -> None:
    """Run the accuracy bench and write its tables."""
    chosen = list(TITLES) if methods == "all" else methods.split(",")
    unknown = sorted(set(chosen) - set(TITLES))
    if unknown:
        msg.fail(f"Unknown methods {unknown}; there are {list(TITLES)}", exits=1)
    limit = QUICK_SENTENCES if quick else 0
    bench = Bench(data, work / (f"{limit}" if quick else "all"), results, limit, gpu_id)
    numbers = [int(seed) for seed in seeds.split(",")]
    if gpu_id >= 0:
        spacy.require_gpu(gpu_id)
    if not tables_only:
        prepare(bench, numbers, encoder)
        for seed in numbers:
            runner = Runner(bench, seed)
            for name in chosen:
                own = [SOURCE] if AS_CONFIGURED.get(name, name) in TEACHERS else []
                for language in [*own, *languages.split(",")]:
                    runner.score(name, language)
    compared = Rows(differences, gpu_id, limit=limit)
    record_differences(
        compared,
        COMPARED,
        lambda name, language: [
            Runner(bench, seed).counts_file(name, language) for seed in numbers
        ],
    )
    write_between(page, "accuracy", "scores", score_table(bench.rows, numbers))
    write_between(page, "accuracy", "differences", difference_table(compared, numbers))
    msg.good(f"Tables in {page}")


if __name__ == "__main__":
    typer.run(main)
