"""Teachers label raw text and a student learns from it, in one round or more.

In the first round the teachers label the raw text of every language and one student learns
from all of it, starting from the last teacher. In each further round the student of the round
before labels beside the teachers, and the next student starts from it.

With parallel text of any language there are two rounds more. What the student finds alike in a
sentence and its translation becomes bitexts, and a teacher that starts from the student learns from
them and from the bitexts there are. In the first of the two rounds it labels beside the student, in
the second beside both students.

The last student lies in `OUTPUT/model-last`, all of them in `OUTPUT/round-N`, the teacher with
parallel text in `OUTPUT/parallel`.
"""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import typer
from wasabi import msg


def exit_status(arguments: list[object]) -> int:
    """Run a verb of spaCy's; give its exit status."""
    return subprocess.run([sys.executable, "-m", "spacy", *map(str, arguments)]).returncode


def run(arguments: list[object]) -> None:
    """Run a verb of spaCy's; stop at its exit status if it fails."""
    status = exit_status(arguments)
    if status:
        raise typer.Exit(status)


@dataclass(frozen=True)
class Distillation:
    """What all rounds share.

    languages: Language codes.
    raw: Folder with raw text, `LANG.spacy`.
    soft: Folder for soft labels, with a folder a round.
    training: Options of `spacy train` that all its runs share.
    gpu_id: GPU, or -1.
    """

    languages: list[str]
    raw: Path
    soft: Path
    training: dict[str, object]
    gpu_id: int

    def raw_text(self, language: str) -> Path:
        """Give the raw text of a language."""
        return self.raw / f"{language}.spacy"

    def run_round(
        self,
        name: str,
        teachers: Mapping[str, Path],
        min_confidence: float,
        config: Path,
        output: Path,
        settings: Mapping[str, object],
    ) -> Path:
        """Let teachers label the raw text and train a student on it; give its folder."""
        for language in self.languages:
            command: list[object] = ["concner", "label", self.raw_text(language)]
            command += [self.soft / name / language, "--cache", self.soft / "teachers"]
            command += [f"--teacher={teacher}={path}" for teacher, path in teachers.items()]
            command += ["--min-confidence", min_confidence]
            run([*command, "--gpu-id", self.gpu_id, "--force"])
        return self.train(config, output, {**settings, "paths.train": self.soft / name})

    def train(self, config: Path, output: Path, settings: Mapping[str, object]) -> Path:
        """Train a pipeline; give its folder."""
        command: list[object] = ["train", config, "--output", output, "--gpu-id", self.gpu_id]
        for name, value in {**self.training, **settings}.items():
            command += [f"--{name}", value]
        run(command)
        return output / "model-last"

    def cut_pairs(self, student: Path, texts: Mapping[str, Path], source: str, output: Path) -> int:
        """Make bitexts of what a student finds alike in parallel text; give how many corpora."""
        made = 0
        for language, text in texts.items():
            command: list[object] = ["concner", "bitext", text, output / f"{language}.spacy"]
            command += ["--source", source, "--target", language, "--labels-from", student]
            command += ["--around", 2, "--min-confidence", 0.7, "--gpu-id", self.gpu_id]
            # Hours of training lie behind: a language without a sure pair is no reason to stop.
            if exit_status(command):
                msg.warn(f"{language} goes without parallel text")
            else:
                made += 1
        return made


# The teacher with parallel text starts from a student, and has less to learn and much to lose.
GENTLER = {"training.optimizer.learn_rate.initial_rate": 5e-5}


def steps_of(steps: int) -> dict[str, object]:
    """Give the options of `spacy train` for a number of steps, the last of which is evaluated."""
    return {
        "training.max_steps": steps,
        "training.optimizer.learn_rate.total_steps": steps,
        "training.eval_frequency": steps,
    }


