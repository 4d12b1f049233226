"""Collect the parallel text of a corpus, `parallel.LANG.tsv`, for the languages that have some."""

import shutil
from pathlib import Path

import typer
from wasabi import msg


def main(
    corpus: Path = typer.Argument(..., exists=True, file_okay=False, help="Folder of the corpus"),
    output: Path = typer.Argument(..., help="Folder for the files; made anew"),
    languages: str = typer.Option(..., help="Language codes divided by spaces"),
) -> None:
    """Copy the parallel text of the languages."""
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    found = []
    for language in languages.split():
        path = corpus / f"parallel.{language}.tsv"
        if path.exists():
            shutil.copy(path, output)
            found.append(language)
    if found:
        msg.good(f"Parallel text for {' '.join(found)}: {output}")
    else:
        msg.info(f"No parallel text: {corpus} has no parallel.LANG.tsv")


if __name__ == "__main__":
    typer.run(main)
