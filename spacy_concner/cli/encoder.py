"""`spacy concner encoder`: make an encoder folder, its vocabulary cut to corpora."""

from pathlib import Path

import typer
from wasabi import msg

from ._util import verb


@verb("encoder")
def encoder_cli(
    source: str = typer.Argument(
        ...,
        metavar="INPUT",
        help="Name of a model on the Hugging Face hub, folder of an encoder or of a pipeline that "
        "has one, or multilingual-e5-small-q4 (in the extra 'demo', needs no network)",
    ),
    output: Path = typer.Argument(..., metavar="OUTPUT", help="Folder to write"),
    keep_from: list[Path] = typer.Option(
        [],
        "--keep-from",
        help="Cut the vocabulary to the word pieces of this .spacy file, or of those in this "
        "folder (can be given again)",
    ),
    keep_top: int = typer.Option(
        0, "--keep-top", min=0, help="Further pieces to keep, in the order of the vocabulary"
    ),
    force: bool = typer.Option(
        False, "--force", "-F", help="Replace an encoder that this verb has made before"
    ),
) -> None:
    """Make an encoder folder, its vocabulary cut to your corpora.

    The folder is named in the settings of a transformer component.
    Word embeddings are most of a multilingual encoder. With --keep-from only those stay
    that the corpora use, beside special tokens and all pieces of one character; the
    corpora are tokenised as before.
    """
    from ..encoding.encoder import make_encoder

    before, after = make_encoder(
        source, output, keep_from=keep_from, keep_top=keep_top, force=force
    )
    rows = [
        ("word pieces", f"{before.n_pieces:,}", f"{after.n_pieces:,}"),
        ("parameters", f"{before.n_parameters:,}", f"{after.n_parameters:,}"),
        ("MB", f"{before.n_bytes / 1e6:,.1f}", f"{after.n_bytes / 1e6:,.1f}"),
    ]
    msg.table(rows, header=("", "before", "after"), divider=True, aligns=("l", "r", "r"))
    msg.good(f"Wrote the encoder to {output}")
