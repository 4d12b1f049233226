"""Messages about word alignment."""


class ProjectionErrors:
    """Errors of word alignment."""

    C218 = (
        "No word alignment by {method!r} with distortion {distortion}. Choose one of {known}, and "
        "a distortion from 0 to 1."
    )