def main(
    languages: str = typer.Option(..., help="Language codes divided by spaces"),
    teachers: str = typer.Option(..., help="Names of the teachers divided by spaces"),
    raw: Path = typer.Option(..., help="Folder with raw text, LANG.spacy"),
    teacher_folder: Path = typer.Option(..., help="Folder with the teachers, NAME/model-last"),
    soft: Path = typer.Option(..., help="Folder for soft labels"),
    output: Path = typer.Option(..., help="Folder for the students"),
    metrics: Path = typer.Option(..., help="Folder for the training metrics"),
    dev: Path = typer.Option(..., help="Development corpus"),
    encoder: Path = typer.Option(..., help="Encoder folder"),
    config: Path = typer.Option(Path("configs/student.cfg"), help="The student's config"),
    rounds: int = typer.Option(1, min=1, help="Rounds of distillation"),
    min_confidence: float = typer.Option(
        0.0, help="Least probability of a soft label from the second round on"
    ),
    steps: int = typer.Option(..., help="Training steps of a student"),
    parallel: Path = typer.Option(
        Path("corpus/collected"),
        help="Folder that may have parallel text, parallel.LANG.tsv, for two rounds more",
    ),
    source: str = typer.Option("en", help="Source language of the parallel text"),
    corpora: Path = typer.Option(
        Path("corpus/teachers"),
        help="Folder with the teachers' corpora, NAME.spacy: the last joins the parallel text",
    ),
    teacher_config: Path = typer.Option(
        Path("configs/concner.cfg"), help="Config of the teacher with parallel text"
    ),
    teacher_steps: int = typer.Option(400, help="Training steps of that teacher"),
    seed: int = typer.Option(1, help="Random seed"),
    gpu_id: int = typer.Option(-1, help="GPU, or -1 for the CPU"),
) -> None:
    """Distil teachers into a student, round by round."""
    if not teachers.split() or not languages.split():
        msg.fail("Name at least one teacher and one language", exits=1)
    pipelines = {name: teacher_folder / name / "model-last" for name in teachers.split()}
    start = list(pipelines.values())[-1]
    shared = {"paths.dev": dev, "paths.encoder": encoder, "system.seed": seed}
    job = Distillation(languages.split(), raw, soft, shared, gpu_id)
    absent = [path for path in map(job.raw_text, job.languages) if not path.exists()]
    if absent:
        msg.fail(f"No raw text {' '.join(map(str, absent))}: see --raw and --languages", exits=1)
    texts = {language: parallel / f"parallel.{language}.tsv" for language in job.languages}
    texts = {language: text for language, text in texts.items() if text.exists()}
    bitexts = corpora / f"{list(pipelines)[-1]}.spacy"
    if texts and not bitexts.exists():
        msg.fail(f"No {bitexts}, which the parallel text is to join: see --corpora", exits=1)
    if not texts:
        msg.info("No parallel text, no rounds with it")
    for number in range(1, rounds + (3 if texts else 1)):
        msg.divider(f"Round {number}")
        if number == rounds + 1:
            pairs = soft / "parallel"
            shutil.rmtree(pairs, ignore_errors=True)
            pairs.mkdir(parents=True)
            if not job.cut_pairs(start, texts, source, pairs):
                msg.warn("Nothing in the parallel text is alike and sure: no rounds with it")
                break
            shutil.copy(bitexts, pairs / f"{source}.spacy")
            settings = steps_of(teacher_steps) | GENTLER
            settings |= {"paths.train": pairs, "paths.start_from": start}
            settings |= {"paths.metrics": metrics / "teacher-parallel.jsonl"}
            beside = job.train(teacher_config, output / "parallel", settings)
            pipelines = {f"round-{rounds}": start, "parallel": beside}
        name = f"round-{number}"
        settings = steps_of(steps) | {"paths.start_from": start}
        settings |= {"paths.metrics": metrics / f"student-{number}.jsonl"}
        least = min_confidence if 1 < number <= rounds else 0.0
        start = job.run_round(name, pipelines, least, config, output / name, settings)
        pipelines["student"] = start
    shutil.rmtree(output / "model-last", ignore_errors=True)
    shutil.copytree(start, output / "model-last")
    msg.good(f"Student of {start.parent.name}: {output / 'model-last'}")


if __name__ == "__main__":
    typer.run(main)
