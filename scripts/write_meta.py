"""Write what `spacy package --meta-path` adds to a pipeline: scores, sources, licences."""

from pathlib import Path

import srsly
import typer
from wasabi import msg


def make_meta(
    language: str, version: str, scores: dict, sources: list[dict], encoder: dict
) -> dict:
    """Make the meta data of a package.

    language (str): Code of the language that the package is for.
    version (str): Version of the package.
    scores (dict): Scores on the test set as `spacy evaluate` wrote them.
    sources (list[dict]): Name, author, license and url of each training corpus.
    encoder (dict): Contents of the encoder's `concner_encoder.json`.
    RETURNS (dict): Fields of `meta.json`.
    """
    origin = {
        "name": encoder["source"],
        "author": "",
        "license": encoder.get("licence") or "unknown",
        "url": encoder.get("origin") or "",
    }
    licences = sorted({source["license"] for source in [*sources, origin]})
    return {
        "name": f"concner_{language}",
        "version": version,
        "description": f"Named entity recognition for the language '{language}', transferred "
        "from labelled text of another language by spacy-concner",
        "author": "The spacy-concner developers",
        "license": ", ".join(licences),
        "sources": [*sources, origin],
        "performance": scores,
    }


def main(
    language: str = typer.Option(..., help="Code of the language"),
    version: str = typer.Option(..., help="Version of the package"),
    scores: Path = typer.Option(..., help="Scores as spacy evaluate wrote them"),
    sources: Path = typer.Option(..., help="JSON list of the training corpora"),
    encoder: Path = typer.Option(..., help="Encoder folder"),
    output: Path = typer.Option(..., help="File to write"),
) -> None:
    """Write the meta data of a package."""
    record = srsly.read_json(encoder / "concner_encoder.json")
    meta = make_meta(language, version, srsly.read_json(scores), srsly.read_json(sources), record)
    srsly.write_json(output, meta)
    msg.good(f"Meta data of xx_concner_{language}: {output}")


if __name__ == "__main__":
    typer.run(main)
