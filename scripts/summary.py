"""Compare pipelines: `python scripts/summary.py metrics --languages "bg de" --pipelines "a b"`.

Prints the entity scores of `PIPELINE.LANG.json`, as `spacy evaluate` wrote them, and writes
them as a table to `summary.md`.
"""

from pathlib import Path

import srsly
import typer
from wasabi import msg

MEASURES = {"ents_p": "precision", "ents_r": "recall", "ents_f": "F1"}


def summarise(metrics: Path, languages: list[str], pipelines: list[str]) -> list[list[str]]:
    """Collect the scores.

    metrics (Path): Folder with the scores.
    languages (list[str]): Language codes.
    pipelines (list[str]): Names of the pipelines.
    RETURNS (list[list[str]]): A row for each pipeline and language.
    """
    rows = []
    for language in languages:
        for name in pipelines:
            scores = srsly.read_json(metrics / f"{name}.{language}.json")
            numbers = [f"{100 * (scores[measure] or 0):.1f}" for measure in MEASURES]
            rows.append([language, name, *numbers])
    return rows


def main(
    metrics: Path = typer.Argument(..., help="Folder with the scores"),
    languages: str = typer.Option(..., help="Language codes divided by spaces"),
    pipelines: str = typer.Option(..., help="Names of the pipelines divided by spaces"),
) -> None:
    """Print and write the summary."""
    rows = summarise(metrics, languages.split(), pipelines.split())
    header = ["language", "pipeline", *MEASURES.values()]
    msg.table(rows, header=header, divider=True, aligns=("l", "l", "r", "r", "r"))
    lines = [" | ".join(row) for row in [header, ["---"] * len(header), *rows]]
    path = metrics / "summary.md"
    path.write_text("".join(f"| {line} |\n" for line in lines), encoding="utf8")
    msg.good(f"Scores on held-out sentences: {path}")


if __name__ == "__main__":
    typer.run(main)
