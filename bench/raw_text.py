"""How much raw text a student wants: F1 on development sets over sentences and steps.

    python bench/raw_text.py --data DIR --seeds 1,2,3 --quick

DIR is that of `bench/accuracy.py`. Direct transfer of each seed, shipped, labels all raw text of
the four targets; students learn from the first so many sentences of each, from the teacher's
weights, for so many steps. German and Portuguese development sets decide; news and Wikipedia
(PUD) with gold labels stand beside them. Each training and each score is done once.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import typer
from accuracy import Runner, count_matches
from harness import LANGUAGES, QUICK_SENTENCES, ROOT, Bench, prepare
from rows import Rows, made_with
from small import DEVELOPMENT, SmallBench, cut_labelled, prepare_unlike
from tables import cell, markdown, rates, write_between
from wasabi import msg

# Raw sentences of each language, 0 for all, and steps.
STUDENTS = ((2000, 300), (8000, 300), (0, 300), (0, 1000))
PEAK = re.compile(r"peak memory ([\d,]+) MB")
TEXTS = ("dev", "pud")
LIKELY = 0.5


@dataclass
class RawText:
    """Students of one seed.

    bench: Where it reads and writes.
    seed: The seed.
    """

    bench: Bench
    seed: int

    @property
    def folder(self) -> Path:
        """Where they are."""
        return self.bench.work / f"seed-{self.seed}" / "raw_text"

    def teacher(self) -> Path:
        """Give direct transfer."""
        return Runner(self.bench, self.seed).teacher("direct")

    def labelled(self) -> Path:
        """Give the folder of all raw text with the teacher's soft labels."""
        both = SmallBench(self.bench, self.seed)
        shipped = both.ship(self.teacher(), "direct")
        for language in LANGUAGES:
            command: list[object] = ["concner", "label", both.raw(language)]
            command += [self.folder / "soft" / language, "--teacher", f"direct={shipped}"]
            done = self.folder / f"soft-{language}.seconds"
            self.bench.run(f"raw-text-{self.seed}-label-{language}", command, done)
        return self.folder / "soft"

    def student(self, sentences: int, steps: int) -> Path:
        """Give a student of so many raw sentences of each language and so many steps."""
        text = self.labelled()
        if sentences:
            text = cut_labelled(text, self.folder / f"soft-{sentences}", sentences)
        output = self.folder / f"student-{sentences or 'all'}-{steps}"
        settings = {
            "paths.start_from": self.teacher(),
            "training.max_steps": steps,
            "training.eval_frequency": steps,
            "training.optimizer.learn_rate.total_steps": steps,
        }
        seconds = self.bench.train("student", output, text, self.seed, settings)
        row = {"seed": self.seed, "sentences": sentences, "steps": steps}
        if not self.bench.rows.find(**row, figure="cost"):
            name = "-".join(output.relative_to(self.bench.work).parts)
            log = (self.bench.work / "logs" / f"train-{name}.log").read_text("utf8")
            (memory,) = PEAK.findall(log)
            cost = {"seconds": round(seconds), "mb": int(memory.replace(",", ""))}
            self.bench.rows.add({**row, "figure": "cost", **cost})
        return output / "model-last"

    def score(self, pipeline: Path, sentences: int, steps: int) -> None:
        """Score a pipeline on both kinds of text, and save the rows."""
        for text in TEXTS:
            for language in DEVELOPMENT:
                row: dict[str, object] = {"seed": self.seed, "sentences": sentences}
                row |= {"steps": steps, "figure": text, "language": language}
                if self.bench.rows.find(**row):
                    continue
                corpus = self.bench.corpus(f"{text}-{language}")
                found = rates(count_matches(pipeline, corpus, LIKELY).sum(axis=0))
                self.bench.rows.add({**row, **found})
                told = f"{sentences or 'all'}, {steps} steps, {text} {language}"
                msg.good(f"seed {self.seed}, {told}: F1 {found['f1']:.1f}")


def curve_table(rows: Rows) -> list[str]:
    """Show F1 over raw sentences and steps, and what the trainings took."""
    found = rows.read()
    lines = []
    for sentences, steps in ((0, 0), *STUDENTS):
        own = [row for row in found if (row["sentences"], row["steps"]) == (sentences, steps)]
        if not own:
            continue
        costs = [row for row in own if row["figure"] == "cost"]
        cells = [
            cell([r["f1"] for r in own if r["figure"] == text and r["language"] == language])
            for text in TEXTS
            for language in DEVELOPMENT
        ]
        amount = f"{sentences:,}" if sentences else "all"
        first = ["its teacher", ""] if not steps else [amount, f"{steps:,}"]
        minutes = max((row["seconds"] for row in costs), default=0) / 60
        memory = max((row["mb"] for row in costs), default=0) / 1000
        last = [f"{minutes:.0f}", f"{memory:.1f}"] if costs else ["", ""]
        lines.append([*first, *cells, *last])
    header = [f"{language} {text}" for text in TEXTS for language in DEVELOPMENT]
    seeds = sorted({row["seed"] for row in found})
    return [
        *markdown(["raw sentences a language", "steps", *header, "minutes", "GB"], lines),
        "",
        f"Seeds {seeds}; {made_with(rows.provenance)}.",
    ]


def main(
    data: Path = typer.Option(..., help="Folder with the corpora"),
    work: Path = typer.Option(Path("bench/work"), help="Folder for what the bench makes"),
    results: Path = typer.Option(ROOT / "bench/results/raw_text.jsonl", help="Scores"),
    page: Path = typer.Option(ROOT / "docs/accuracy.md", help="Page for the table"),
    seeds: str = typer.Option("1,2,3", help="Seeds"),
    quick: bool = typer.Option(False, help=f"Read the first {QUICK_SENTENCES} test sentences"),
    encoder: str = typer.Option("multilingual-e5-small-q4", help="Encoder to start from"),
) -> None:
    """Run the bench and write its table."""
    limit = QUICK_SENTENCES if quick else 0
    bench = Bench(data, work / (f"{limit}" if quick else "all"), results, limit)
    numbers = [int(seed) for seed in seeds.split(",")]
    prepare(bench, numbers, encoder)
    prepare_unlike(bench)
    for seed in numbers:
        one = RawText(bench, seed)
        one.score(one.teacher(), 0, 0)
        for sentences, steps in STUDENTS:
            one.score(one.student(sentences, steps), sentences, steps)
    write_between(page, "raw_text", "raw text", curve_table(bench.rows))
    msg.good(f"Table in {page}")


if __name__ == "__main__":
    typer.run(main)
