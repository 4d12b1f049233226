"""Bitexts as a page shows them: text with its entities in displaCy's colours, as safe HTML."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from typing import Any

from markupsafe import Markup
from spacy.displacy.render import DEFAULT_LABEL_COLORS, EntityRenderer
from spacy.displacy.templates import TPL_ENT, TPL_ENT_RTL
from spacy.tokens import Doc, Span

from ...bitexts.notes import get_record
from ...bitexts.quality import Problem, Quality
from ...corpora.segments import get_segments, token_tag

RIGHT_TO_LEFT = frozenset(
    ["ar", "arc", "azb", "ckb", "dv", "fa", "glk", "he", "iw", "ji", "ks", "lrc", "mzn", "nqo"]
    + ["pnb", "prs", "ps", "sd", "syr", "ug", "ur", "yi"]
)
COLOURS = {"PER": "#aa9cfc", "MISC": "#feca74"}
"""Types that displaCy has no colour for; the others have its own."""
FURTHER_COLOURS = ("#9cc9cc", "#ffeb80", "#ffb3c6", "#c8e6a0", "#b8d0ff", "#e0c2a2")


@dataclass
class SegmentView:
    """A segment as it is shown.

    language: Its code, "?" if it has none.
    direction: "ltr" or "rtl".
    markup: Text and entities.
    annotated: Whether it has annotation.
    quality: Figures beside the source; None for the source itself.
    problems: What is wrong with it.
    """

    language: str
    direction: str
    markup: Markup
    annotated: bool
    quality: Quality | None = None
    problems: list[Problem] = field(default_factory=list)


@dataclass
class BitextView:
    """A bitext as it is shown.

    number: Its place in the corpus, from 1.
    name: Its id, empty without one.
    segments: The source and its translations.
    strategy: How the labels crossed over.
    details: What else the projection noted, as names and values.
    """

    number: int
    name: str
    segments: list[SegmentView]
    strategy: str
    details: list[tuple[str, str]]

    @property
    def problems(self) -> list[tuple[str, Problem]]:
        """Give the problems with the language that they are in, the worst first."""
        found = [
            (segment.language, problem) for segment in self.segments for problem in segment.problems
        ]
        return sorted(found, key=lambda item: -item[1].severity)


def view_bitext(
    doc: Doc,
    number: int,
    qualities: list[Quality],
    problems: list[list[Problem]],
    colours: Mapping[str, str],
) -> BitextView:
    """Give a bitext as it is shown.

    doc (Doc): The bitext.
    number (int): Its place in the corpus.
    qualities (list[Quality]): Figures of each translation.
    problems (list[list[Problem]]): Problems of each translation.
    colours (Mapping[str, str]): Colours of entity types, as of `choose_colours`.
    RETURNS (BitextView): The view.
    """
    segments = []
    for place, segment in enumerate(get_segments(doc)):
        view = view_segment(segment, colours)
        if place:
            view.quality, view.problems = qualities[place - 1], problems[place - 1]
        segments.append(view)
    record: dict[str, Any] = get_record(doc) or {}
    details = [
        (str(key), str(value))
        for key, value in record.items()
        if key not in ("strategy", "problems")
    ]
    name = str(doc.user_data.get("id", ""))
    return BitextView(number, name, segments, qualities[-1].strategy, details)


def view_segment(segment: Span, colours: Mapping[str, str]) -> SegmentView:
    """Give a segment as it is shown.

    segment (Span): The segment.
    colours (Mapping[str, str]): Colours of entity types.
    RETURNS (SegmentView): The view.
    """
    language = segment.label_ or "?"
    direction = text_direction(language)
    start = segment.start_char
    # displaCy escapes the text, but not the labels.
    entities = [
        {
            "start": entity.start_char - start,
            "end": entity.end_char - start,
            "label": escape(entity.label_),
        }
        for entity in segment.ents
    ]
    renderer = make_renderer(direction, tuple(sorted(colours.items())))
    shown = {"text": segment.text, "ents": entities, "settings": {"direction": direction}}
    markup = renderer.render([shown]).strip()
    annotated = any(token_tag(token) != "-" for token in segment)
    return SegmentView(language, direction, Markup(markup), annotated)


@lru_cache(maxsize=8)
def make_renderer(direction: str, colours: tuple[tuple[str, str], ...]) -> EntityRenderer:
    """Make displaCy's renderer of entities, once for all segments.

    `displacy.render` makes one a call, and each looks through all installed packages for
    colours, which takes longer than all the rest.

    direction (str): "ltr" or "rtl".
    colours (tuple[tuple[str, str], ...]): Entity types and their colours.
    RETURNS (EntityRenderer): The renderer.
    """
    options = {
        "colors": {escape(label): colour for label, colour in colours},
        # displaCy itself takes the template before it knows the direction.
        "template": TPL_ENT_RTL if direction == "rtl" else TPL_ENT,
    }
    return EntityRenderer(options)


def text_direction(language: str) -> str:
    """Give the direction of a language's script, "ltr" or "rtl".

    language (str): Language code; a script or region may follow, such as in "ks-Deva".
    RETURNS (str): The direction.
    """
    code, *subtags = language.lower().replace("_", "-").split("-")
    scripts = [subtag for subtag in subtags if len(subtag) == 4]
    if scripts:
        return "rtl" if scripts[0] in ("arab", "hebr", "syrc", "thaa", "nkoo", "adlm") else "ltr"
    return "rtl" if code in RIGHT_TO_LEFT else "ltr"


def choose_colours(types: Iterable[str]) -> dict[str, str]:
    """Give a colour to each entity type for which displaCy has none.

    types (Iterable[str]): The types.
    RETURNS (dict[str, str]): Colours by type.
    """
    colours = {}
    further = [name for name in sorted(set(types)) if name.upper() not in DEFAULT_LABEL_COLORS]
    places = 0
    for name in further:
        if name.upper() in COLOURS:
            colours[name] = COLOURS[name.upper()]
            continue
        colours[name] = FURTHER_COLOURS[places % len(FURTHER_COLOURS)]
        places += 1
    return colours
