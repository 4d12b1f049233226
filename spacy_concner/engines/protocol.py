"""What all translation engines have in common."""

from typing import Protocol


class Translator(Protocol):
    """A translation engine.

    It may also have `fingerprint` (str), what beside the settings tells its translations from
    others in a cache, and `speed_settings` (frozenset[str]), settings that change no
    translation.

    source: ISO 639 code of the language it reads.
    target: ISO 639 code of the language it writes.
    """

    source: str
    target: str

    def translate(self, texts: list[str]) -> list[str]:
        """Translate texts.

        texts (list[str]): Sentences or phrases, each without line breaks.
        RETURNS (list[str]): A translation for each.
        """
        ...
