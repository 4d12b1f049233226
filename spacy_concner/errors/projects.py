"""Messages about projects."""


class ProjectsErrors:
    """Errors of gathering a project's corpora and of trying what it has made."""

    C611 = (
        "{folder} has {found} for {name}, expected one: a file with a suffix that spacy concner "
        "convert knows, such as {name}.jsonl, or a folder {name}. Add it, or leave only one."
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
    C619 = (
        "Nothing is written yet; these are the problems of the files:\n{problems}\nMend them and "
        "run the same command again."
    )
    C620 = (
        "{path} has no entity in {n_sentences} sentences, where labelled text is wanted. Give the "
        "file with labels, or the options that tell where its labels are; raw text goes to --raw."
    )
    C621 = "{path} has no sentence in {language}. Give a file that has some, or another code."
    C622 = (
        "{path} has tabs in {n_tabs} of {n_sentences} sentences, as parallel text or a table has. "
        "Give raw text, a sentence a line; lines of source, tab, target go to --parallel."
    )
    C623 = (
        "{path} has {found} lines for {expected} labelled sentences. Give a translation for each, "
        "in their order."
    )
    C624 = "{option}: {value} is no {what}. Give {expected}."
    C625 = (
        "{name} finds no entity of {language} rightly: F1 is 0, and a package would be of no use. "
        "Give more labelled sentences or more training steps; {path} has the scores of all."
    )
    C626 = (
        "for-each writes {path} whole, and the command has no {{output}}, or a variable is called "
        "output. Let the command write to {{output}}, such as {{output}}/{{lang}}, and name the "
        "variable otherwise."
    )
    C627 = (
        "With --zip all variables have as many values; found are {found}. Give as many of each, or "
        "leave --zip out for each combination."
    )
    C628 = (
        "The variable {name} is given twice. Give all its values at once, such as {name}='1 2', or "
        "another name."
    )
