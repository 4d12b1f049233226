"""`spacy-concner.ConsoleLogger.v1`: spaCy's console table with a column for every sub-loss."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import srsly
import tqdm
from spacy.language import Language
from spacy.training.loggers import setup_table
from spacy.util import ensure_path
from wasabi import Printer

from ..tagging.divergence import Diverged
from .checkpoint import is_replayed
from .usage import StepClock

SPACING = 2


def create_console_logger(
    progress_bar: bool = False,
    console_output: bool = True,
    output_file: Path | str | None = None,
) -> Callable:
    """Create a logger that shows each loss of each component in its own column.

    Losses are the sums since the row before, as spaCy's own logger shows them. At the end a
    line tells the time of a step and the peak memory. Where a loss or score of ours is no number
    any more, model-last stays as it was saved before.

    progress_bar (bool): Show progress towards the next evaluation, where the error stream is
        a terminal.
    console_output (bool): Print the table.
    output_file (Path): Also write each row as a line of JSON, anew for each training:
        epoch, step, losses with sub-losses, scores between 0 and 100 (null without
        annotation), score.
    RETURNS (Callable): What `[training.logger]` asks for.
    """

    def setup_printer(
        nlp: Language, stdout: IO = sys.stdout, stderr: IO = sys.stderr
    ) -> tuple[Callable[[dict[str, Any] | None], None], Callable[[], None]]:
        return _start(
            nlp,
            stdout,
            stderr,
            progress_bar=progress_bar,
            console_output=console_output,
            output_file=output_file,
        )

    return setup_printer


def loss_columns(nlp: Language) -> list[str]:
    """Name the losses of a pipeline: each trainable component's, then its named sub-losses.

    nlp (Language): The pipeline.
    RETURNS (list[str]): Keys as they stand in the losses of `nlp.update`.
    """
    columns = []
    for name, pipe in nlp.pipeline:
        if getattr(pipe, "is_trainable", False):
            columns.append(name)
            functions = getattr(pipe, "loss_functions", None)
            if functions is not None and len(functions()) > 1:
                columns.extend(f"{name}_{key}" for key in functions())
    return columns


def _start(
    nlp: Language,
    stdout: IO,
    stderr: IO,
    *,
    progress_bar: bool,
    console_output: bool,
    output_file: Path | str | None,
) -> tuple[Callable[[dict[str, Any] | None], None], Callable[[], None]]:
    printer = Printer(no_print=True)
    stream = None
    if output_file is not None:
        path = ensure_path(output_file)
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("w", encoding="utf8")
    losses = loss_columns(nlp)
    weights = nlp.config["training"]["score_weights"]
    scores = [name for name, weight in weights.items() if weight is not None]
    # A sub-loss drops its component's name in the head of the table: "concner_entity".
    heads = [f"Loss {name}" if name in nlp.pipe_names else _short(name, nlp) for name in losses]
    header, widths, aligns = setup_table(
        cols=["E", "#", *heads, *scores, "Score"],
        widths=[3, 6, *(8 for _ in losses), *(6 for _ in scores), 6],
        max_width=22,
    )
    progress: tqdm.tqdm | None = None
    clock = StepClock()

    def write(text: str) -> None:
        print(text, file=stdout, flush=True)

    if console_output:
        write(printer.row(header, widths=widths, spacing=SPACING))
        write(printer.row(["-" * width for width in widths], spacing=SPACING))

    def log_step(info: dict[str, Any] | None) -> None:
        nonlocal progress
        clock.tick(counts=info is None and not is_replayed(nlp))
        if info is None:
            if progress is not None:
                progress.update(1)
            return
        loss_values = {name: float(info["losses"].get(name, 0.0)) for name in losses}
        score_values = {
            name: None if value is None else float(value) * (1 if name == "speed" else 100)
            for name in scores
            for value in [info["other_scores"].get(name)]
        }
        if progress is not None:
            progress.close()
        if console_output:
            shown = [value or 0.0 for value in score_values.values()]
            numbers = [*loss_values.values(), *shown, float(info["score"])]
            row = [info["epoch"], info["step"], *(f"{number:.2f}" for number in numbers)]
            write(printer.row(row, widths=widths, aligns=aligns, spacing=SPACING))
        if stream is not None:
            data = {
                "epoch": info["epoch"],
                "step": info["step"],
                "losses": loss_values,
                "scores": score_values,
                "score": float(info["score"]),
            }
            stream.write(srsly.json_dumps(data) + "\n")
            stream.flush()
        if console_output and progress_bar:
            total = nlp.config["training"]["eval_frequency"]
            progress = tqdm.tqdm(total=total, disable=None, leave=False, file=stderr)
            progress.set_description(f"Epoch {info['epoch'] + 1}")

    def finalize() -> None:
        if progress is not None:
            progress.close()
        if stream is not None:
            stream.close()
        if console_output:
            write(printer.info(clock.report()))
        # After this spaCy saves the weights in any case; an error here is what keeps model-last.
        error = sys.exc_info()[1]
        if isinstance(error, Diverged):
            raise error

    return log_step, finalize


def _short(name: str, nlp: Language) -> str:
    for pipe in sorted(nlp.pipe_names, key=len, reverse=True):
        if name.startswith(f"{pipe}_"):
            return name[len(pipe) + 1 :]
    return name
