"""`spacy concner ship`: a trained pipeline in the form that is installed."""

from pathlib import Path

import typer
from wasabi import msg

from ._util import language_codes, verb


@verb("ship")
def ship_cli(
    student: str = typer.Argument(
        ..., metavar="PIPELINE", help="Trained pipeline: folder or installed package"
    ),
    output: Path = typer.Argument(..., metavar="OUTPUT", help="Folder to write"),
    lang: list[str] = typer.Option(
        ...,
        "--lang",
        "-l",
        help='Languages, such as "bg de"; the first names the package',
    ),
    keep_from: list[Path] = typer.Option(
        [],
        "--keep-from",
        help="Cut the vocabulary to the word pieces of this .spacy file, or of those in this "
        "folder (can be given again): raw text of the language, and English",
    ),
    keep_top: int = typer.Option(
        0, "--keep-top", min=0, help="Further pieces to keep, in the order of the vocabulary"
    ),
    test: Path | None = typer.Option(
        None, "--test", help="Labelled .spacy file to score before and after"
    ),
    limit: int = typer.Option(
        500, "--limit", min=0, help="Documents of --keep-from to compare without --test"
    ),
    precision: str = typer.Option(
        "int8", "--precision", help="Precision of the weights: int8, float16 or float32"
    ),
    engine: str = typer.Option(
        "auto",
        "--engine",
        help="What runs the encoder: ctranslate2, onnx, or auto for CTranslate2 where it knows "
        "the kind of encoder and otherwise ONNX Runtime",
    ),
    shared: bool = typer.Option(
        False,
        "--shared",
        help="Make the encoder a tok2vec component of its own, to which others can listen",
    ),
    force: bool = typer.Option(
        False, "--force", "-F", help="Replace a pipeline that this verb has shipped before"
    ),
) -> None:
    """Make a trained pipeline small and fast, without torch.

    The transformer becomes a compact encoder: its vocabulary cut, its weights in 8 bits.
    Other components stay as they are. Make a wheel of the output with spacy package.
    """
    from ..shipping.comparison import describe_change
    from ..shipping.ship import ship

    report = ship(
        student,
        output,
        language_codes(" ".join(lang)),
        keep_from=keep_from,
        keep_top=keep_top,
        test=test,
        limit=limit,
        precision=precision,  # type: ignore[arg-type]
        engine=engine,  # type: ignore[arg-type]
        shared=shared,
        force=force,
    )
    rows = [("MB", f"{report.bytes_before / 1e6:.1f}", f"{report.bytes_after / 1e6:.1f}")]
    if report.sentences:
        rows.append(("words a second", f"{report.words_before:,.0f}", f"{report.words_after:,.0f}"))
    if report.f1_before is not None and report.f1_after is not None:
        rows.append(("F1", f"{100 * report.f1_before:.2f}", f"{100 * report.f1_after:.2f}"))
    msg.table(rows, header=("", "before", "after"), divider=True, aligns=("l", "r", "r"))
    if report.sentences:
        msg.info(
            f"Entities changed in {report.changed} of {report.sentences} sentences; probabilities "
            f"differ by {report.mean_score_difference:.3f} on average, by "
            f"{report.score_difference:.3f} at most"
        )
        if report.f1_change is not None:
            msg.info(describe_change(report.f1_change, report.sentences))
        elif report.changed:
            msg.info("Whether for better or worse needs labelled sentences: give --test")
    else:
        msg.info("Nothing was compared: give --test or --keep-from")
    if test is not None and report.f1_before is None:
        msg.warn(f"No F1: {test} has no labelled entities")
    if not keep_from:
        msg.warn("The whole vocabulary stays: --keep-from cuts it to that of your corpora")
    pieces = " + ".join(f"{n:,}" for n in report.pieces)
    if "onnx" in report.engines:
        msg.info('It runs in ONNX Runtime: pip install "spacy-concner[onnx]" where it is used')
    msg.good(f"Shipped an encoder of {pieces} word pieces to {output}")
