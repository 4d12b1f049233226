"""Options of the verbs that carry labels over to a translation."""

import typer

LAYER = typer.Option(
    None, "--layer", help="Hidden layer of the encoder; two thirds of the way up without"
)
KEEP_UNPROJECTED = typer.Option(
    False,
    "--keep-unprojected",
    help="Keep pairs whose labels were lost, the translation marked as not annotated",
)
REJECTS = typer.Option(
    None,
    "--rejects",
    help="JSON lines file for what is left out or has lost its labels, and why; beside the output "
    "without: out/bi.rejects.jsonl for out/bi.spacy",
)
SHARD_SIZE = typer.Option(5000, "--shard-size", min=1, help="Documents in a shard")
