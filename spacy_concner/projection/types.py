"""What all ways of projection share: labelled spans, projections and losses."""

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
    """

    text: str
    spans: list[LabelledSpan]


@dataclass(frozen=True)
class Loss:
    """Why the labels of a sentence could not cross over.

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
