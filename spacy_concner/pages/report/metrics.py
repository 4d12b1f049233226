"""How trainings went: metrics files of `spacy-concner.ConsoleLogger.v1`, and their curves."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import ConcnerError, Errors
from ...files import show_reason
from .charts import LineChart, Point, Series, line_chart, number_label

EXPECTED = 'an object with "step", "losses", "scores" and "score"'


@dataclass(frozen=True)
class Training:
    """How a training went.

    steps: step of each evaluation.
    losses: mean of each loss a step since the evaluation before, by its name; None where it
        is no finite number, or of a single step among others of many.
    scores: each score at each evaluation, 0 to 100, likewise; "score" is their weighted sum.
    """

    steps: list[int]
    losses: dict[str, list[float | None]]
    scores: dict[str, list[float | None]]


def read_metrics(path: Path) -> Training:
    """Read a metrics file.

    path (Path): JSON lines with step, losses, scores and score.
    RETURNS (Training): Losses and scores.
    RAISES (ConcnerError): C525 if the file cannot be read or holds no evaluation, C524 for a
        line that is none.
    """
    try:
        lines = path.read_text("utf8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConcnerError(Errors.C525.format(path=path, reason=show_reason(error))) from error
    rows = [_row(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise ConcnerError(Errors.C525.format(path=path, reason="it is empty"))
    losses = {name: None for row in rows for name in row["losses"]}
    scores = {name: None for row in rows for name in row["scores"] if name != "speed"}
    steps = [row["step"] for row in rows]
    # A row holds the sum over the steps since the row before; steps count from 0.
    spans = [max(1, step - before) for step, before in zip(steps, [-1, *steps], strict=False)]
    # Batches differ much in size, so that the loss of one says little beside means of many.
    alone = [n == 1 < max(spans) for n in spans]
    return Training(
        steps,
        {
            name: [
                None if left_out else _mean(row["losses"].get(name), n)
                for row, n, left_out in zip(rows, spans, alone, strict=True)
            ]
            for name in losses
        },
        {
            **{name: [_finite(row["scores"].get(name)) for row in rows] for name in scores},
            "score": [_finite(100 * row["score"]) for row in rows],
        },
    )


def training_charts(trainings: Mapping[str, Training]) -> list[LineChart]:
    """Draw how trainings went: a chart for each score and each loss.

    trainings (Mapping[str, Training]): Trainings by name.
    RETURNS (list[LineChart]): Scores first.
    """
    charts = []
    for kind, y_label, tables in (
        ("Score", "points", {run: training.scores for run, training in trainings.items()}),
        ("Loss", "mean a step", {run: training.losses for run, training in trainings.items()}),
    ):
        names = dict.fromkeys(name for table in tables.values() for name in table)
        # What the best model is chosen by comes first.
        for name in sorted(names, key=lambda name: name != "score"):
            series = [
                Series(number, _points(run, trainings[run].steps, table[name]))
                for number, (run, table) in enumerate(tables.items())
                if any(value is not None for value in table.get(name, ()))
            ]
            if series:
                title = f"{kind}: {name}"
                charts.append(line_chart(title, series, x_label="step", y_label=y_label))
    return charts


def _row(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError:
        row = None
    if not isinstance(row, Mapping) or not _is_evaluation(row):
        raise ConcnerError(
            Errors.C524.format(path=path, line=number, found=line[:80], expected=EXPECTED)
        )
    return dict(row)


def _is_evaluation(row: Mapping) -> bool:
    step = row.get("step")
    tables = [row.get("losses"), row.get("scores")]
    values = [value for table in tables if isinstance(table, dict) for value in table.values()]
    return (
        isinstance(step, int)
        and step >= 0
        and all(isinstance(table, dict) for table in tables)
        and all(value is None or isinstance(value, int | float) for value in values)
        and isinstance(row.get("score"), int | float)
    )


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _mean(value: float | None, n: int) -> float | None:
    value = _finite(value)
    return None if value is None else value / n


def _points(run: str, steps: Sequence[int], values: Sequence[float | None]) -> list[Point | None]:
    return [
        None
        if value is None
        else Point(step, value, f"{run}: {number_label(value)} at {number_label(step)}")
        for step, value in zip(steps, values, strict=True)
    ]
