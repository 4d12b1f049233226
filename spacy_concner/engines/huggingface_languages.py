"""How a sequence-to-sequence model is told its languages: each family has a way of its own."""

import re
from dataclasses import dataclass
from typing import Any

from ..errors import ConcnerError, Errors
from ..languages import find_code, is_other_language

TARGET_PIECE = re.compile(r"<2([A-Za-z]{2,3}(?:_[A-Za-z]+)?)>")
LANGUAGE_PIECE = re.compile(r"_*([a-z]{2,3}(?:_[A-Za-z]{2,4})?)_*")
N_SHOWN = 40


@dataclass(frozen=True)
class Direction:
    """What makes a model translate from one language to another.

    prefix: What each text begins with.
    first_token: Number of the token that each translation begins with; None for the model's
        own way.
    """

    prefix: str = ""
    first_token: int | None = None


def set_direction(
    tokenizer: Any,
    name: str,
    source: str,
    target: str,
    *,
    source_code: str | None = None,
    target_code: str | None = None,
) -> Direction:
    """Tell a model its languages.

    Known are `>>bul<<` before the text (OPUS-MT of many languages), `<2bg>` before the text
    (MADLAD-400), and a source and a target token (M2M100, NLLB-200, mBART). OPUS-MT models of
    one pair need nothing, but their languages are checked.

    tokenizer (PreTrainedTokenizerBase): The model's tokenizer; where it has a source
        language, this is set.
    name (str): The model's name, for messages.
    source (str): ISO 639 code to translate from.
    target (str): ISO 639 code to translate to.
    source_code (str): The source as the model writes it; None to find it.
    target_code (str): The target as the model writes it; None to find it.
    RETURNS (Direction): What to put before texts and translations.
    RAISES (ConcnerError): C247 if the model does not know a language, C261 if it says nothing
        of its languages.
    """
    codes = marian_codes(tokenizer)
    if codes:
        _check_pair(tokenizer, name, source, None)
        return Direction(f">>{_choose(target, target_code, codes, name)}<< ")
    if codes is not None:
        _check_pair(tokenizer, name, source, target)
        return Direction()
    if hasattr(tokenizer, "src_lang"):
        pieces = language_pieces(tokenizer)
        tokenizer.src_lang = _choose(source, source_code, pieces, name)
        target_piece = pieces[_choose(target, target_code, pieces, name)]
        return Direction(first_token=tokenizer.convert_tokens_to_ids(target_piece))
    targets = [
        match.group(1) for match in map(TARGET_PIECE.fullmatch, tokenizer.get_vocab()) if match
    ]
    if targets:
        return Direction(f"<2{_choose(target, target_code, sorted(targets), name)}> ")
    raise ConcnerError(Errors.C261.format(name=name))


def marian_codes(tokenizer: Any) -> list[str] | None:
    """Give the target languages of an OPUS-MT model.

    tokenizer (PreTrainedTokenizerBase): A tokenizer.
    RETURNS (list[str] | None): Codes such as "bul"; none for a model of one pair; None for a
        model of another family.
    """
    pieces = getattr(tokenizer, "supported_language_codes", None)
    return None if pieces is None else sorted(piece.strip("<>") for piece in pieces)


def language_pieces(tokenizer: Any) -> dict[str, str]:
    """Give the tokens that stand for languages.

    tokenizer (PreTrainedTokenizerBase): A tokenizer with a source language.
    RETURNS (dict[str, str]): Code, such as "bg", "bul_Cyrl" or "ro_RO", to token.
    """
    pieces = getattr(tokenizer, "lang_code_to_token", None)
    if pieces:
        return dict(pieces)
    names = [*getattr(tokenizer, "lang_code_to_id", ()), *tokenizer.additional_special_tokens]
    matches = map(LANGUAGE_PIECE.fullmatch, names)
    return {match.group(1): match.group() for match in matches if match}


def _choose(language: str, code: str | None, codes: Any, name: str) -> str:
    found = code if code is not None else find_code(language, codes)
    if found is None or found not in codes:
        shown = ", ".join(list(codes)[:N_SHOWN]) + (" …" if len(codes) > N_SHOWN else "")
        raise ConcnerError(Errors.C247.format(name=name, language=code or language, codes=shown))
    return found


def _check_pair(tokenizer: Any, name: str, source: str, target: str | None) -> None:
    for attribute, language in (("source_lang", source), ("target_lang", target)):
        own = getattr(tokenizer, attribute, None)
        if language is not None and is_other_language(own, language):
            raise ConcnerError(Errors.C247.format(name=name, language=language, codes=own))
