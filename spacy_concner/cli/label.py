"""`spacy concner label`: teachers write soft labels for raw text."""

from pathlib import Path

import typer
from wasabi import msg

from ._util import verb


@verb("label")
def label_cli(
    input_path: Path = typer.Argument(..., help="Raw text: a .spacy file or a folder of them"),
    output_path: Path = typer.Argument(..., help="Folder for the softly labelled shards"),
    teacher: list[str] = typer.Option(
        ..., "--teacher", "-t", help="Pipeline folder or package; give it once a teacher"
    ),
    weight: list[float] = typer.Option(
        [], "--weight", "-w", help="Weight of each teacher, in order; equal without"
    ),
    limit: int = typer.Option(0, "--limit", "-l", help="Label this many documents; 0 for all"),
    batch_size: int = typer.Option(64, "--batch-size", "-b", help="Documents a batch"),
    shard_size: int = typer.Option(1000, "--shard-size", help="Documents a shard"),
    gpu_id: int = typer.Option(-1, "--gpu-id", "-g", help="GPU ID or -1 for CPU"),
    force: bool = typer.Option(
        False, "--force", "-F", help="Start anew if the output was made with other settings"
    ),
) -> None:
    """Label raw text softly with one or more teachers; a killed run resumes."""
    from spacy.cli._util import setup_gpu

    from ..teaching.soft_labels import label

    setup_gpu(gpu_id)
    result = label(
        input_path,
        output_path,
        teacher,
        weights=weight or None,
        limit=limit,
        batch_size=batch_size,
        shard_size=shard_size,
        force=force,
    )
    if result.resumed:
        msg.info(f"{result.resumed} documents were labelled by an earlier run")
    msg.good(
        f"{result.docs} documents, {result.tokens} tokens softly labelled by "
        f"{len(teacher)} teacher(s) in {len(result.shards)} shard(s): {output_path}"
    )
