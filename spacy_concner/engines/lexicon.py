"""A bilingual dictionary as an engine: word by word, for pairs that no model knows."""

import re
from collections.abc import Sequence
from pathlib import Path

from ..errors import ConcnerError, Errors
from ..folder_marker import fingerprint
from ..languages import alpha3
from .dictionaries import read_dictionary

DEBIAN_FOLDER = Path("/usr/share/dictd")
WORD = re.compile(r"\w+(?:['’]\w+)*")
MAX_WORDS = 5


class LexiconTranslator:
    """Word by word, or phrase by phrase, from a dictionary; unknown words stay as they are.

    Words with digits stay too, so placeholders do. Capitals are kept, as is all between the
    words. The words of the source must stand apart.
    """

    def __init__(self, source: str, target: str, path: str | None = None) -> None:
        """Read the dictionary.

        source (str): ISO 639 code to translate from.
        target (str): ISO 639 code to translate to.
        path (str): Tab-separated text, or a `.dict.dz` file; None for the pair's FreeDict
            as Debian installs it.
        RAISES (ConcnerError): C205, C217, C255, C260 for the file, C254 if there is none for
            the pair.
        """
        self.source = source
        self.target = target
        file = Path(path) if path is not None else find_freedict(source, target)
        self._dictionary = read_dictionary(file)
        self.fingerprint = fingerprint([file])

    def translate(self, texts: list[str]) -> list[str]:
        """Look up the words of texts.

        texts (list[str]): Sentences or phrases.
        RETURNS (list[str]): A translation for each.
        """
        return [self._translate(text) for text in texts]

    def _translate(self, text: str) -> str:
        words = list(WORD.finditer(text))
        pieces: list[str] = []
        end = 0
        first = 0
        while first < len(words):
            last, found = self._longest_match(text, words, first)
            pieces += [text[end : words[first].start()], found]
            end = words[last].end()
            first = last + 1
        return "".join(pieces) + text[end:]

    def _longest_match(
        self, text: str, words: Sequence[re.Match[str]], first: int
    ) -> tuple[int, str]:
        """Give the last word of the longest phrase that is known, and its translation."""
        for last in range(min(first + MAX_WORDS, len(words)) - 1, first - 1, -1):
            phrase = text[words[first].start() : words[last].end()]
            if any(character.isdigit() for character in phrase):
                continue
            found = self._dictionary.look_up(" ".join(phrase.split()))
            if found is not None:
                return last, keep_case(phrase, found)
        return first, words[first].group()


def keep_case(source: str, translation: str) -> str:
    """Write a translation in capitals where its source is.

    source (str): Word or phrase.
    translation (str): As the dictionary writes it.
    RETURNS (str): The translation; all capitals for two or more of them, else its first
        letter a capital if the source's is.
    """
    if source.isupper() and sum(character.isalpha() for character in source) > 1:
        return translation.upper()
    if source[0].isupper():
        return translation[0].upper() + translation[1:]
    return translation


def find_freedict(source: str, target: str) -> Path:
    """Find the dictionary of a pair where Debian's packages `dict-freedict-…` put it.

    source (str): ISO 639 code to translate from.
    target (str): ISO 639 code to translate to.
    RETURNS (Path): The file.
    RAISES (ConcnerError): C254 if it is not there.
    """
    pair = f"{alpha3(source)}-{alpha3(target)}"
    path = DEBIAN_FOLDER / f"freedict-{pair}.dict.dz"
    if not path.exists():
        raise ConcnerError(Errors.C254.format(source=source, target=target, path=path, pair=pair))
    return path
