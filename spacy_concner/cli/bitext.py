"""`spacy concner bitext`: parallel text becomes bitexts."""

from pathlib import Path

import typer
from wasabi import msg

from ..errors import ConcnerError, Errors
from ._aligner import load_aligner
from ._util import use_gpu, verb


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
    source: str = typer.Option("en", "--source", "-s", help="Language of the source"),
    target: str = typer.Option(..., "--target", "-t", help="Language of the target"),
    target_file: Path | None = typer.Option(
        None, "--target-file", help="File with the target of each line"
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
    layer: int | None = typer.Option(
        None, "--layer", help="Hidden layer of the encoder; two thirds of the way up without"
    ),
    method: str = typer.Option(
        "itermax", "--align", help="argmax (few, precise links) or itermax (more links)"
    ),
    distortion: float = typer.Option(
        0.0, "--distortion", help="From 0 to 1: less links between words far apart"
    ),
    tokenised: bool = typer.Option(
        False, "--tokenised", help="Words and punctuation are separated by spaces"
    ),
    most_ratio: float = typer.Option(
        3.0, "--most-ratio", help="Characters of the longer side for one of the shorter"
    ),
    most_words: int = typer.Option(200, "--most-words", help="Words of a side"),
    least_confidence: float = typer.Option(
        0.0, "--least-confidence", help="Score of the teacher's entities, from 0 to 1"
    ),
    least_share: float = typer.Option(
        1.0, "--least-share", help="Share of a sentence's entities that must find a place"
    ),
    around: int | None = typer.Option(
        None,
        "--around",
        min=0,
        help="Instead of whole sentences, each entity that the teacher of --labels-from finds "
        "alike in source and target, with this many words before and after it: few, short, sure "
        "pairs, where the text is of another kind than what the teacher has learned from",
    ),
    keep_unprojected: bool = typer.Option(
        False,
        "--keep-unprojected",
        help="Keep pairs whose labels were lost, the target marked as not annotated",
    ),
    rejects: Path | None = typer.Option(
        None,
        "--rejects",
        help="JSONL file for what is left out and why; beside the output without: "
        "out/bi.rejects.jsonl for out/bi.spacy",
    ),
    limit: int = typer.Option(0, "--limit", "-l", min=0, help="Read this many lines; 0 for all"),
    batch_size: int = typer.Option(
        512, "--batch-size", "-b", min=1, help="Pairs read at once, like lengths then together"
    ),
    shard_size: int = typer.Option(5000, "--shard-size", min=1, help="Pairs in a shard"),
    gpu_id: int = typer.Option(-1, "--gpu-id", "-g", help="GPU ID or -1 for CPU"),
    force: bool = typer.Option(
        False, "--force", "-F", help="Replace the .spacy files in the output folder"
    ),
) -> None:
    """Make bitexts of parallel text, the labels of the source carried over by word alignment."""
    import spacy

    from ..bitexts import from_parallel as parallel
    from ..bitexts import source_labels
    from ..bitexts.parallel_files import check_columns, find_parallel
    from ..bitexts.thresholds import Thresholds

    if labels_from is not None and labels is not None:
        raise ConcnerError(Errors.C224.format(first="--labels-from", second="--labels"))
    use_gpu(gpu_id, silent=True)
    thresholds = Thresholds(most_ratio, most_words, least_confidence, least_share)
    files = find_parallel(input_path, (source, target), target_file, alignments)
    check_columns(files)
    labeller: source_labels.SourceLabels | None = None
    if labels_from is not None:
        labeller = source_labels.TeacherLabels(labels_from, needs_scores=least_confidence > 0)
    elif labels is not None:
        labeller = source_labels.CorpusLabels(labels, source, spacy.blank("xx"))
    aligner = None
    if labeller is not None and not files.has_alignments:
        aligner = load_aligner(encoder or labels_from, layer, method, distortion, gpu_id)
    rejects = rejects or output_path.with_suffix(".rejects.jsonl")
    made = parallel.make_bitexts(
        files,
        output_path,
        (source, target),
        labels=labeller,
        aligner=aligner,
        thresholds=thresholds,
        around=around,
        keep_unprojected=keep_unprojected,
        tokenised=tokenised,
        rejects=rejects,
        limit=limit,
        batch_size=batch_size,
        shard_size=shard_size,
        force=force,
    )
    for reason, count in made.lost.most_common():
        msg.warn(f"{count} lines: {reason}")
    if made.lost:
        msg.info(f"Left out, or without labels: {rejects}")
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
