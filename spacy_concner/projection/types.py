"""What all ways of projection share: labelled spans, projections and what was lost."""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class LabelledSpan:
    """A stretch of text with a label.

    start: First character.
    end: One after the last character.
    label: Entity type.
    """

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Projection:
    """A translation with its entities.

    text: The translation.
    spans: Its entities in order of place.
    problems: What a person may want to look at, in words.
    """

    text: str
    spans: list[LabelledSpan]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lost:
    """Labels of a sentence that could not cross over, and why.

    reason: In words, to be counted.
    detail: The placeholder or entity that it happened to.
    """

    reason: str
    detail: str = ""


def has_letters(text: str) -> bool:
    """Tell whether a text has a letter: others need no translation."""
    return any(character.isalpha() for character in text)


def is_punctuation(character: str) -> bool:
    """Tell whether a character, if there is one, is punctuation."""
    return unicodedata.category(character)[0] == "P" if character else False
