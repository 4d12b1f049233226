"""Labels cross a translation as placeholders: strings and spans only, no spaCy, no engine.

Each entity is replaced by a stem and its number in the sentence (`PER0`), the masked
sentence is translated, and the placeholders found in the translation are replaced by the
entities' own translations (MulDA, Liu et al., ACL 2021). The number aligns the spans and
tells the label; the stem need only survive, which the words that most labels are do not:
PRODUCT1 becomes PRODUTO1 in Portuguese.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from .articles import strip_article
from .types import LabelledSpan, Lost, Projection, has_letters, is_punctuation

OWN_STEMS = frozenset(["PER", "LOC", "ORG"])
NEUTRAL_STEM = "XYZ"
SECOND_STEM = "PER"
SEPARATORS = r"[\s\-‐‑–_]{0,3}"
BRACKETS = "([（"
LOST_PLACEHOLDER = "missing placeholder"
DOUBLE_PLACEHOLDER = "duplicated placeholder"
EXTRA_PLACEHOLDER = "extra placeholder"
REASONS = (LOST_PLACEHOLDER, DOUBLE_PLACEHOLDER, EXTRA_PLACEHOLDER)


@dataclass(frozen=True)
class Masked:
    """A sentence with placeholders in place of its entities.

    text: The masked sentence.
    words: Letters of each placeholder; its digits are its number, from 0.
    labels: Entity type of each placeholder.
    surfaces: The entity behind each placeholder.
    """

    text: str
    words: tuple[str, ...]
    labels: tuple[str, ...]
    surfaces: tuple[str, ...]

    @property
    def placeholders(self) -> list[str]:
        """Give the placeholders in order."""
        return [f"{word}{number}" for number, word in enumerate(self.words)]

    @property
    def has_context(self) -> bool:
        """Tell whether there is anything to translate besides the placeholders."""
        rest = self.text
        for placeholder in reversed(self.placeholders):
            rest = rest.replace(placeholder, "", 1)
        return has_letters(rest)


def mask(text: str, spans: Sequence[LabelledSpan], stem: str | None = None) -> Masked:
    """Replace the entities of a sentence by placeholders.

    A placeholder's letters are its stem, lengthened by X until nothing in the sentence can be
    taken for one. A space keeps it apart from a digit that follows.

    text (str): The sentence.
    spans (Sequence[LabelledSpan]): Its entities; they neither overlap nor are empty.
    stem (str): Capital letters of every placeholder; None for PER, LOC and ORG where these
        are the labels, and neutral ones for all others.
    RETURNS (Masked): The masked sentence.
    """
    spans = sorted(spans, key=lambda span: span.start)
    labels = tuple(span.label for span in spans)
    surfaces = tuple(text[span.start : span.end] for span in spans)
    lengthening = ""
    while True:
        words = tuple((stem or _stem(label)) + lengthening for label in labels)
        pieces = []
        end = 0
        for number, span in enumerate(spans):
            pieces += [text[end : span.start], f"{words[number]}{number}"]
            end = span.end
            if text[end : end + 1].isdecimal():
                pieces.append(" ")
        masked = Masked("".join(pieces) + text[end:], words, labels, surfaces)
        if not isinstance(_locate(masked.text, masked), Lost):
            return masked
        lengthening += "X"


def project(masked: Masked, translation: str, entities: Sequence[str]) -> Projection | Lost:
    """Put the entities' translations in place of the placeholders of a translation.

    Placeholders are known again in other case, with a space or hyphen before their digits,
    and in the digits and full-width letters of other scripts.

    masked (Masked): The source sentence.
    translation (str): Translation of the masked sentence.
    entities (Sequence[str]): Translation of each entity.
    RETURNS (Projection | Lost): The translation with its entities, or what was lost.
    """
    found = _locate(translation, masked)
    if isinstance(found, Lost):
        return found
    pieces: list[str] = []
    spans: list[LabelledSpan] = []
    length = end = 0
    for match_start, match_end, number in sorted(found):
        context = translation[end:match_start]
        start = length + len(context)
        length = start + len(entities[number])
        pieces += [context, entities[number]]
        spans.append(LabelledSpan(start, length, masked.labels[number]))
        end = match_end
    return Projection("".join(pieces) + translation[end:], spans)


def restore(masked: Masked, translation: str, entities: Sequence[str]) -> str:
    """Give the best plain text of a translation whose labels were lost.

    masked (Masked): The source sentence.
    translation (str): Translation of the masked sentence.
    entities (Sequence[str]): Translation of each entity.
    RETURNS (str): The translation, every placeholder replaced and extra ones removed.
    """
    folded = _fold(translation)
    found = [
        (start, end, entity)
        for number, entity in enumerate(entities)
        for start, end in _find(folded, masked.words[number], number)
    ]
    found += [(start, end, "") for start, end in _find_extra(folded, masked)]
    pieces: list[str] = []
    last = 0
    for start, end, entity in sorted(found):
        if start >= last:
            pieces += [translation[last:start], entity]
            last = end
    return " ".join(("".join(pieces) + translation[last:]).split())


def tidy_entity(source: str, translation: str) -> str:
    """Take back what engines like to add to a name that they translate alone.

    That is a remark in brackets, quotes around it, punctuation after it and an article before
    it, each only where the source has none, and whatever stands beside the source itself.

    source (str): The entity.
    translation (str): Its translation.
    RETURNS (str): The translation without additions; the source if nothing is left.
    """
    if re.search(rf"(?<!\w){re.escape(source)}(?!\w)", translation):
        return source
    text = translation
    if not any(bracket in source for bracket in BRACKETS):
        text = re.split(f"[{re.escape(BRACKETS)}]", text)[0]
    text = text.strip()
    for kept, strip in ((source[-1:], str.rstrip), (source[:1], str.lstrip)):
        if not is_punctuation(kept):
            text = strip(text, "".join(c for c in set(text) if is_punctuation(c)))
    text = strip_article(source, text.strip())
    return text if has_letters(text) else source


def _stem(label: str) -> str:
    return label.upper() if label.upper() in OWN_STEMS else NEUTRAL_STEM


def _fold(text: str) -> str:
    """Turn digits of any script and full-width letters to ASCII, character by character."""
    return "".join(_fold_character(character) for character in text)


def _fold_character(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if "Ａ" <= character <= "ｚ":
        return chr(ord(character) - ord("Ａ") + ord("A"))
    return character


def _locate(translation: str, masked: Masked) -> list[tuple[int, int, int]] | Lost:
    """Find each placeholder once: start, end and number, or what is wrong."""
    folded = _fold(translation)
    found: list[tuple[int, int, int]] = []
    for number, placeholder in enumerate(masked.placeholders):
        places = _find(folded, masked.words[number], number)
        if len(places) != 1:
            return Lost(DOUBLE_PLACEHOLDER if places else LOST_PLACEHOLDER, placeholder)
        found.append((*places[0], number))
    extra = _find_extra(folded, masked)
    if extra:
        return Lost(EXTRA_PLACEHOLDER, translation[slice(*extra[0])])
    return found


def _find(folded: str, word: str, number: int) -> list[tuple[int, int]]:
    """Find a placeholder as it was written and, with care, mangled.

    Where it stands as written, something like it in small letters is taken for language:
    in Italian "per 0" is "for 0".
    """
    exact = [m.span() for m in re.finditer(rf"{word}{number}(?![0-9])", folded)]
    mangled = re.finditer(
        rf"(?<![A-Za-z0-9]){word}{SEPARATORS}{number}(?![0-9])", folded, re.IGNORECASE
    )
    return exact + [
        m.span() for m in mangled if m.span() not in exact and not (exact and m.group().islower())
    ]


def _find_extra(folded: str, masked: Masked) -> list[tuple[int, int]]:
    """Find what looks like one of our placeholders but was never given out."""
    if not masked.words:
        return []
    words = "|".join(sorted(set(masked.words), key=len, reverse=True))
    given = set(masked.placeholders)
    matches = re.finditer(rf"(?<![A-Za-z])(?:{words})[0-9]+", folded)
    return [m.span() for m in matches if m.group() not in given]
