"""Messages about the pages of report and inspect."""


class PagesErrors:
    """Errors of the pages of report and inspect."""

    C283 = (
        "{place} is no rejects file: {reason}. Give the one that spacy concner translate, bitext "
        "or filter wrote: JSON lines with a reason in each."
    )
    C520 = (
        "A report needs at least one pipeline and one labelled corpus. Name them with "
        "--pipeline NAME=PATH and --corpus LANG=FILE."
    )
    C523 = (
        "{path} has no document with entity annotation, so there is nothing to compare "
        "predictions with. Give a labelled corpus."
    )
    C528 = (
        "{path} has no entity, so that none could be told as seen in training. Give the labelled "
        "training corpus, or a file with an entity a line, with --seen."
    )
    C524 = (
        "{path}, line {line}: found {found!r}, expected {expected}. Give the output_file of the "
        "logger spacy-concner.ConsoleLogger.v1."
    )
    C525 = (
        "Metrics file {path} cannot be shown: {reason}. Give the output_file of the logger "
        "spacy-concner.ConsoleLogger.v1."
    )
    C529 = (
        "None of the components {pipes} of pipeline {path} sets entities, so there is nothing to "
        "report. Give a pipeline with a recogniser."
    )
