"""`spacy-concner.ocr.v1`: letters taken for others that look alike.

augmenty replaces letters by a table, and has no table of this kind.
"""

from .diacritics import without_diacritics
from .perturb import Augmenter
from .settings import check_rate, import_library

# Letters and what they are read as; one that is read as two stands for both ways.
CONFUSIONS = {
    "0": ["O", "o"],
    "1": ["l", "I"],
    "5": ["S"],
    "6": ["b"],
    "8": ["B"],
    "B": ["8"],
    "C": ["G"],
    "D": ["O"],
    "E": ["F"],
    "G": ["C", "6"],
    "I": ["l", "1"],
    "O": ["0", "Q"],
    "Q": ["O"],
    "S": ["5"],
    "Z": ["2"],
    "a": ["o"],
    "b": ["h", "6"],
    "c": ["e", "o"],
    "d": ["cl"],
    "e": ["c"],
    "f": ["t"],
    "g": ["q", "9"],
    "h": ["b", "li"],
    "i": ["l", "j"],
    "l": ["1", "I", "i"],
    "m": ["rn", "nn"],
    "n": ["u", "ri"],
    "o": ["0", "c"],
    "q": ["g"],
    "r": ["t"],
    "s": ["5"],
    "t": ["f", "l"],
    "u": ["n", "ii"],
    "v": ["y"],
    "w": ["vv"],
    "y": ["v"],
    "В": ["8"],
    "З": ["3"],
    "О": ["0"],
    "Ш": ["Щ"],
    "Щ": ["Ш"],
    "б": ["6"],
    "в": ["8"],
    "е": ["с"],
    "з": ["3"],
    "и": ["н", "й"],
    "й": ["и"],
    "л": ["п"],
    "м": ["и"],
    "н": ["и", "п"],
    "о": ["0", "с"],
    "п": ["н", "л"],
    "с": ["е"],
    "т": ["г"],
    "ц": ["п"],
    "ш": ["щ"],
    "щ": ["ш"],
    "ъ": ["ь"],
    "ь": ["ъ"],
}
# Marks are small, and lost first.
MARKED = [chr(code) for code in range(0xC0, 0x250) if chr(code).isalpha()]


def create_ocr(rate: float = 0.05) -> Augmenter:
    """Create the augmenter of misread letters, as of a scanned page: Latin and Cyrillic.

    rate (float): Share of the letters that can be misread which are.
    RETURNS (Callable): The augmenter.
    RAISES (ConcnerError): C700 without augmenty, C704 for the rate.
    """
    check_rate("rate", rate)
    augmenty = import_library("augmenty")
    return augmenty.load("char_replace_v1", level=rate, replace=find_confusions())


def find_confusions() -> dict[str, list[str]]:
    """Give what letters are read as, marked ones as those without the mark."""
    bare = {letter: [without_diacritics(letter)] for letter in MARKED}
    return {**{letter: found for letter, found in bare.items() if found != [letter]}, **CONFUSIONS}
