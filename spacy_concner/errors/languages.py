"""Messages about language codes."""


class LanguagesErrors:
    """Errors of language codes."""

    C216 = (
        "{code!r} is no language code. Give one of ISO 639-1 in small letters, such as en, pt "
        "or bg, or three letters of ISO 639-3."
    )
    C231 = "Source and target are both {language!r}. Give the languages with --source and --target."
