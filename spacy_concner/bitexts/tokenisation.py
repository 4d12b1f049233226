"""Tokenizers of translations: scripts without spaces are cut into characters."""

import sys
import unicodedata
from functools import lru_cache
from typing import Any

import spacy
from spacy.language import Language
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex

NO_SPACES = frozenset(["bo", "dz", "ja", "km", "lo", "my", "th", "yue", "zh"])
SCRIPTS = ("BOPOMOFO", "CJK", "HIRAGANA", "KATAKANA", "KHMER", "LAO", "MYANMAR", "THAI", "TIBETAN")


def make_tokenizer(language: str) -> Language:
    """Give the pipeline without components that splits translations into tokens.

    It is the multilingual one; in languages whose words stand without spaces, each character
    with the marks on it is a token, since an entity can't be part of one.

    language (str): Language code.
    RETURNS (Language): The blank pipeline.
    """
    nlp = spacy.blank("xx")
    if language.split("-")[0] in NO_SPACES:
        tokenizer: Any = nlp.tokenizer
        defaults: Any = nlp.Defaults
        letter = _letter()
        tokenizer.infix_finditer = compile_infix_regex([*defaults.infixes, letter]).finditer
        tokenizer.prefix_search = compile_prefix_regex([*defaults.prefixes, letter]).search
        tokenizer.suffix_search = compile_suffix_regex([*defaults.suffixes, letter]).search
    return nlp


@lru_cache(maxsize=1)
def _letter() -> str:
    """Give a pattern of one character of such a script with the marks on it."""
    letters: list[int] = []
    marks: list[int] = []
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        kind = unicodedata.category(character)[0]
        if kind in "LM" and unicodedata.name(character, "").startswith(SCRIPTS):
            (letters if kind == "L" else marks).append(code)
    return f"[{_ranges(letters)}][{_ranges(marks)}]*"


def _ranges(codes: list[int]) -> str:
    """Write character codes in order as ranges of a regular expression."""
    known = set(codes)
    firsts = [code for code in codes if code - 1 not in known]
    lasts = [code for code in codes if code + 1 not in known]
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in zip(firsts, lasts, strict=True))
