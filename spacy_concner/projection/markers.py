"""Labels cross a translation as brackets around the entities, which are translated in place.

EasyProject (Chen et al., Findings of ACL 2023): `[ Anna ] lives in [ Paris ].` goes to the
engine whole, so the entities are translated in their context. Which bracket of the
translation holds which entity is told by how alike it is to the entity and to its
translation alone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from .types import LabelledSpan, Lost, Projection, is_punctuation

PAIRS = (("[", "]"), ("{", "}"), ("(", ")"), ("«", "»"), ("<", ">"))
LOOKALIKES = {
    "[": "［【〔",
    "]": "］】〕",
    "{": "｛",
    "}": "｝",
    "(": "（",
    ")": "）",
    "«": "《〈",
    "»": "》〉",
    "<": "＜‹",
    ">": "＞›",
}
NO_MARKERS = "every kind of marker stands in the source"
LOST_MARKER = "missing marker"
EXTRA_MARKER = "extra marker"
CROSSED = "markers do not pair"
EMPTY_MARKERS = "nothing between markers"
BY_ORDER = "markers matched by their order"
LIKE = 0.4


@dataclass(frozen=True)
class Marked:
    """A sentence with markers around its entities.

    text: The marked sentence.
    labels: Entity type of each entity, in order of place.
    surfaces: The entities.
    markers: What opens and what closes an entity.
    """

    text: str
    labels: tuple[str, ...]
    surfaces: tuple[str, ...]
    markers: tuple[str, str]

    @property
    def needs_entities(self) -> bool:
        """Tell whether the entities' own translations are needed to tell them apart."""
        return len(set(self.labels)) > 1


def mark(text: str, spans: Sequence[LabelledSpan]) -> Marked | Lost:
    """Put markers around the entities of a sentence.

    The markers are the first pair of which nothing stands in the sentence yet.

    text (str): The sentence.
    spans (Sequence[LabelledSpan]): Its entities; they neither overlap nor are empty.
    RETURNS (Marked | Lost): The marked sentence, or that no pair is free.
    """
    spans = sorted(spans, key=lambda span: span.start)
    for opening, closing in PAIRS:
        used = {opening, closing, *LOOKALIKES[opening], *LOOKALIKES[closing]}
        if spans and used.intersection(text):
            continue
        pieces: list[str] = []
        end = 0
        for span in spans:
            before, entity = text[end : span.start], text[span.start : span.end]
            space = " " if (before or pieces) and not before.endswith(" ") else ""
            pieces += [before, f"{space}{opening} {entity} {closing}"]
            end = span.end
            if text[end : end + 1].isalnum():
                pieces.append(" ")
        labels = tuple(span.label for span in spans)
        surfaces = tuple(text[span.start : span.end] for span in spans)
        return Marked("".join(pieces) + text[end:], labels, surfaces, (opening, closing))
    return Lost(NO_MARKERS)


def project_markers(
    marked: Marked, translation: str, entities: Sequence[str] = ()
) -> Projection | Lost:
    """Take the markers out of a translation, and label what stood between them.

    Full-width and mirrored markers are known again. Punctuation that an entity does not have
    is left out of it.

    marked (Marked): The source sentence.
    translation (str): Translation of the marked sentence.
    entities (Sequence[str]): Translation of each entity by itself; none are needed where all
        have one label.
    RETURNS (Projection | Lost): The translation with its entities, or what was lost.
    """
    places = _locate(translation, marked)
    if isinstance(places, Lost):
        return places
    contents = [translation[start:end].strip() for start, end in places]
    if not all(any(not is_punctuation(c) and not c.isspace() for c in text) for text in contents):
        return Lost(EMPTY_MARKERS)
    order, is_sure = _match(marked, contents, entities)
    text = ""
    spans: list[LabelledSpan] = []
    last = 0
    for (start, end), content, number in zip(places, contents, order, strict=True):
        context = translation[last : start - 1]
        if _needs_space(text + context, translation[start:end], content[:1]):
            context += " "
        text += context
        lead, core = _trim(content, marked.surfaces[number])
        spans.append(
            LabelledSpan(len(text) + lead, len(text) + lead + len(core), marked.labels[number])
        )
        text += content
        last = end + 1
        if translation[end - 1].isspace() and translation[last : last + 1].isalnum():
            text += " "
    return _tidy(text + translation[last:], spans, () if is_sure else (BY_ORDER,))


