"""`spacy concner filter`: bitexts without the translations that are not good enough."""

from pathlib import Path

import typer
from wasabi import msg

from . import _thresholds
from ._projection import SHARD_SIZE
from ._util import FORCE, verb


@verb("filter")
def filter_cli(
    input_path: Path = typer.Argument(
        ..., metavar="INPUT", help="Bitexts: a .spacy file or a folder of them"
    ),
    output_path: Path = typer.Argument(
        ..., metavar="OUTPUT", help="File that ends in .spacy (packed in memory), or folder"
    ),
    rejects: Path | None = typer.Option(
        None,
        "--rejects",
        help="JSON lines file for what is turned down, with reasons; beside the output without: "
        "out/bi.rejects.jsonl for out/bi.spacy. Corrected, convert reads it back",
    ),
    max_length_factor: float = _thresholds.MAX_LENGTH_FACTOR,
    max_untranslated: float = _thresholds.MAX_UNTRANSLATED,
    min_entities_kept: float = _thresholds.MIN_ENTITIES_KEPT,
    max_entities_added: int = _thresholds.MAX_ENTITIES_ADDED,
    require_labels: bool = typer.Option(
        False, "--require-labels", help="Turn down translations without annotation"
    ),
    strategy: list[str] = typer.Option(
        [], "--strategy", help="Take only labels that crossed this way; can be given more than once"
    ),
    reject_note: list[str] = typer.Option(
        [],
        "--reject-note",
        help="Turn down what the projection has noted this of, as inspect shows it; can be given "
        "more than once",
    ),
    shard_size: int = SHARD_SIZE,
    force: bool = FORCE,
) -> None:
    """Take out bad translations, and keep them with reasons in a file."""
    from ..bitexts.filter import filter_corpus
    from ..bitexts.thresholds import Thresholds

    thresholds = Thresholds(
        max_length_factor=max_length_factor,
        max_untranslated=max_untranslated,
        min_entities_kept=min_entities_kept,
        max_entities_added=max_entities_added,
        require_labels=require_labels,
        strategies=tuple(strategy),
        reject_notes=tuple(reject_note),
    )
    done = filter_corpus(
        input_path,
        output_path,
        thresholds,
        rejects=rejects,
        shard_size=shard_size,
        force=force,
        progress=True,
    )
    rows: list[tuple[str, object]] = [
        ("Pairs", done.n_pairs),
        ("Pairs kept", f"{done.n_pairs_kept} ({done.n_pairs_kept / done.n_pairs:.1%})"),
    ]
    rows += [(f"Rejected: {reason}", n) for reason, n in done.rejected.most_common()]
    msg.table(rows, aligns=("l", "r"))
    for option, given, there in (
        ("--strategy", strategy, done.strategies),
        ("--reject-note", reject_note, done.notes),
    ):
        for value in given:
            if not there[value]:
                known = "; ".join(sorted(there)) or "nothing"
                msg.warn(f"No pair has {value!r} of {option}; there is: {known}")
    if done.n_plain:
        msg.info(f"{done.n_plain} documents are no bitexts: written as they are")
    if done.rejects:
        msg.info(f"Rejected pairs: {done.rejects}")
    shards = (
        f"{len(done.files)} shard(s) in {output_path}" if len(done.files) > 1 else done.files[0]
    )
    msg.good(f"{done.n_kept} of {done.n_docs} documents kept: {shards}")
