"""Spans of characters, checked while they are still part of their record.

A span that carries its own text proves its offsets. Where it does not fit, the other ways to
count are tried, so that the message can name the one that does.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..errors import Errors
from .records import InvalidRecord, Place, Span

GAPS = re.compile(r"\s+")
OFFSETS = ("characters", "utf16", "bytes", "inclusive")
"""What offsets count: characters, units of UTF-16 (JavaScript, Java), bytes of UTF-8; or
characters with the last one named instead of the one after it."""


@dataclass(frozen=True, slots=True)
class RawSpan:
    """A span as its record has it.

    start: offset of the start, in what the record counts.
    end: offset of the end.
    label: type of the entity.
    text: text of the entity, None if the record does not have it.
    """

    start: int
    end: int
    label: str
    text: str | None = None


def check_spans(
    spans: Sequence[RawSpan], text: str, place: Place, offsets: str = "characters"
) -> list[Span]:
    """Check the spans of a text and give them in characters, in order.

    spans (Sequence[RawSpan]): The spans.
    text (str): The text.
    place (Place): Where they stand.
    offsets (str): What their offsets count, one of `OFFSETS`.
    RETURNS (list[Span]): The spans.
    RAISES (InvalidRecord): C117, C118 and C119 for spans out of range, empty or overlapping,
        C147 for one whose own text is another, C148 for an offset inside of a character.
    """
    units = count_units(text, offsets)
    found: list[Span] = []
    for raw in spans:
        end = raw.end + (offsets == "inclusive")
        values = {"start": raw.start, "end": raw.end, "label": raw.label}
        if raw.start >= end:
            hint = advise_offsets(spans, text, offsets)
            raise InvalidRecord(Errors.C118, place, hint=hint, **values)
        last = len(text) if units is None else next(reversed(units))
        if raw.start < 0 or end > last:
            values |= {"n_characters": len(text), "text": text[:80]}
            hint = advise_offsets(spans, text, offsets)
            raise InvalidRecord(Errors.C117, place, hint=hint, **values)
        start = raw.start
        if units is not None:
            if start not in units or end not in units:
                raise InvalidRecord(Errors.C148, place, offsets=offsets, **values)
            start, end = units[start], units[end]
        if raw.text is not None and not _same(raw.text, text[start:end]):
            hint = advise_offsets(spans, text, offsets)
            values |= {"found": text[start:end], "told": raw.text, "hint": hint}
            raise InvalidRecord(Errors.C147, place, **values)
        found.append(Span(start, end, raw.label))
    found.sort()
    for first, second in zip(found, found[1:], strict=False):
        if second.start < first.end:
            raise InvalidRecord(Errors.C119, place, first=tuple(first), second=tuple(second))
    return found


def advise_offsets(spans: Sequence[RawSpan], text: str, offsets: str) -> str:
    """Say which other way to count fits the spans, if they have texts and one does.

    spans (Sequence[RawSpan]): All spans of a text.
    text (str): The text.
    offsets (str): The way in which they do not fit.
    RETURNS (str): A sentence with the option to give.
    """
    if any(span.text is not None for span in spans):
        for other in OFFSETS:
            if other != offsets and all(_fits(span, text, other) for span in spans):
                return f"They fit with --offsets {other}."
    return "Mend them, or use --skip-invalid."


def _fits(span: RawSpan, text: str, offsets: str) -> bool:
    units = count_units(text, offsets)
    start, end = span.start, span.end + (offsets == "inclusive")
    if units is not None:
        if start not in units or end not in units:
            return False
        start, end = units[start], units[end]
    if not 0 <= start < end <= len(text):
        return False
    # White space at the ends would let an offset that is one off fit in another way to count.
    return span.text is None or GAPS.sub(" ", span.text) == GAPS.sub(" ", text[start:end])


@lru_cache(maxsize=8)
def count_units(text: str, offsets: str) -> dict[int, int] | None:
    """Give the character that each offset in other units means.

    text (str): The text.
    offsets (str): What they count, one of `OFFSETS`.
    RETURNS (dict[int, int] | None): Number of the character by offset; None if they are the same.
    """
    if offsets == "utf16" and (not text or max(text) > "\uffff"):
        sizes = [1 + (character > "\uffff") for character in text]
    elif offsets == "bytes" and not text.isascii():
        sizes = [len(character.encode("utf8")) for character in text]
    else:
        return None
    units = {0: 0}
    at = 0
    for number, size in enumerate(sizes, start=1):
        at += size
        units[at] = number
    return units


def _same(told: str, found: str) -> bool:
    """Tell whether two texts are the same, white space and how it is escaped aside."""
    if told == found:
        return True
    return told.replace("\\n", " ").split() == found.replace("\\n", " ").split()