def remove_markers(marked: Marked, translation: str) -> str:
    """Give the plain text of a translation whose markers were lost.

    marked (Marked): The source sentence.
    translation (str): Translation of the marked sentence.
    RETURNS (str): The translation without markers.
    """
    if not marked.labels:
        return translation
    return " ".join(re.sub(_any_of(*marked.markers), " ", translation).split())


def _any_of(*markers: str) -> str:
    return "[" + re.escape("".join(marker + LOOKALIKES[marker] for marker in markers)) + "]"


def _locate(translation: str, marked: Marked) -> list[tuple[int, int]] | Lost:
    """Find what stands between markers, which are a character each: start and end."""
    if not marked.labels:
        return []
    opening, _ = marked.markers
    found = list(re.finditer(_any_of(*marked.markers), translation))
    opens = [match.group() in opening + LOOKALIKES[opening] for match in found]
    # In text from right to left some engines turn the brackets round.
    if opens and not opens[0] and opens[-1]:
        opens = [not each for each in opens]
    wanted = 2 * len(marked.labels)
    if len(found) != wanted:
        return Lost(LOST_MARKER if len(found) < wanted else EXTRA_MARKER, translation)
    if opens != [True, False] * len(marked.labels):
        return Lost(CROSSED, translation)
    return [
        (first.end(), last.start()) for first, last in zip(found[::2], found[1::2], strict=True)
    ]


def _match(
    marked: Marked, contents: Sequence[str], entities: Sequence[str]
) -> tuple[list[int], bool]:
    """Give the number of the entity that stands in each pair of markers, and if that is sure."""
    in_order = list(range(len(contents)))
    if not marked.needs_entities:
        return in_order, True
    likeness = sorted(
        (
            (-_likeness(content, marked, number, entities), abs(place - number), place, number)
            for place, content in enumerate(contents)
            for number in in_order
        ),
    )
    matched: dict[int, int] = {}
    is_sure = True
    for alike, _, place, number in likeness:
        if place not in matched and number not in matched.values():
            matched[place] = number
            is_sure &= -alike >= LIKE
    return [matched[place] for place in in_order], is_sure


def _likeness(content: str, marked: Marked, number: int, entities: Sequence[str]) -> float:
    known = [marked.surfaces[number], *entities[number : number + 1]]
    alike = max(
        SequenceMatcher(None, content.casefold(), text.casefold()).ratio() for text in known
    )
    # Below this, likeness is chance, and the order of the sentence tells more.
    return alike if alike >= LIKE else 0.0


def _needs_space(before: str, inside: str, first: str) -> bool:
    return bool(before) and before[-1].isalnum() and inside[:1].isspace() and first.isalnum()


def _trim(content: str, surface: str) -> tuple[int, str]:
    """Take off punctuation that the entity does not have: its length at the start, the rest."""
    core = content
    if not is_punctuation(surface[:1]):
        while is_punctuation(core[:1]) or core[:1].isspace():
            core = core[1:]
    lead = len(content) - len(core)
    if not is_punctuation(surface[-1:]):
        while is_punctuation(core[-1:]) or core[-1:].isspace():
            core = core[:-1]
    return lead, core


def _tidy(text: str, spans: Sequence[LabelledSpan], problems: tuple[str, ...]) -> Projection:
    """Fold white space, and take the space away that a marker left before punctuation."""
    keep = [True] * len(text)
    for place, character in enumerate(text):
        following = text[place + 1 : place + 2]
        if character.isspace() and (place == 0 or not following or following.isspace()):
            keep[place] = False
    new = [0]
    for kept in keep:
        new.append(new[-1] + kept)
    tidy = "".join(character for character, kept in zip(text, keep, strict=True) if kept)
    moved = [LabelledSpan(new[s.start], new[s.end], s.label) for s in spans]
    return Projection(tidy, moved, problems)
