"""`spacy concner export`: .spacy files into JSON lines to correct."""

from pathlib import Path

import typer
from wasabi import msg

from ._util import verb


@verb("export")
def export_cli(
    input_path: Path = typer.Argument(
        ..., metavar="INPUT", help="Bitexts or sentences: a .spacy file or a folder of them"
    ),
    output_path: Path = typer.Argument(..., metavar="OUTPUT", help="JSON lines file"),
    style: str = typer.Option(
        "prodigy", "--style", help="Spans as prodigy or as doccano reads them"
    ),
    limit: int = typer.Option(0, "--limit", min=0, help="Export this many; 0 for all"),
    force: bool = typer.Option(
        False, "--force", "-F", help="Replace a JSON lines file that is there"
    ),
) -> None:
    """Export bitexts to correct them in Prodigy, in Doccano or by hand.

    Read the corrected file with spacy concner convert: nothing is lost on the way.
    """
    from ..corpora.export import export_corpus

    done = export_corpus(
        input_path, output_path, style=style, limit=limit, force=force, progress=True
    )
    rows = [("Documents", done.n_docs), ("Bitexts", done.n_bitexts)]
    rows += [(f"Entities {name}", n) for name, n in sorted(done.entities.items())]
    if done.n_missing:
        rows.append(("Not (fully) annotated", done.n_missing))
    msg.table(rows, aligns=("l", "r"))
    if done.n_empty:
        msg.warn(f"{done.n_empty} documents without text left out")
    for what, n in sorted(done.left_out.items()):
        msg.warn(f"{n} documents carry what JSON lines do not hold: {what}")
    msg.good(f"{done.n_docs} documents to correct: {output_path}")
    msg.info(f"Back with: spacy concner convert {output_path} corrected.spacy")
