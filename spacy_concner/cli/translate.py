"""`spacy concner translate`: labelled sentences become bitexts."""

from pathlib import Path

import typer
from wasabi import msg

from ..errors import ConcnerError, Errors
from ._projection import KEEP_UNPROJECTED, LAYER, REJECTS, SHARD_SIZE
from ._util import FORCE, verb


@verb("translate")
def translate_cli(
    input_path: Path = typer.Argument(
        ..., metavar="INPUT", help="Labelled .spacy file or a folder of them"
    ),
    output_path: Path | None = typer.Argument(
        None, metavar="OUTPUT", help="File that ends in .spacy (packed in memory), or folder"
    ),
    engine: str | None = typer.Option(
        None,
        "--engine",
        help="bergamot, huggingface, apertium, argos, lexicon, command, file, or a name in the "
        "registry 'translators'; bergamot without, file with --translations",
    ),
    option: list[str] = typer.Option(
        [],
        "--option",
        help="A setting of the engine, such as model=Helsinki-NLP/opus-mt-en-bg or num_beams=1; "
        "can be given more than once",
    ),
    retries: int = typer.Option(
        0,
        "--retries",
        min=0,
        help="Give a batch to the engine again this often where it fails, after 1, 2, 4 … seconds",
    ),
    source: str = typer.Option("en", "--source", help="Language to translate from"),
    target: str = typer.Option("pt", "--target", help="Language to translate to"),
    export_source: Path | None = typer.Option(
        None,
        "--export-source",
        help="Translate nothing: write the lines to translate (sentences with placeholders such "
        "as PER0, and entities) to this new file. Keep placeholders as they are, one "
        "translation a line, then give the file with --translations and the same other options",
    ),
    translations: Path | None = typer.Option(
        None, "--translations", help="Your translations of the lines of --export-source"
    ),
    copy_label: list[str] = typer.Option(
        [],
        "--copy-label",
        help="Type of entity to take over untranslated, such as PER between languages that share "
        "a script; can be given more than once",
    ),
    project: str = typer.Option(
        "auto",
        "--project",
        help="How labels cross over: placeholders, markers, alignment, or auto: these in turn "
        "until one keeps them (alignment with --encoder)",
    ),
    encoder: str | None = typer.Option(
        None,
        "--encoder",
        help="For alignment: an encoder folder, or a trained pipeline with a transformer",
    ),
    layer: int | None = LAYER,
    keep_unprojected: bool = KEEP_UNPROJECTED,
    rejects: Path | None = REJECTS,
    cache: Path | None = typer.Option(
        None,
        "--cache",
        help="SQLite file for what was translated, so that a stopped run goes on (not with "
        "--translations); beside the output without: out/bi.cache.sqlite for out/bi.spacy",
    ),
    batch_size: int = typer.Option(
        64, "--batch-size", min=1, help="Texts that the engine gets at once"
    ),
    shard_size: int = SHARD_SIZE,
    limit: int = typer.Option(0, "--limit", min=0, help="Translate this many; 0 for all"),
    code_path: Path | None = typer.Option(
        None, "--code", help="Python file that registers further engines"
    ),
    force: bool = FORCE,
) -> None:
    """Translate labelled sentences and carry their entities over."""
    if export_source is not None:
        _export_source(
            input_path,
            export_source,
            source,
            target,
            copy_labels=copy_label,
            project=project,
            limit=limit,
        )
        return
    if output_path is None:
        raise ConcnerError(Errors.C209.format(path=input_path))
    from ..bitexts.translate import translate_corpus
    from ..engines.own_code import import_code

    if code_path is not None:
        import_code(code_path, "engines")
    done = translate_corpus(
        input_path,
        output_path,
        engine=engine,
        options=option,
        retries=retries,
        source=source,
        target=target,
        translations=translations,
        copy_labels=copy_label,
        project=project,
        encoder=encoder,
        layer=layer,
        keep_unprojected=keep_unprojected,
        rejects=rejects,
        cache=cache,
        batch_size=batch_size,
        shard_size=shard_size,
        limit=limit,
        force=force,
        progress=True,
    )
    for reason, count in done.lost.most_common():
        msg.warn(f"{count} sentences: {reason}")
    if done.rejects:
        msg.info(f"Lost labels: {done.rejects}")
    if done.unlabelled:
        msg.info(f"{done.unlabelled} of the pairs kept have an unlabelled translation")
    msg.table(
        {
            "Sentences": done.sentences,
            "Pairs kept": f"{done.kept} ({done.kept / done.sentences:.1%})",
            **{f"Labels by {name}": n for name, n in sorted(done.strategies.items())},
            "Entities": done.entities,
            "Widened to whole tokens": done.widened,
            **done.quality.rows(),
            "Unchanged": f"{done.unchanged_share:.1%}",
            "Texts translated now": done.translated,
            "Seconds": f"{done.seconds:.1f}",
        }
    )
    msg.good(f"{done.kept} pairs {source}-{target}: {output_path}")


def _export_source(path: Path, file: Path, source: str, target: str, **settings) -> None:
    from ..bitexts.export_source import export_source

    done = export_source(path, file, source, target, **settings)
    if not done.n_entities:
        msg.warn(
            f"{path} has no labelled entity, so there are no placeholders in the lines "
            "and no labels to carry over. Is it the labelled corpus?"
        )
    if done.n_lines:
        msg.good(f"{done.n_lines} lines to translate: {file}")
    else:
        msg.warn(f"Nothing to translate in {path}: no file written")
