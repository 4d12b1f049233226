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

from collections.abc import Sequence
from pathlib import Path
from statistics import mean

import numpy as np
import spacy
import srsly
import typer
from harness import LANGUAGES, QUICK_SENTENCES, RAW_SENTENCES, ROOT, SOURCE, Bench, prepare
from methods import BASELINE, PARALLEL_LABELS, STUDENTS, TEACHERS, TITLES, Student, sources_of
from spacy.tokens import Doc
from tables import (
    cell,
    f1_of_sums,
    interval,
    made_with,
    markdown,
    paired_difference,
    plot_language,
    write_between,
)
from wasabi import msg

from spacy_concner.corpora.reader import read_docs
from spacy_concner.corpora.segments import copy_tokens

BATCH_DOCS = 64
PARALLEL_LINES = 2000


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
            command += ["--around", 2, "--least-confidence", 0.7, "--gpu-id", self.bench.gpu_id]
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
        self.bench.train(method.config, output, corpus, self.seed, settings)
        return output / "model-last"

    def _label(self, name: str, method: Student, language: str, output: Path) -> None:
        command: list[object] = ["concner", "label", self.bench.corpus(f"raw-{language}"), output]
        if "sources" in method.teachers:
            for source in sources_of(language):
                command += ["--teacher", f"{source}={self.source_teacher(source)}"]
                command += ["--source", f"{source}={self._source_text(source)}"]
            command += ["--weighting", method.weighting, "--level", method.level]
            command += ["--encoder", self.bench.work / "encoder"]
        else:
            for teacher in method.teachers:
                command += ["--teacher", f"{teacher}={self.model(teacher, language)}"]
        if method.evaluator:
            command += ["--evaluator", self.evaluator()]
        command += ["--cache", self.bench.work / "cache", "--gpu-id", self.bench.gpu_id]
        log = f"label-seed-{self.seed}-{name}-{language}"
        self.bench.run(log, command, output / "seconds")

    def _source_text(self, language: str) -> Path:
        return self.bench.corpus(f"{language}-seed{self.seed}")

    def seconds(self, name: str, language: str) -> float:
        """Give the seconds that training a method took, without its teachers."""
        pipeline = self.model(name, language)
        return float((pipeline.parent / "seconds").read_text())

    def counts_file(self, name: str, language: str) -> Path:
        """Give the file of what a method got right and wrong in each test sentence."""
        return self.folder / "counts" / name / f"{language}.npy"

    def score(self, name: str, language: str) -> None:
        """Score a method on a language and save the row."""
        if self.bench.find(method=name, language=language, seed=self.seed):
            return
        pipeline = self.model(name, language)
        file = self.counts_file(name, language)
        if not file.exists():
            counts = count_matches(pipeline, self.bench.corpus(f"test-{language}"))
            file.parent.mkdir(parents=True, exist_ok=True)
            np.save(file, counts)
        counts = np.load(file)
        true, false, missed = counts.sum(axis=0).tolist()
        f1 = float(f1_of_sums(counts.sum(axis=0)))
        self.bench.add(
            {
                "method": name,
                "language": language,
                "seed": self.seed,
                "precision": 100 * true / max(1, true + false),
                "recall": 100 * true / max(1, true + missed),
                "f1": f1,
                "n_sentences": len(counts),
                "raw_sentences": RAW_SENTENCES,
                "seconds": round(self.seconds(name, language), 1),
            }
        )
        msg.good(f"{TITLES[name]}, {language}, seed {self.seed}: F1 {f1:.1f}")


def count_matches(pipeline: Path, corpus: Path) -> np.ndarray:
    """Compare predicted with gold entities.

    pipeline (Path): Pipeline folder.
    corpus (Path): Gold corpus.
    RETURNS (ndarray): `(n_sentences, 3)` int64 true positives, false positives and false
        negatives, spans and types exact.
    """
    nlp = spacy.load(pipeline)
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


