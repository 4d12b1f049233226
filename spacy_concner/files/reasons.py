"""What an error of another library says, for a message of ours."""


def show_reason(error: Exception | None) -> str:
    """Give what an error says as a part of a sentence.

    error (Exception | None): The error.
    RETURNS (str): Its text without path, full stop and spaCy's advice; its type if it says nothing.
    """
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    text = text.partition(" If your data is in spaCy")[0]
    return text.strip().rstrip(".") or type(error).__name__
