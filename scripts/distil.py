"""Teachers label raw text and a student learns from it, in one round or more.

In the first round the teachers label the raw text of every language and one student learns
from all of it, starting from the last teacher. In each further round the student of the round
before labels beside the teachers, and the next student starts from it. The last student lies
in `OUTPUT/model-last`, all of them in `OUTPUT/round-N`.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import typer
from wasabi import msg


def run(arguments: list[object]) -> None:
    """Run a verb of spaCy's; stop at its exit status if it fails."""
    command = [sys.executable, "-m", "spacy", *map(str, arguments)]
    status = subprocess.run(command).returncode
    if status:
        raise typer.Exit(status)


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
    seed: int = typer.Option(1, help="Random seed"),
    gpu_id: int = typer.Option(-1, help="GPU, or -1 for the CPU"),
) -> None:
    """Distil teachers into a student, round by round."""
    pipelines = {name: teacher_folder / name / "model-last" for name in teachers.split()}
    start = list(pipelines.values())[-1]
    for number in range(1, rounds + 1):
        msg.divider(f"Round {number} of {rounds}")
        for language in languages.split():
            command: list[object] = ["concner", "label", raw / f"{language}.spacy"]
            command += [soft / f"round-{number}" / language, "--cache", soft / "teachers"]
            command += [f"--teacher={name}={path}" for name, path in pipelines.items()]
            command += ["--min-confidence", min_confidence if number > 1 else 0.0]
            run([*command, "--gpu-id", gpu_id, "--force"])
        student = output / f"round-{number}"
        overrides = {
            "paths.train": soft / f"round-{number}",
            "paths.dev": dev,
            "paths.encoder": encoder,
            "paths.start_from": start,
            "paths.metrics": metrics / f"student-{number}.jsonl",
            "training.max_steps": steps,
            "training.optimizer.learn_rate.total_steps": steps,
            "system.seed": seed,
        }
        command = ["train", config, "--output", student, "--gpu-id", gpu_id]
        for name, value in overrides.items():
            command += [f"--{name}", value]
        run(command)
        start = student / "model-last"
        pipelines["student"] = start
    shutil.rmtree(output / "model-last", ignore_errors=True)
    shutil.copytree(start, output / "model-last")
    msg.good(f"Student of round {rounds}: {output / 'model-last'}")


if __name__ == "__main__":
    typer.run(main)