def summarise(bench: Bench, seeds: Sequence[int], page: Path, pictures: Path) -> None:
    """Write the differences to direct transfer, the table and the plots.

    bench (Bench): The bench, its rows complete.
    seeds (Sequence[int]): Seeds.
    page (Path): Markdown page for table.
    pictures (Path): Folder for the plots.
    """
    rows = [row for row in bench.rows if row["limit"] == bench.limit and row["seed"] in seeds]
    scores: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        scores.setdefault((row["method"], row["language"]), []).append(row["f1"])
    differences = []
    table = []
    for name, title in TITLES.items():
        own = [scores.get((name, language), []) for language in (SOURCE, *LANGUAGES)]
        if not any(own):
            continue
        run = {row["seed"] for row in rows if row["method"] == name}
        if run != set(seeds):
            title += f" (seed {', '.join(map(str, sorted(run)))} only)"
        means = [mean(values) for values in own[1:] if values]
        is_whole = len(means) == len(LANGUAGES)
        shift = _differences(bench, seeds, name)
        differences += shift
        is_paired = len(shift) == len(LANGUAGES)
        gain = f"{mean(row['difference'] for row in shift):+.1f}" if is_paired else ""
        table.append(
            (title, [cell(values) for values in own], f"{mean(means):.1f}" if is_whole else "")
            + (gain, _intervals(shift) if is_whole else [])
        )
    beside = {}
    for other in ("three_teachers", "fresh_parallel"):
        beside[other] = _differences(bench, seeds, "concner_parallel", other)
        differences += beside[other]
    srsly.write_json(bench.results.with_name("accuracy_differences.json"), differences)
    header = ["method", SOURCE, *LANGUAGES, "mean of targets", "over direct transfer"]
    lines = markdown(header, [[title, *cells, m, gain] for title, cells, m, gain, _ in table])
    n_seeds = sorted({row["seed"] for row in rows})
    tested = f"the first {bench.limit}" if bench.limit else "all"
    lines += ["", f"Seeds {n_seeds}; {tested} test sentences; {made_with(rows[-1])}."]
    write_between(page, "accuracy", "scores", lines)
    paired = [[title, *intervals] for title, _, _, _, intervals in table if intervals]
    for other, found in beside.items():
        if len(found) == len(LANGUAGES):
            title = f"{TITLES['concner_parallel']}, over {TITLES[other]}"
            paired.append([title, *_intervals(found)])
    write_between(page, "accuracy", "differences", markdown(["method", *LANGUAGES], paired))
    for language in LANGUAGES:
        found = {TITLES[m]: values for (m, lang), values in scores.items() if lang == language}
        plot_language(language, found, TITLES[BASELINE], pictures / f"accuracy-{language}.svg")


def _intervals(differences: Sequence[dict]) -> list[str]:
    return [interval(row["difference"], row["low"], row["high"]) for row in differences]


def _differences(
    bench: Bench, seeds: Sequence[int], name: str, baseline: str = BASELINE
) -> list[dict]:
    """Compare a method with another on each target, over the seeds that both have."""
    result = []
    for language in LANGUAGES:
        pairs = []
        for seed in seeds if name != baseline else ():
            runner = Runner(bench, seed)
            files = [runner.counts_file(method, language) for method in (name, baseline)]
            if all(file.exists() for file in files):
                pairs.append([np.load(file) for file in files])
        if pairs:
            ours, theirs = zip(*pairs, strict=True)
            difference, low, high = paired_difference(ours, theirs)
            result.append(
                {
                    "method": name,
                    "language": language,
                    "baseline": baseline,
                    "difference": difference,
                    "low": low,
                    "high": high,
                    "seeds": len(pairs),
                }
            )
    return result


def main(
    data: Path = typer.Option(..., help="Folder with the corpora"),
    work: Path = typer.Option(Path("bench/work"), help="Folder for what the bench makes"),
    results: Path = typer.Option(ROOT / "bench/results/accuracy.json", help="Rows"),
    page: Path = typer.Option(ROOT / "docs/accuracy.md", help="Page for the tables"),
    pictures: Path = typer.Option(ROOT / "docs/images", help="Folder for the plots"),
    seeds: str = typer.Option("1,2,3", help="Seeds"),
    languages: str = typer.Option(",".join(LANGUAGES), help="Target languages"),
    methods: str = typer.Option("all", help=f"Of {', '.join(TITLES)}, or all"),
    quick: bool = typer.Option(False, help=f"Score the first {QUICK_SENTENCES} test sentences"),
    encoder: str = typer.Option("multilingual-e5-small-q4", help="Encoder to start from"),
    gpu_id: int = typer.Option(-1, help="GPU, or -1 for the CPU"),
    tables_only: bool = typer.Option(False, help="Run nothing, write tables from what is there"),
) -> None:
    """Run the accuracy bench and write its tables and plots."""
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
                own = [SOURCE] if name in TEACHERS else []
                for language in [*own, *languages.split(",")]:
                    runner.score(name, language)
    summarise(bench, numbers, page, pictures)
    msg.good(f"Tables in {page}")


if __name__ == "__main__":
    typer.run(main)
