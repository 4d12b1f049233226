"""Options with which verbs tell good translations from others."""

import typer

MAX_LENGTH_FACTOR = typer.Option(
    3.0,
    "--max-length-factor",
    help="How many times longer or shorter than usual for its languages a translation may be; "
    "0 for any length",
)
MAX_UNTRANSLATED = typer.Option(
    0.5,
    "--max-untranslated",
    help="Share of words, outside entities, that may be the source's; 1 for any. Translations of "
    "fewer than 4 such words are not judged by it",
)
MIN_ENTITIES_KEPT = typer.Option(
    1.0, "--min-entities-kept", help="Share of entities that must be there; 0 for any"
)
MAX_ENTITIES_ADDED = typer.Option(
    0, "--max-entities-added", help="Entities that a translation may have more; -1 for any number"
)
