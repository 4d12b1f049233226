"""`spacy concner translate`: labelled sentences become bitexts."""

from pathlib import Path

import typer
from wasabi import msg

from ..errors import ConcnerError, Errors
from ._util import verb

ENGINES = {
    "file": "spacy-concner.FileTranslator.v1",
    "bergamot": "spacy-concner.BergamotTranslator.v1",
}


@verb("translate")
def translate_cli(
    input_path: Path = typer.Argument(..., help="Labelled .spacy file or a folder of them"),
    output_path: Path | None = typer.Argument(None, help=".spacy file for the bitexts"),
    engine: str | None = typer.Option(
        None,
        "--engine",
        "-e",
        help="bergamot, file, or a name in the registry 'translators'; bergamot without, file "
        "with --translations",
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
    """Translate labelled sentences and carry their entities over with placeholders."""
    from spacy.cli._util import import_code

    from ..translation import requests, translate

    if export_source is not None:
        n_lines = requests.export_source(
            input_path, export_source, source, target, copy_labels=copy_label, limit=limit
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
    translator = make_translator(name, source, target, translations)
    rejects = rejects or output_path.with_suffix(".rejects.jsonl")
    summary = translate.translate_corpus(
        input_path,
        output_path,
        translator,
        engine=ENGINES.get(name, name),
        cache=cache or output_path.with_suffix(".cache.sqlite"),
        rejects=rejects,
        copy_labels=copy_label,
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
            "Entities": summary.entities,
            "Widened to whole tokens": summary.expanded,
            "Length ratio": f"{summary.length_ratio:.2f}",
            "Unchanged": f"{summary.unchanged_share:.1%}",
            "Texts translated now": summary.translated,
            "Seconds": f"{summary.seconds:.1f}",
        }
    )
    msg.good(f"{summary.kept} pairs {source}-{target}: {output_path}")


def make_translator(name: str, source: str, target: str, translations: Path | None = None):
    """Make an engine by name.

    name (str): "file", "bergamot" or a name in the registry `translators`, whose function
        takes `source` and `target`.
    source (str): ISO 639-1 code to translate from.
    target (str): ISO 639-1 code to translate to.
    translations (Path): The file of translations; for the engine "file" and no other.
    RETURNS (Translator): The engine.
    RAISES (ConcnerError): C201, C202, C205, C217 of the engines, C208 if there is no such engine,
        C210 if the file of translations does not go with it.
    """
    import spacy

    from ..translation import translators  # noqa: F401  (makes the registry)

    if (name in ("file", ENGINES["file"])) != (translations is not None):
        raise ConcnerError(Errors.C210.format(name=name, path=translations))
    registry = spacy.registry.translators  # type: ignore[attr-defined]
    registered = ENGINES.get(name, name)
    if registered not in registry:
        known = [*ENGINES, *sorted(set(registry.get_all()) - set(ENGINES.values()))]
        raise ConcnerError(Errors.C208.format(name=name, known=", ".join(known)))
    settings = {"@translators": registered, "source": source, "target": target}
    if translations is not None:
        settings["path"] = str(translations)
    return spacy.registry.resolve({"translator": settings})["translator"]
