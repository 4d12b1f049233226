"""Messages about pipelines that are applied to text in quantity."""


class ApplyingErrors:
    """Errors of pipelines that are applied to text in quantity."""

    C640 = (
        "{path} is no text to read: {reason}. Give a file, or a folder of files, that ends in "
        "{expected}."
    )
    C641 = (
        "{path} holds files of several kinds, {found}. Put those of one kind into a folder of "
        "their own."
    )
    C642 = "{path} cannot be read: {reason}. Mend it, or take it out of the input."
    C643 = (
        "{place}: no JSON object ({reason}). Write one object a line, or leave such lines out with "
        "--skip-invalid."
    )
    C644 = (
        "{place}: the field {field!r} holds {found}, expected a text; fields are {known}. Name the "
        "field of the text with --text-field, or leave such rows out with --skip-invalid."
    )
    C645 = (
        "{place}: the text has {found} characters, and --max-length is {limit}. Cut it into "
        "sentences, allow more, or leave such texts out with --skip-invalid."
    )
    C646 = (
        "{path} has no column of text {field!r}; its columns are {known}. Name one that holds "
        "text with --text-field."
    )
    C647 = (
        "{place}: a field is called {field!r}, which the output needs for itself. Rename the "
        "field, or call the entities otherwise with --entities-field."
    )
    C648 = (
        "The pipeline {pipeline} fails in {first} to {last}: {error}. Mend the pipeline, or take "
        "the text out that it cannot read."
    )
    C649 = (
        "Parquet needs the package pyarrow, which is not there ({error}). Run: "
        'pip install "spacy-concner[parquet]"'
    )
    C650 = (
        "{place}: the field {field!r} cannot be written as {format}: {reason}. Leave the field "
        "out of the input, or choose another --format."
    )
    C651 = (
        "There is no text in {path}: {n_rejected} records were left out. Give a file that has some."
    )
    C652 = (
        "{path} has other columns than the files before it: {found}, expected {expected}. Give "
        "all files the same columns, or write jsonl."
    )
    C653 = (
        "{path} was made of other text: what shard {number} was made of has changed since. Write "
        "to another folder, or start anew with --force."
    )
