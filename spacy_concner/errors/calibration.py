"""Messages about calibration."""


class CalibrationErrors:
    """Errors of calibration."""

    C511 = (
        "Calibration found {n} predicted entities with gold annotation beside them, and needs at "
        "least {least}. Give a larger labelled corpus of the kind of text that the pipeline is for."
    )
    C512 = "No calibration method {method!r}; there are: {methods}."
    C517 = "Calibration needs a corpus to fit on, or --reset. Name a .spacy file or a folder."
    C518 = (
        "{path} has {found}, and the pipeline finds {known}: no type in common, so that every "
        "entity would count as wrong. Name the types of the corpus as the pipeline does, or give "
        "one that is labelled so."
    )
    C519 = (
        "Nothing was changed: the calibration on {path} is not to be trusted, for {reason}. Held "
        "out, in fifths: {numbers}. Give more labelled text of the kind that the pipeline is for, "
        "or store it nevertheless with --force."
    )
    C526 = (
        "--thresholds {found!r} is no goal. Give f1 for the best F1, precision=0.9 for the most "
        "entities of which at least so many are right, or recall=0.9 for the fewest wrong ones "
        "among which at least so many are found."
    )
    C527 = (
        "Nothing was changed: thresholds found on {path} make F1 worse on sentences that they were "
        "not found on: {before:.1f} before and {after:.1f} after, in fifths. Give more labelled "
        "text, leave --thresholds out, or store them nevertheless with --force."
    )


class CalibrationWarnings:
    """Warnings of calibration."""

    W510 = (
        "Calibrated on {path} in {found}, but the pipeline is for {target}: probabilities often "
        "carry over between languages only in part. Calibrate on labelled text in {target}, or "
        "see how far it carries with --test and a labelled corpus in {target}."
    )
    W512 = (
        "Stored by --force, though the calibration on {path} is not to be trusted, for {reason}. "
        "Held out, in fifths: {numbers}. --reset takes it out."
    )
    W514 = (
        "No threshold reaches {goal} for {types} on {path}: what comes nearest is stored. Look at "
        "the table, or give a lower goal."
    )
    W513 = (
        "{path} has {found}, and the pipeline finds {known}: each {missing} that it finds there "
        "counts as wrong. Give a corpus in which these types are labelled too."
    )
