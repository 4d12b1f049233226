"""Whether text is in the language that it is said to be in: its script, and its commonest words.

spaCy's lists of stop words tell languages apart well enough to notice a file under a wrong name;
languages without such a list are judged by their script alone.
"""

import runpy
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import langcodes
import spacy.lang
from spacy.util import get_lang_class

from ..languages import is_language

# First words of Unicode's names of characters, by the ISO 15924 code of a script.
SCRIPTS = {
    "Latn": {"LATIN"},
    "Cyrl": {"CYRILLIC"},
    "Grek": {"GREEK"},
    "Arab": {"ARABIC"},
    "Hebr": {"HEBREW"},
    "Armn": {"ARMENIAN"},
    "Geor": {"GEORGIAN"},
    "Deva": {"DEVANAGARI"},
    "Beng": {"BENGALI"},
    "Guru": {"GURMUKHI"},
    "Gujr": {"GUJARATI"},
    "Taml": {"TAMIL"},
    "Telu": {"TELUGU"},
    "Knda": {"KANNADA"},
    "Mlym": {"MALAYALAM"},
    "Sinh": {"SINHALA"},
    "Thai": {"THAI"},
    "Ethi": {"ETHIOPIC"},
    "Hans": {"CJK"},
    "Hant": {"CJK"},
    "Jpan": {"CJK", "HIRAGANA", "KATAKANA"},
    "Kore": {"HANGUL", "CJK"},
}
# Languages that are often written in a second script.
ALSO = {"sr": {"LATIN"}, "kk": {"LATIN"}, "uz": {"CYRILLIC"}, "az": {"CYRILLIC"}}
MIN_LETTERS = 200
MIN_WORDS = 200
# A language that fits better than the named one by less is a near one, such as Macedonian.
TIMES_BETTER = 2.0
MIN_SHARE = 0.1


def find_other_language(texts: Iterable[str], language: str) -> str:
    """Tell what text seems to be if it is not in the language named.

    texts (Iterable[str]): Sentences, some hundred.
    language (str): Code of the language.
    RETURNS (str): In words, such as "written in LATIN letters" or "German (de)"; empty if the text
        is too short to tell, or all is well.
    """
    if not is_language(language):
        return ""
    words = [word.strip(".,;:!?()\"'«»„“”") for text in texts for word in text.lower().split()]
    scripts = Counter(_script(char) for word in words for char in word if char.isalpha())
    code = language.split("-")[0]
    written = SCRIPTS.get(langcodes.Language.get(language).maximize().script or "")
    if written is not None and scripts.total() >= MIN_LETTERS:
        commonest = scripts.most_common(1)[0][0]
        if commonest not in written | ALSO.get(code, set()):
            return f"written in {commonest} letters"
        if commonest not in written:
            # The words that are known are written in the other script.
            return ""
    known = _stop_words()
    if code not in known or len(words) < MIN_WORDS:
        return ""
    # Words of a letter or two are words of many languages.
    words = [word for word in words if len(word) > 2]
    shares = {
        name: sum(map(found.__contains__, words)) / len(words) for name, found in known.items()
    }
    best = max(shares, key=lambda name: shares[name])
    if shares[best] >= MIN_SHARE and shares[best] > TIMES_BETTER * shares[code]:
        return f"{get_lang_class(best).__name__} ({best})"
    return ""


@cache
def _script(char: str) -> str:
    return unicodedata.name(char, "UNKNOWN").split()[0]


@cache
def _stop_words() -> dict[str, frozenset[str]]:
    """Give the stop words of the languages that spaCy has some for."""
    found: dict[str, frozenset[str]] = {}
    for path in Path(spacy.lang.__path__[0]).glob("*/stop_words.py"):
        # Imported by name, each would bring all else of its language.
        words = runpy.run_path(str(path))["STOP_WORDS"]
        found[path.parent.name] = frozenset(word.lower() for word in words)
    return found
