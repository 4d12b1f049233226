"""`spacy concner translate`: labelled sentences become bitexts."""

from pathlib import Path

import typer
from wasabi import msg

from ..errors import ConcnerError, Errors
from ._aligner import load_aligner
from ._util import verb


@verb("translate")
def translate_cli(
    input_path: Path = typer.Argument(..., help="Labelled .spacy file or a folder of them"),
    output_path: Path | None = typer.Argument(None, help=".spacy file for the bitexts"),
    engine: str | None = typer.Option(
        None,
        "--engine",
        "-e",
        help="bergamot, huggingface, apertium, argos, lexicon, command, file, or a name in the "
        "registry 'translators'; bergamot without, file with --translations",
    ),
    option: list[str] = typer.Option(
        [],
        "--option",
        "-o",
        help="A setting of the engine, such as model=Helsinki-NLP/opus-mt-en-bg or num_beams=1; "
        "can be given more than once",
    ),
    retries: int = typer.Option(
        0,
        "--retries",
        min=0,
        help="Give a batch to the engine again this often where it fails, after 1, 2, 4 … seconds",
    ),
    source: str = typer.Option("en", "--source", "-s", help="Language to translate from"),
    target: str = typer.Option("pt", "--target", "-t", help="Language to translate to"),
    export_source: Path | None = typer.Option(
        None,
        "--export-source",
        help="Translate nothing: write the lines to translate (sentences with placeholders such "
        "as PER0, and entities) to this file. Keep placeholders as they are, one "
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
    layer: int | None = typer.Option(
        None, "--layer", help="Hidden layer of the encoder; two thirds of the way up without"
    ),
    rejects: Path | None = typer.Option(
        None,
        "--rejects",
        help="JSONL file for sentences whose labels were lost; beside the output without: "
        "out/bi.rejects.jsonl for out/bi.spacy",
    ),
    cache: Path | None = typer.Option(
        None,
        "--cache",
        help="SQLite file for what was translated, so that a stopped run goes on (not with "
        "--translations); beside the output without: out/bi.cache.sqlite for out/bi.spacy",
    ),
    keep_unprojected: bool = typer.Option(
        False,
        "--keep-unprojected",
        help="Keep pairs whose labels were lost, the translation marked as not annotated",
    ),
    batch_size: int = typer.Option(
        64, "--batch-size", "-b", min=1, help="Texts that the engine gets at once"
    ),
    limit: int = typer.Option(0, "--limit", "-l", min=0, help="Translate this many; 0 for all"),
    code_path: Path | None = typer.Option(
        None, "--code", "-c", help="Python file that registers further engines"
    ),
) -> None:
    """Translate labelled sentences and carry their entities over."""
    from spacy.cli._util import import_code

    from ..bitexts import requests, strategies, translate
    from ..engines.registry import make_translator
    from ..engines.retrying import RetryingTranslator

    if export_source is not None:
        n_lines = requests.export_source(
            input_path,
            export_source,
            source,
            target,
            copy_labels=copy_label,
            strategy=strategies.choose_strategies(project)[0],
            limit=limit,
        )
        if not requests.count_labels(input_path, source, target, limit):
            msg.warn(
                f"{input_path} has no labelled entity, so there are no placeholders in the lines "
                "and no labels to carry over. Is it the labelled corpus?"
            )
        if not n_lines:
            msg.warn(f"Nothing to translate in {input_path}: no file written")
            return
        msg.good(f"{n_lines} lines to translate: {export_source}")
        return
    if output_path is None:
        raise ConcnerError(Errors.C209.format(path=input_path))
    import_code(code_path)
    name = engine or ("bergamot" if translations is None else "file")
    translator, engine_key = make_translator(name, source, target, translations, option)
    if retries and translations is None:
        translator = RetryingTranslator(translator, retries)
    rejects = rejects or output_path.with_suffix(".rejects.jsonl")
    summary = translate.translate_corpus(
        input_path,
        output_path,
        translator,
        engine=engine_key,
        cache=cache or output_path.with_suffix(".cache.sqlite"),
        rejects=rejects,
        copy_labels=copy_label,
        project=project,
        aligner=load_aligner(encoder, layer),
        keep_unprojected=keep_unprojected,
        batch_size=batch_size,
        limit=limit,
    )
    for reason, count in summary.lost.most_common():
        msg.warn(f"{count} sentences: {reason}")
    if summary.lost:
        msg.info(f"Lost labels: {rejects}")
    if summary.unlabelled:
        msg.info(f"{summary.unlabelled} of the pairs kept have an unlabelled translation")
    msg.table(
        {
            "Sentences": summary.sentences,
            "Pairs kept": f"{summary.kept} ({summary.kept / summary.sentences:.1%})",
            **{f"Labels by {name}": n for name, n in sorted(summary.strategies.items())},
            "Entities": summary.entities,
            "Widened to whole tokens": summary.expanded,
            **summary.quality.rows(),
            "Unchanged": f"{summary.unchanged_share:.1%}",
            "Texts translated now": summary.translated,
            "Seconds": f"{summary.seconds:.1f}",
        }
    )
    msg.good(f"{summary.kept} pairs {source}-{target}: {output_path}")
