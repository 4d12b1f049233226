"""`spacy concner bitext`: parallel text becomes bitexts."""

from pathlib import Path

import typer
from wasabi import msg

from ._projection import KEEP_UNPROJECTED, LAYER, REJECTS, SHARD_SIZE
from ._util import FORCE, GPU_ID, use_gpu, verb


@verb("bitext")
def bitext_cli(
    input_path: Path = typer.Argument(
        ...,
        metavar="PARALLEL",
        help="Lines of source, tab, target; or the source's lines, with --target-file; or the "
        "name that two files share that end in .en and .bg",
    ),
    output_path: Path = typer.Argument(
        ..., metavar="OUTPUT", help="File that ends in .spacy (packed in memory), or folder"
    ),
    source: str = typer.Option("en", "--source", help="Language of the source"),
    target: str = typer.Option(..., "--target", help="Language of the target"),
    target_file: Path | None = typer.Option(
        None, "--target-file", help="File with the target of each line"
    ),
    columns: str = typer.Option(
        "",
        "--columns",
        help="Columns of source and target, such as 1,2 where column 0 has scores; in two files, "
        "that of each, such as 1,0; negative from the right. Names above them are left out",
    ),
    labels_from: str | None = typer.Option(
        None,
        "--labels-from",
        help="Trained pipeline that labels the source; its labels are carried over. Without it "
        "and --labels nothing is labelled: bitexts for the translation contrast alone",
    ),
    labels: Path | None = typer.Option(
        None, "--labels", help="Labelled .spacy corpus of the source, a document a line"
    ),
    alignments: str | None = typer.Option(
        None,
        "--alignments",
        help="Word alignments such as 0-0 1-2: a file with a line each, or the word column for "
        "the third column; words are then separated by spaces",
    ),
    encoder: str | None = typer.Option(
        None,
        "--encoder",
        help="What aligns the words without --alignments: an encoder folder, or a trained "
        "pipeline with a transformer; the teacher's own without",
    ),
    layer: int | None = LAYER,
    align: str = typer.Option(
        "itermax", "--align", help="argmax (few, precise links) or itermax (more links)"
    ),
    distortion: float = typer.Option(
        0.0, "--distortion", help="From 0 to 1: less links between words far apart"
    ),
    tokenised: bool = typer.Option(
        False, "--tokenised", help="Words and punctuation are separated by spaces"
    ),
    max_length_ratio: float = typer.Option(
        3.0, "--max-length-ratio", help="Characters of the longer side for one of the shorter"
    ),
    max_words: int = typer.Option(200, "--max-words", help="Words of a side"),
    min_confidence: float = typer.Option(
        0.0, "--min-confidence", help="Score of the teacher's entities, from 0 to 1"
    ),
    min_entities_kept: float = typer.Option(
        1.0, "--min-entities-kept", help="Share of a sentence's entities that must find a place"
    ),
    around: int | None = typer.Option(
        None,
        "--around",
        min=0,
        help="Instead of whole sentences, each entity that the teacher of --labels-from finds "
        "alike in source and target, with this many words before and after it: few, short, sure "
        "pairs, where the text is of another kind than what the teacher has learned from",
    ),
    keep_unprojected: bool = KEEP_UNPROJECTED,
    rejects: Path | None = REJECTS,
    limit: int = typer.Option(0, "--limit", min=0, help="Read this many lines; 0 for all"),
    batch_size: int = typer.Option(
        512, "--batch-size", min=1, help="Pairs read at once, like lengths then together"
    ),
    shard_size: int = SHARD_SIZE,
    gpu_id: int = GPU_ID,
    force: bool = FORCE,
) -> None:
    """Make bitexts of parallel text, with the labels of its source."""
    from ..bitexts.from_parallel import make_bitexts

    use_gpu(gpu_id)
    made = make_bitexts(
        input_path,
        output_path,
        source=source,
        target=target,
        target_file=target_file,
        columns=_read_columns(columns),
        alignments=alignments,
        labels_from=labels_from,
        labels=labels,
        encoder=encoder,
        layer=layer,
        align=align,
        distortion=distortion,
        tokenised=tokenised,
        max_length_ratio=max_length_ratio,
        max_words=max_words,
        min_confidence=min_confidence,
        min_entities_kept=min_entities_kept,
        around=around,
        keep_unprojected=keep_unprojected,
        rejects=rejects,
        limit=limit,
        batch_size=batch_size,
        shard_size=shard_size,
        gpu_id=gpu_id,
        force=force,
        progress=True,
    )
    for reason, count in made.lost.most_common():
        msg.warn(f"{count} lines: {reason}")
    if made.rejects:
        msg.info(f"Left out, or without labels: {made.rejects}")
    kept = {
        "Pairs kept": f"{made.kept} ({made.kept / made.lines:.1%})",
        "With labels on the target": str(made.labelled),
        "Entities": str(made.entities),
    }
    if around is not None:
        kept = {"Pairs cut out": str(made.labelled)}
        kept |= {f"Entities passed over: {why}": str(n) for why, n in made.passed_over.items()}
        if keep_unprojected:
            kept["Sentences kept without labels"] = str(made.kept - made.labelled)
    rows = {
        "Lines": made.lines,
        **kept,
        **{f"To look at: {problem}": n for problem, n in made.problems.most_common()},
        **made.quality.rows(),
        "Seconds": f"{made.seconds:.1f}",
    }
    msg.table(rows)
    msg.good(f"{made.kept} pairs {source}-{target}: {output_path}")


def _read_columns(text: str) -> tuple[int, int] | None:
    """Give the numbers of two columns: C132 for anything else."""
    from ..errors import ConcnerError, Errors

    if not text:
        return None
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 2 or not all(part.removeprefix("-").isdecimal() for part in parts):
        expected = "two numbers of columns, from 0 or negative from the right, such as 1,2"
        values = {"setting": "--columns", "value": text, "expected": expected}
        raise ConcnerError(Errors.C132.format(**values))
    first, second = map(int, parts)
    return first, second
