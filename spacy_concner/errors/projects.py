"""Messages about projects."""


class ProjectsErrors:
    """Errors of gathering a project's corpora and of trying what it has made."""

    C611 = (
        "{folder} has {found} for {name}, expected one: a file with a suffix that spacy concner "
        "convert knows, such as {name}.jsonl, or a folder {name}. Add it, or leave only one."
    )
    C612 = (
        "No {path}: who made the data, under what licence, for the packages. Write a list such as "
        '[{{"name": "My corpus", "license": "CC BY 4.0"}}].'
    )
    C613 = (
        "for-each lacks values or a command. Give both, such as for-each "
        'lang="bg de" -- python -m spacy evaluate training/{lang} corpus/{lang}.spacy'
    )
    C618 = (
        "The command has {found}, and no variable is called so; there are {known}. Correct the "
        "name, or double the braces of what shall stay as it is: {{{{name}}}}."
    )
    C614 = "{command} has ended with status {status} for {values}; what it printed says why."
    C615 = "There is no wheel of {name} in {path}. Make one with spacy package --build wheel."
    C616 = "{wheel} does not work: {error}"
    C617 = "{command} cannot be run for {values}: {reason}. Give a command that is installed."
