"""Messages about calibration."""


class CalibrationErrors:
    """Errors of calibration."""

    C511 = (
        "Calibration found {n} predicted entities with gold annotation beside them, and needs at "
        "least {least}. Give a larger labelled corpus of the kind of text that the pipeline is for."
    )
    C512 = "No calibration method {method!r}; there are: {methods}."
    C513 = (
        "{path} is an installed package, which is not changed. Name a folder for the calibrated "
        "pipeline with --output."
    )
    C514 = (
        "{path} exists and is not empty. Name another output folder, or replace what is there "
        "with --force."
    )
    C517 = "Calibration needs a corpus to fit on, or --reset. Name a .spacy file or a folder."


class CalibrationWarnings:
    """Warnings of calibration."""

    W510 = (
        "Calibrated on {path} in {found}, but the pipeline is for {target}: probabilities often "
        "carry over between languages only in part. Calibrate on labelled text in {target}, or "
        "see how far it carries with --test and a labelled corpus in {target}."
    )
