"""`spacy concner card`: what a package tells of itself."""

from pathlib import Path

import typer
from wasabi import msg

from ._util import named_paths, verb


@verb("card")
def card_cli(
    pipeline: Path = typer.Argument(..., metavar="PIPELINE", help="Folder of the trained pipeline"),
    output: Path | None = typer.Argument(
        None,
        metavar="OUTPUT",
        help="Folder for a copy of the pipeline with both; without it PIPELINE itself gets them, "
        "if --force allows it",
    ),
    lang: str = typer.Option(..., "--lang", "-l", help="Language it is for, such as bg"),
    version: str = typer.Option(..., "--version", help="Version of the package"),
    name: str = typer.Option(
        "", "--name", help="Name of the package after xx_; concner_LANG without"
    ),
    author: str = typer.Option("", "--author", help="Who publishes it"),
    scores: Path | None = typer.Option(
        None, "--scores", help="Scores on test data as spacy evaluate --output wrote them"
    ),
    test: Path | None = typer.Option(
        None, "--test", help="Labelled .spacy corpus to score on now, with intervals"
    ),
    beside: list[str] = typer.Option(
        [],
        "--beside",
        metavar="NAME=PATH",
        help="Scores of another size on the same test data, to stand beside; once a size",
    ),
    sources: Path | None = typer.Option(
        None,
        "--sources",
        help='JSON list of the training corpora: [{"name", "license", "author", "url"}, …]',
    ),
    encoder: Path | None = typer.Option(
        None, "--encoder", help="Encoder folder; without it the one that the config names"
    ),
    student: Path | None = typer.Option(
        None, "--student", help="Pipeline that PIPELINE was shipped from, for training settings"
    ),
    force: bool = typer.Option(
        False,
        "--force",
        "-F",
        help="Replace a copy that this verb has made before; without OUTPUT change PIPELINE",
    ),
) -> None:
    """Write the model card and the meta data of a pipeline's package.

    They are README.md and meta.json, which spacy package takes over.
    """
    from ..shipping.card import write_card

    meta = write_card(
        pipeline,
        language=lang,
        version=version,
        output=output,
        name=name,
        author=author,
        scores=scores,
        test=test,
        beside={name: Path(path) for name, path in named_paths("--beside", beside).items()},
        sources=sources,
        encoder=encoder,
        student=student,
        force=force,
    )
    f_score = meta["performance"].get("ents_f")
    measured = "no scores" if f_score is None else f"F1 {100 * f_score:.1f}"
    place = output or pipeline
    msg.good(
        f"Card of {meta['lang']}_{meta['name']} {version}: {measured}, {len(meta['sources'])} "
        f"sources, {place / 'README.md'}"
    )
