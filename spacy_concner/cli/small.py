"""`spacy concner small`: a small, fast pipeline out of a shipped one and raw text."""

from pathlib import Path

import typer
from wasabi import msg

from ._util import FORCE, language_codes, verb


@verb("small")
def small_cli(
    raw: Path = typer.Argument(
        ...,
        metavar="INPUT",
        help="Raw text, a .spacy file or a folder of them; or such text as label has written",
    ),
    output: Path = typer.Argument(..., metavar="OUTPUT", help="Folder to write"),
    teacher: str = typer.Option(
        ..., "--teacher", help="Shipped pipeline that labels it: folder or installed package"
    ),
    lang: list[str] = typer.Option(
        ...,
        "--lang",
        "-l",
        help='Languages, such as "bg de"; the first names the package',
    ),
    config: Path | None = typer.Option(
        None, "--config", help="Config of its training; the small.cfg of projects without"
    ),
    steps: int = typer.Option(
        0, "--steps", min=0, help="Training steps; by the amount of text without"
    ),
    limit: int = typer.Option(0, "--limit", min=0, help="Read this many raw sentences; 0 for all"),
    seed: int = typer.Option(1, "--seed", help="Random seed of the training"),
    force: bool = FORCE,
) -> None:
    """Make a small and fast pipeline of a shipped one and raw text.

    The shipped one labels the text, and a convolutional network learns from it. It needs no
    encoder, and no labels: how far it agrees with its teacher is measured on text that it has not
    seen.
    """
    from ..projects.template import CONFIGS, template_folder
    from ..shipping.small import make_small

    report = make_small(
        raw,
        output,
        teacher,
        languages=language_codes(" ".join(lang)),
        config=config or template_folder() / CONFIGS / "small.cfg",
        steps=steps,
        limit=limit,
        seed=seed,
        force=force,
    )
    rows = [
        ("MB", f"{report.bytes_teacher / 1e6:.1f}", f"{report.bytes_small / 1e6:.1f}"),
        ("words a second", f"{report.words_teacher:,.0f}", f"{report.words_small:,.0f}"),
    ]
    msg.table(rows, header=("", "teacher", "small"), divider=True, aligns=("l", "r", "r"))
    msg.info(
        f"On {report.held_out} sentences that it has not seen it finds what its teacher finds with "
        f"an F1 of {100 * report.agreement:.1f}"
    )
    msg.good(f"Small pipeline of {report.raw_words:,} raw words: {output}")
