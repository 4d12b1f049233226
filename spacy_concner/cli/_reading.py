"""Options of the verbs that read labelled files: how they are read."""

import typer

FORMAT = typer.Option(
    "auto",
    "--format",
    help="conll, inline (tags after a bar), jsonl (any JSON), csv, text, brat, webanno, "
    "datasets, or auto: by the content",
)
ENCODING = typer.Option(
    "", "--encoding", help="Encoding of text files, such as windows-1252, if it is not UTF-8"
)
TOKEN_COLUMN = typer.Option(
    0, "--token-column", help="Column of the tokens in CoNLL; negative from the right"
)
LABEL_COLUMN = typer.Option(
    -1, "--label-column", help="Column of the tags in CoNLL; negative from the right"
)
SCHEME = typer.Option(
    "",
    "--scheme",
    help="Scheme of the tags: iob2 (bio), iob1, bilou (biluo, bioes, bmes, bmewo), or io for "
    "plain types; by default bilou in the JSON of spaCy 2, else iob2",
)
STRIP_PREFIX = typer.Option(
    "", "--strip-prefix", help="Taken off the front of tokens, such as en: of PAN-X"
)
TAG_NAMES = typer.Option("", "--tag-names", help="Names of numbered tags, such as O,B-PER,I-PER")
TOKENS_FIELD = typer.Option(
    "tokens", "--tokens-field", help="Field of the tokens in rows (JSON, CSV, datasets)"
)
TAGS_FIELD = typer.Option(
    "ner_tags",
    "--tags-field",
    help="Field of the tags in rows; layer or feature of WebAnno TSV",
)
SENTENCE_FIELD = typer.Option(
    "", "--sentence-field", help="Field that tells sentences apart in a CSV with a token a row"
)
OFFSETS = typer.Option(
    "characters",
    "--offsets",
    help="What offsets of spans count: characters, utf16, bytes, or inclusive if the last "
    "character is named",
)
LABELS = typer.Option(
    "", "--labels", help="Entity types to keep, such as PER,ORG,LOC; others become O"
)
SKIP_INVALID = typer.Option(
    False, "--skip-invalid", help="Leave out broken sentences, counted and in a rejects file"
)


def names_of(text: str) -> list[str] | None:
    """Read an option of names divided by commas; None without any."""
    return [name.strip() for name in text.split(",") if name.strip()] or None
