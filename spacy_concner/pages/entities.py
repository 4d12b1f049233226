"""Text with its entities marked by displaCy, as safe HTML: the same on every page."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape
from spacy.displacy.render import DEFAULT_LABEL_COLORS, EntityRenderer

COLOURS = {"PER": "#aa9cfc", "MISC": "#feca74"}
"""Types that displaCy has no colour for; the others have its own."""
FURTHER_COLOURS = ("#9cc9cc", "#ffeb80", "#ffb3c6", "#c8e6a0", "#b8d0ff", "#e0c2a2")
RIGHT_TO_LEFT = frozenset(
    ["ar", "arc", "azb", "ckb", "dv", "fa", "glk", "he", "iw", "ji", "ks", "lrc", "mzn", "nqo"]
    + ["pnb", "prs", "ps", "sd", "syr", "ug", "ur", "yi"]
)
RIGHT_TO_LEFT_SCRIPTS = frozenset(["arab", "hebr", "syrc", "thaa", "nkoo", "adlm"])
# The style sheet does the rest: a page holds many.
TEMPLATE = '<mark class="entity{focus}" style="background:{bg}">{name}</mark>'
TAIL = 4
"""Characters of a name that stay with its label, where a line is too short for its last word."""


@dataclass(frozen=True)
class MarkedEntity:
    """An entity as it is marked in a text.

    start: Its first character.
    end: The character after its last.
    label: Entity type.
    score: Probability, shown beside the type; None if it has none.
    focus: Whether it is set apart from the others.
    """

    start: int
    end: int
    label: str
    score: float | None = None
    focus: bool = False


class EntityMarker:
    """Marks entities in the texts of a page, each type in its own colour."""

    def __init__(self, types: Iterable[str]) -> None:
        """Choose the colours.

        types (Iterable[str]): All entity types of the page.
        """
        # One for all texts: displaCy looks through all installed packages for colours each time.
        self._renderer = EntityRenderer({"colors": choose_colours(types), "template": TEMPLATE})

    def mark(self, text: str, entities: Iterable[MarkedEntity], direction: str) -> Markup:
        """Mark entities in a text.

        text (str): The text.
        entities (Iterable[MarkedEntity]): Its entities in order; one that begins before
            another has ended is left out.
        direction (str): "ltr" or "rtl".
        RETURNS (Markup): HTML, text and labels escaped.
        """
        spans = []
        reached = 0
        for entity in entities:
            if entity.start < reached:
                continue
            reached = entity.end
            score = "" if entity.score is None else f" {entity.score:.2f}"
            params = {
                "name": _with_label(text[entity.start : entity.end], entity.label + score),
                "focus": " focus" if entity.focus else "",
            }
            span = {"start": entity.start, "end": entity.end, "label": entity.label}
            spans.append({**span, "params": params})
        shown = {"text": text, "ents": spans, "settings": {"direction": direction}}
        return Markup(self._renderer.render([shown]))


def text_direction(language: str) -> str:
    """Give the direction of a language's script, "ltr" or "rtl".

    language (str): Language code; a script or region may follow, such as in "ks-Deva".
    RETURNS (str): The direction.
    """
    code, *subtags = language.lower().replace("_", "-").split("-")
    scripts = [subtag for subtag in subtags if len(subtag) == 4]
    if scripts:
        return "rtl" if scripts[0] in RIGHT_TO_LEFT_SCRIPTS else "ltr"
    return "rtl" if code in RIGHT_TO_LEFT else "ltr"


def _with_label(name: str, label: str) -> Markup:
    """Put a label behind a name so that no line ends between them, in whatever script."""
    pill = Markup("\N{NO-BREAK SPACE}<bdi>{}</bdi>").format(label)
    last = name.split()[-1] if name.strip() else ""
    if len(last) <= TAIL:
        return escape(name) + pill
    cut = len(name) - TAIL
    # Not within a letter and its marks.
    while cut and unicodedata.category(name[cut]) in ("Mn", "Mc", "Me", "Cf"):
        cut -= 1
    return escape(name[:cut]) + Markup('<span class="tail">{}{}</span>').format(name[cut:], pill)


def choose_colours(types: Iterable[str]) -> dict[str, str]:
    """Give a colour to each entity type for which displaCy has none.

    types (Iterable[str]): The types.
    RETURNS (dict[str, str]): Colours by type.
    """
    without = {name for name in types if name.upper() not in DEFAULT_LABEL_COLORS}
    colours = {name: COLOURS[name.upper()] for name in without if name.upper() in COLOURS}
    for place, name in enumerate(sorted(without - set(colours))):
        colours[name] = FURTHER_COLOURS[place % len(FURTHER_COLOURS)]
    return colours
