"""Messages about the pages of report and inspect."""


class PagesErrors:
    """Errors of the pages of report and inspect."""

    C520 = (
        "A report needs at least one pipeline and one labelled corpus. Name them with "
        "--pipeline NAME=PATH and --corpus LANG=FILE."
    )
    C523 = (
        "{path} has no document with entity annotation, so there is nothing to compare "
        "predictions with. Give a labelled corpus."
    )
    C524 = (
        "{path}, line {line}: found {found!r}, expected {expected}. Give the output_file of the "
        "logger spacy-concner.ConsoleLogger.v1."
    )
    C525 = (
        "Metrics file {path} cannot be shown: {reason}. Give the output_file of the logger "
        "spacy-concner.ConsoleLogger.v1."
    )
    C526 = (
        "{path} holds {n} bitexts, at least {least} are needed to compare vectors. Give a corpus "
        "of spacy concner translate or of spacy concner bitext."
    )
    C527 = "--before is for vectors of bitexts. Name the bitexts with --bitexts, or leave it out."
    C528 = (
        "None of the pipelines {pipelines} has a 'concner' component, so there are no vectors of "
        "the bitexts to show. Give an encoder with --before, or leave --bitexts out."
    )
    C529 = (
        "None of the components {pipes} of pipeline {path} sets entities, so there is nothing to "
        "report. Give a pipeline with a recogniser."
    )
