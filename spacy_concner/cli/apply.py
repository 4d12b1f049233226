"""`spacy concner apply`: the entities that a pipeline finds in text of any quantity."""

import typer
from wasabi import msg

from ..corpora.rejects import show_reasons
from ._util import GPU_ID, use_gpu, verb


@verb("apply")
def apply_cli(
    pipeline: str = typer.Argument(
        ..., metavar="PIPELINE", help="Folder of a trained pipeline, or an installed package"
    ),
    input_path: str = typer.Argument(
        ...,
        metavar="INPUT",
        help="Text: a file that ends in .spacy, .txt (a text a line), .jsonl, .parquet or, "
        "compressed, in .txt.gz or .jsonl.gz; or a folder of such files of one kind; on the disk, "
        "or in a store: s3://bucket/folder",
    ),
    output_path: str = typer.Argument(
        ..., metavar="OUTPUT", help="Folder for the shards; like INPUT, it may be a URL of a store"
    ),
    format: str = typer.Option(
        "spacy", "--format", help="spacy (Docs), jsonl or parquet (rows with offsets and scores)"
    ),
    text_field: str = typer.Option(
        "text", "--text-field", help="Field or column of the text in JSON and parquet"
    ),
    entities_field: str = typer.Option(
        "entities", "--entities-field", help="Field or column for the entities in jsonl and parquet"
    ),
    encoding: str = typer.Option(
        "", "--encoding", help="Encoding of text and JSON, such as windows-1252, if it is not UTF-8"
    ),
    max_length: int = typer.Option(
        0, "--max-length", help="Characters that a text may have; 0 for what the pipeline allows"
    ),
    skip_invalid: bool = typer.Option(
        False, "--skip-invalid", help="Leave out broken records, counted and in a rejects file"
    ),
    rejects: str | None = typer.Option(
        None, "--rejects", help="File for what is left out; beside the output without"
    ),
    part: str = typer.Option(
        "",
        "--part",
        help="i/n, such as 2/8: make every eighth shard, from the second on; other runs make the "
        "others into the same folder",
    ),
    engine: str = typer.Option(
        "local", "--engine", help="local (processes of this machine) or ray (actors of Ray)"
    ),
    address: str = typer.Option(
        "",
        "--address",
        help="Address of a Ray cluster whose machines share the disk, or auto for one that runs "
        "here; without, this machine is the cluster",
    ),
    processes: int = typer.Option(
        0, "--processes", help="How many processes or actors; 0 for one a core, or a GPU"
    ),
    gpu_id: int = GPU_ID,
    limit: int = typer.Option(0, "--limit", help="Read this many records; 0 for all"),
    batch_size: int = typer.Option(64, "--batch-size", help="Texts a batch"),
    shard_size: int = typer.Option(1000, "--shard-size", help="Records a shard"),
    force: bool = typer.Option(
        False, "--force", "-F", help="Start anew if the output was made with other settings"
    ),
) -> None:
    """Write the entities found in text of any quantity; a killed run resumes.

    What is written does not depend on the number of processes, or of parts.
    """
    from ..applying.apply import apply

    if engine == "local" and processes in (0, 1):
        use_gpu(gpu_id)
    result = apply(
        pipeline,
        input_path,
        output_path,
        format=format,
        text_field=text_field,
        entities_field=entities_field,
        encoding=encoding,
        max_length=max_length,
        skip_invalid=skip_invalid,
        rejects=rejects,
        part=part,
        engine=engine,
        address=address,
        processes=processes,
        gpu_id=gpu_id,
        limit=limit,
        batch_size=batch_size,
        shard_size=shard_size,
        force=force,
    )
    if result.resumed:
        msg.info(f"{result.resumed} shards were made by an earlier run")
    if result.rejected:
        msg.warn(
            f"{result.rejected.total()} records left out: {show_reasons(result.rejected)}",
            f"See {result.rejects}" if result.shards else "",
        )
    found = ", ".join(f"{n} {label}" for label, n in sorted(result.entities.items()))
    told = f"{result.docs} texts, {result.words} words, {found or 'no entities'}"
    if result.shards:
        msg.good(f"{told} in {result.n_shards} shard(s): {output_path}")
    else:
        msg.good(
            f"{told} in {result.n_shards} shard(s) of part {part}",
            f"{output_path} can be read once the other parts are made.",
        )
