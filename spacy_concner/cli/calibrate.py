"""`spacy concner calibrate`: probabilities that mean what they say."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from wasabi import msg

from ..errors import ConcnerError, Errors
from ._util import GPU_ID, use_gpu, verb

if TYPE_CHECKING:
    from ..calibration.calibrate import CorpusReliability
    from ..calibration.measure import ReliabilityBin
    from ..calibration.thresholds import FoundThresholds

BAR = 24


@verb("calibrate")
def calibrate_cli(
    pipeline: str = typer.Argument(
        ..., metavar="PIPELINE", help="Folder of a trained pipeline, or installed package"
    ),
    dev_path: Path | None = typer.Argument(
        None,
        metavar="DEV",
        help="Labelled .spacy file or folder that was not trained on, to fit on; left out with "
        "--reset",
    ),
    output: Path | None = typer.Option(
        None,
        "--output",
        "-o",
        help="Folder for the calibrated pipeline, an option since DEV may be left out; without it "
        "PIPELINE is changed, with --force",
    ),
    method: str = typer.Option(
        "auto",
        "--method",
        help="How label scores are mapped: temperature, vector, or auto for the better of both",
    ),
    thresholds: str = typer.Option(
        "",
        "--thresholds",
        help="Find the least probability of an entity, by type, for a goal: f1, precision=0.9 or "
        "recall=0.9",
    ),
    test: list[Path] = typer.Option(
        [], "--test", help="Labelled corpus to measure on; can be given more than once"
    ),
    dev_language: str = typer.Option("", "--dev-language", help="Language code of the dev corpus"),
    target_language: str = typer.Option(
        "", "--target-language", help="Language code that the pipeline is for"
    ),
    reset: bool = typer.Option(False, "--reset", help="Take the calibration out instead"),
    gpu_id: int = GPU_ID,
    force: bool = typer.Option(
        False,
        "--force",
        "-F",
        help="Replace an output that was calibrated before, change PIPELINE where it is, and store "
        "a calibration that few or worse probabilities speak against",
    ),
) -> None:
    """Fit a pipeline's probabilities to a labelled corpus and store the maps."""
    from ..calibration.calibrate import UNKNOWN, calibrate, reset_calibration

    if reset and thresholds:
        values = {"option": "--thresholds", "value": thresholds}
        raise ConcnerError(Errors.C551.format(**values, expected="nothing beside --reset"))
    if reset:
        msg.good(f"No calibration any more: {reset_calibration(pipeline, output, force=force)}")
        return
    if dev_path is None:
        raise ConcnerError(Errors.C517)
    use_gpu(gpu_id)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = calibrate(
            pipeline,
            dev_path,
            output=output,
            method=method,  # type: ignore[arg-type]
            thresholds=thresholds,
            tests=test,
            dev_language=dev_language,
            target_language=target_language,
            force=force,
        )
    rows = _rows(result.dev, " (fitted on)")
    rows += [row for measured in result.tests for row in _rows(measured)]
    header = ("Corpus", "Level", "n", "ECE", "after", "Brier", "after")
    msg.table(rows, header=header, divider=True, aligns=("l", "l", "r", "r", "r", "r", "r"))
    last = result.tests[-1] if result.tests else result.dev
    for level in ("token", "entity"):
        msg.divider(f"{level} level, {last.path.name}")
        for when, curve in (("before", last.before), ("after", last.after)):
            msg.text(f"{when}: confidence, and share that is right")
            print("\n".join(_curve(curve.levels[level].bins)))
    for warning in caught:
        if issubclass(warning.category, UserWarning) and "[W51" in str(warning.message):
            msg.warn(str(warning.message))
        else:
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )
    if set(result.dev.languages) == {UNKNOWN}:
        msg.info(
            "The language of the dev corpus is not known: name it with --dev-language to be warned "
            "if it is not the pipeline's"
        )
    if not result.tests:
        msg.info("Measured on what it was fitted on; give --test for an independent measure")
    held_out = result.fitted.held_out
    msg.info(
        f"Entities held out in fifths: ECE {held_out.ece:.4f}, Brier score {held_out.brier:.4f}"
    )
    if result.thresholds is not None:
        _show(result.thresholds)
    own = result.fitted.calibration.maps_entities
    msg.good(
        f"Calibrated by {result.fitted.method} scaling "
        f"(temperature {result.fitted.temperature:.2f})"
        f"{' and a map of entity probabilities' if own else ''}: {result.path}"
    )


def _rows(measured: CorpusReliability, remark: str = "") -> list[tuple[str, ...]]:
    rows = []
    for level in ("token", "entity"):
        before, after = measured.before.levels[level], measured.after.levels[level]
        values = (before.ece, after.ece, before.brier, after.brier)
        cells = ["-" if value is None else f"{value:.4f}" for value in values]
        rows.append((measured.path.name + remark, level, str(before.n), *cells))
    return rows


def _show(found: FoundThresholds) -> None:
    """Show thresholds, and scores without and with them on what they have not seen."""
    from ..calibration.thresholds import total

    msg.divider(f"thresholds for {found.goal}")
    names = sorted(found.held_out)
    every = found.thresholds["*"]
    scores = [(name, found.before[name], found.held_out[name]) for name in names]
    scores.append(("all types", total(found.before), total(found.held_out)))
    rows = [
        (
            name,
            f"{found.thresholds.get(name, every):.2f}",
            *(f"{100 * part:.1f}" for s in both for part in (s.precision, s.recall, s.fscore)),
        )
        for name, *both in scores
    ]
    header = ("Type", "Threshold", "P", "R", "F", "P after", "R after", "F after")
    msg.table(rows, header=header, divider=True, aligns=("l", *"rrrrrrr"))
    msg.info('"after" is held out in fifths: each by thresholds of the other four')


def _curve(bins: list[ReliabilityBin]) -> list[str]:
    lines = []
    for found in bins:
        if found.n:
            right = round(found.accuracy * BAR)
            bar = "█" * right + "·" * (BAR - right)
            lines.append(f"  {found.confidence:.2f}  {bar} {found.accuracy:.2f}  n {found.n}")
    return lines
