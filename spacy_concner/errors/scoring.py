"""Messages about scoring."""


class ScoringErrors:
    """Errors of scoring."""

    C516 = (
        "{path}, line {line}: found {found!r}, expected the text of an entity, or text and type "
        "separated by one tab. Mend the line."
    )


class ScoringWarnings:
    """Warnings of scoring."""

    W511 = (
        "No file {path} to tell seen from unseen entities, so scores leave them out. Correct "
        "'seen' in the config of spacy-concner.scorer.v1, or set it to null."
    )
    W520 = (
        "The scores of {package} are left out: the package is not there. "
        'Run: pip install "spacy-concner[train]" (nervaluate needs Python 3.11 or later)'
    )
