"""`spacy concner collect`: the corpora of a project in one folder."""

from pathlib import Path

import typer
from wasabi import msg

from ._util import FORCE, language_codes, verb


@verb("collect")
def collect_cli(
    input_path: Path = typer.Argument(
        ...,
        metavar="INPUT",
        help="Folder with train, dev and raw.LANG, files such as train.jsonl or folders such as "
        "train, in any format of convert, and perhaps test.LANG (or one test of bitexts), "
        "parallel.LANG.tsv (source, tab, target) and sources.json",
    ),
    output_path: Path = typer.Argument(
        ...,
        metavar="OUTPUT",
        help="Folder for labelled.spacy, bitexts.spacy if train has translations, dev.spacy, "
        "sources.json, and raw, test and parallel with a file a language",
    ),
    languages: str = typer.Option(
        ..., "--languages", help='Codes of the target languages, such as "bg de"'
    ),
    source: str = typer.Option("en", "--source", help="Language of the labelled text"),
    force: bool = FORCE,
) -> None:
    """Gather the corpora of a project in one folder, as the verbs read them."""
    from ..projects.collect import collect

    codes = language_codes(languages)
    made = collect(
        input_path,
        output_path,
        languages=codes,
        source=source,
        force=force,
    )
    rows = [(name, str(count)) for name, count in made.sentences.items()]
    msg.table(rows, header=("Corpus", "Sentences"), divider=True, aligns=("l", "r"))
    if made.parallel:
        msg.info(f"Parallel text for {' '.join(made.parallel)}")
    if without := [code for code in codes if code not in made.parallel]:
        msg.info(f"No parallel text for {' '.join(without)}: no parallel.LANG.tsv in {input_path}")
    if made.untested:
        msg.info(f"Nothing to measure on in {' '.join(made.untested)}: no test.LANG")
    if not made.has_sources:
        msg.info('Licences will be "not stated": no sources.json')
    msg.good(f"Corpora gathered: {output_path}")
