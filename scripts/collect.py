"""Collect what a corpus has beside its sentences: `parallel.LANG.tsv` and `sources.json`."""

import shutil
from pathlib import Path

import typer
from wasabi import msg

from spacy_concner.bitexts.parallel_files import ParallelFiles, check_columns
from spacy_concner.errors import ConcnerError


def main(
    corpus: Path = typer.Argument(..., exists=True, file_okay=False, help="Folder of the corpus"),
    output: Path = typer.Argument(..., help="Folder for the copies; made anew"),
    languages: str = typer.Option(..., help="Language codes divided by spaces"),
) -> None:
    """Copy the sources, which packages name, and the parallel text of the languages."""
    sources = corpus / "sources.json"
    if not sources.exists():
        msg.fail(
            f"No {sources}: who made the data, under what licence, for the packages. "
            'Write a list such as [{"name": "My corpus", "license": "CC BY 4.0"}]',
            exits=1,
        )
    texts = {language: corpus / f"parallel.{language}.tsv" for language in languages.split()}
    texts = {language: text for language, text in texts.items() if text.exists()}
    try:
        for text in texts.values():
            check_columns(ParallelFiles(text))
    except ConcnerError as error:
        msg.fail(str(error), exits=1)
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    for path in (sources, *texts.values()):
        shutil.copy(path, output)
    without = " ".join(language for language in languages.split() if language not in texts)
    if texts:
        msg.good(f"Parallel text for {' '.join(texts)}: {output}")
    if without:
        msg.info(f"No parallel text for {without}: {corpus} has no parallel.LANG.tsv")


if __name__ == "__main__":
    typer.run(main)
