"""`spacy concner convert`: corpora in common formats into .spacy files."""

from pathlib import Path

import typer
from wasabi import msg

from . import _reading as reading
from ._util import verb


@verb("convert")
def convert_cli(
    source: str = typer.Argument(
        ...,
        metavar="INPUT",
        help="File or folder (CoNLL, JSON, CSV, plain text, brat, WebAnno TSV, parquet), or a "
        "dataset on the Hugging Face hub such as wikiann/bg",
    ),
    output: Path = typer.Argument(
        ...,
        metavar="OUTPUT",
        help="File that ends in .spacy (packed in memory), or folder for shards",
    ),
    format: str = reading.FORMAT,
    lang: str = typer.Option("xx", "--lang", "-l", help="Language whose tokenizer splits texts"),
    split: str = typer.Option(
        "train",
        "--split",
        help="Split of a dataset, or of a folder whose files are named for splits",
    ),
    encoding: str = reading.ENCODING,
    token_column: int = reading.TOKEN_COLUMN,
    label_column: int = reading.LABEL_COLUMN,
    scheme: str = reading.SCHEME,
    strip_prefix: str = reading.STRIP_PREFIX,
    tag_names: str = reading.TAG_NAMES,
    tokens_field: str = reading.TOKENS_FIELD,
    tags_field: str = reading.TAGS_FIELD,
    sentence_field: str = reading.SENTENCE_FIELD,
    offsets: str = reading.OFFSETS,
    labels: str = reading.LABELS,
    segment: str = typer.Option(
        "", "--segment", help="Of bitexts keep only the segments in this language"
    ),
    unlabelled: bool = typer.Option(
        False, "--unlabelled", help="Leave the annotation unread: raw text for students"
    ),
    limit: int = typer.Option(0, "--limit", help="Stop after this many valid sentences; 0 for all"),
    sample: int | None = typer.Option(
        None,
        "--sample",
        help="Keep random.Random(seed).sample of the valid sentences, all read first",
    ),
    seed: int = typer.Option(0, "--seed", help="Seed of the sample"),
    skip_invalid: bool = reading.SKIP_INVALID,
    rejects: Path | None = typer.Option(
        None,
        "--rejects",
        help="Rejects file (JSON lines), by default beside the output: train.rejects.jsonl for "
        "train.spacy; implies --skip-invalid",
    ),
    shard_size: int = typer.Option(5000, "--shard-size", help="Sentences in a shard"),
    force: bool = typer.Option(
        False, "--force", "-F", help="Replace an output that this verb has made before"
    ),
) -> None:
    """Convert a corpus into a .spacy file or a folder of .spacy shards.

    Prodigy's records with the answer "reject" or "ignore" are skipped and counted.
    """
    from ..corpora.convert import convert

    done = convert(
        source,
        output,
        format=format,
        lang=lang,
        split=split,
        encoding=encoding,
        token_column=token_column,
        label_column=label_column,
        scheme=scheme,
        strip_prefix=strip_prefix,
        tag_names=reading.names_of(tag_names),
        tokens_field=tokens_field,
        tags_field=tags_field,
        sentence_field=sentence_field,
        offsets=offsets,
        labels=reading.names_of(labels),
        segment=segment or None,
        unlabelled=unlabelled,
        limit=limit,
        sample=sample,
        seed=seed,
        skip_invalid=skip_invalid,
        rejects=rejects,
        shard_size=shard_size,
        force=force,
        progress=True,
    )
    rows = [("Format", done.format), ("Sentences", done.n_sentences), ("Tokens", done.n_tokens)]
    rows += [(f"Entities {name}", n) for name, n in sorted(done.entities.items())]
    if done.n_missing:
        rows.append(("Sentences not (fully) annotated", done.n_missing))
    rows += [(f"Turned into O: {name}", n) for name, n in sorted(done.dropped.items())]
    if done.n_without_segment:
        rows.append((f"Left out: no {segment} segment", done.n_without_segment))
    rows += [(f"Skipped, answer {answer}", n) for answer, n in sorted(done.skipped.items())]
    rows += [(f"Rejected {code}", n) for code, n in sorted(done.rejected.items())]
    msg.table(rows, aligns=("l", "r"))
    for name in reading.names_of(labels) or []:
        if not done.entities[name]:
            msg.warn(f"No entity of type {name}")
    if done.other_splits:
        names = ", ".join(path.name for path in done.other_splits[:5])
        msg.info(
            f"Not read, of other splits than {split}: {len(done.other_splits)} files ({names})"
        )
    if done.n_trimmed:
        msg.warn(f"{done.n_trimmed} entities cut to what is no white space at their ends")
    if strip_prefix and not done.n_stripped:
        msg.warn(f"No token begins with {strip_prefix} (--strip-prefix)")
    if done.n_with_tab == done.n_sentences:
        msg.warn(
            "Each line holds a tab and is read as one sentence: take out what is none. Text in two "
            "languages is read by spacy concner bitext"
        )
    for prefix, n in done.prefixes.items():
        msg.warn(f"{n} of {done.n_tokens} tokens begin with {prefix} (--strip-prefix {prefix})")
    if done.rejected:
        msg.warn(f"{done.rejected.total()} broken records left out, see {done.rejects}")
    shards = f"{len(done.files)} shard(s) in {output}" if len(done.files) > 1 else done.files[0]
    msg.good(f"{done.n_sentences} sentences written: {shards}")
