"""`spacy-concner.lost_diacritics.v1`: letters without their marks.

augmenty has such a table for Danish alone; Unicode knows the marks of all languages.
"""

import unicodedata
from collections.abc import Iterator

from spacy.language import Language
from spacy.training import Example

from .perturb import Augmenter
from .words import replace_words

# Letters whose marks Unicode does not take off.
WHOLE = str.maketrans("øØłŁđĐħĦıŧŦ", "oOlLdDhHitT")
# In other scripts marks make letters of their own, which nobody leaves out (й), but for this one.
SCRIPTS = ("LATIN", "GREEK")
CYRILLIC = {"ё": "е", "Ё": "Е"}


def create_lost_diacritics() -> Augmenter:
    """Create the augmenter that takes marks off the letters of Latin and Greek, and of Cyrillic ё.

    RETURNS (Callable): The augmenter.
    """
    return lose_diacritics


def lose_diacritics(nlp: Language, example: Example) -> Iterator[Example]:
    """Take the marks off the letters of an Example; see `without_diacritics`.

    nlp (Language): The pipeline.
    example (Example): The Example.
    YIELDS (Example): It without marks.
    """
    yield replace_words(example, [without_diacritics(token.text) for token in example.reference])


def without_diacritics(text: str) -> str:
    """Take marks off letters.

    text (str): A text, such as "Łódź".
    RETURNS (str): It without marks, such as "Lodz"; letters that are none without them stay.
    """
    return "".join(map(_bare, unicodedata.normalize("NFC", text)))


def _bare(letter: str) -> str:
    if letter.isascii():
        return letter
    if not unicodedata.name(letter, "").startswith(SCRIPTS):
        return CYRILLIC.get(letter, letter)
    parts = unicodedata.normalize("NFD", letter)
    return "".join(part for part in parts if not unicodedata.combining(part)).translate(WHOLE)
