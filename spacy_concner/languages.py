"""Language codes: slips such as "zz" are told early, and each engine gets the code it knows."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

import langcodes

from .errors import ConcnerError, Errors

SPACY_MULTILINGUAL = "xx"
# Norwegian and Bokmål, Arabic and its standard form are nearer than this, Serbian in Latin and
# Cyrillic letters, Swiss and High German farther (langcodes' scale, made by CLDR).
MAX_DISTANCE = 4
NO_LETTERS, MIXED = "no letters", "mixed"


def is_language(code: str) -> bool:
    """Tell whether a code is one of a language: ISO 639-1 or 639-3, or spaCy's "xx".

    code (str): The code, such as "en", "hsb" or "pt-BR": subtags may follow.
    """
    written = re.fullmatch(r"([a-z]{2,3})(-[A-Za-z0-9]{2,8})*", code)
    return written is not None and (
        written.group(1) == SPACY_MULTILINGUAL or langcodes.tag_is_valid(written.group(1))
    )


def check_language(code: str) -> None:
    """Check a language code, as `is_language` knows them.

    code (str): The code.
    RAISES (ConcnerError): C216 if it is none.
    """
    if not is_language(code):
        raise ConcnerError(Errors.C216.format(code=code))


def check_languages(source: str, target: str) -> None:
    """Check the languages of a translation.

    source (str): Code of the language to translate from.
    target (str): Code of the language to translate to.
    RAISES (ConcnerError): C216 if one is none, C231 if they are one.
    """
    check_language(source)
    check_language(target)
    if source == target:
        raise ConcnerError(Errors.C231.format(language=source))


def find_code(language: str, codes: Iterable[str]) -> str | None:
    """Find how an engine writes a language: "bul_Cyrl", "bul" or "bg_BG" for "bg".

    A language in another script than is asked for does not count, nor does a relative. Where
    nothing is said of the script, the engine's only code of the language does.

    language (str): ISO 639 code, with or without subtags.
    codes (Iterable[str]): The codes that the engine knows.
    RETURNS (str | None): One of the codes; None if the engine does not know the language.
    """
    known = [code for code in codes if _parse(code) is not None]
    if _parse(language) is None:
        return None
    match, distance = langcodes.closest_match(language, known, max_distance=MAX_DISTANCE)
    if distance <= MAX_DISTANCE:
        return match
    # langcodes keeps apart Korean in Korean letters (Kore) and in Hangul alone (Hang).
    wanted = langcodes.Language.get(language)
    same = [code for code in known if langcodes.Language.get(code).language == wanted.language]
    return same[0] if len(same) == 1 and wanted.to_tag() == wanted.language else None


def is_other_language(first: str | None, second: str) -> bool:
    """Tell whether two codes are surely those of two languages.

    Names of groups such as "gem" or "ROMANCE" may hold either.

    first (str | None): A code, of whatever kind; None if it is not known.
    second (str): ISO 639 code.
    RETURNS (bool): Whether both are languages with ISO 639-1 codes, and not near ones.
    """
    parsed = [_parse(code) for code in (first or "", second)]
    if any(language is None or len(language.language or "") != 2 for language in parsed):
        return False
    return find_code(second, [first or ""]) is None


def alpha3(language: str) -> str:
    """Give the three letters of ISO 639-3 for a language.

    language (str): ISO 639 code, with or without subtags.
    RETURNS (str): Such as "bul" for "bg"; the code itself if it has none.
    """
    parsed = _parse(language)
    try:
        return parsed.to_alpha3() if parsed else language
    except LookupError:
        return language


def script_of(text: str) -> str:
    """Name the script of a text, as Unicode names its letters.

    text (str): The text.
    RETURNS (str): Such as "Latin", or "mixed", or "no letters".
    """
    scripts = {_script(letter) for letter in text if letter.isalpha()}
    if len(scripts) > 1:
        return MIXED
    return scripts.pop() if scripts else NO_LETTERS


def _parse(code: str) -> langcodes.Language | None:
    try:
        language = langcodes.Language.get(code)
    except langcodes.LanguageTagError:
        return None
    return language if language.language and language.is_valid() else None


@cache
def _script(letter: str) -> str:
    name = unicodedata.name(letter, "")
    return name.split()[0].capitalize() if name else "unknown"
