"""Bitexts as a page shows them."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from spacy.tokens import Doc, Span

from ...bitexts.notes import get_note
from ...bitexts.quality import Problem, Quality
from ...corpora.segments import get_segments, token_tag
from ..entities import EntityMarker, MarkedEntity, text_direction


@dataclass(frozen=True)
class JudgedTranslation:
    """A translation beside its source.

    quality: Its figures.
    problems: What is wrong with it.
    """

    quality: Quality
    problems: list[Problem]


@dataclass(frozen=True)
class JudgedBitext:
    """A bitext of a corpus.

    number: Its place in the corpus, from 1.
    translations: What its translations are like.
    """

    number: int
    translations: list[JudgedTranslation]

    @property
    def severities(self) -> list[int]:
        """Give how bad its problems are."""
        return [problem.severity for found in self.translations for problem in found.problems]


@dataclass(frozen=True)
class SegmentView:
    """A segment as it is shown.

    language: Its code, "?" if it has none.
    direction: "ltr" or "rtl".
    markup: Text and entities.
    annotated: Whether it has annotation.
    translation: What it is like beside the source; None for the source itself.
    """

    language: str
    direction: str
    markup: Markup
    annotated: bool
    translation: JudgedTranslation | None


@dataclass(frozen=True)
class ProblemView:
    """A problem as it is shown.

    language: Of the segment that it is in.
    problem: The problem.
    """

    language: str
    problem: Problem


@dataclass(frozen=True)
class BitextView:
    """A bitext as it is shown.

    number: Its place in the corpus, from 1.
    name: Its id, empty without one.
    segments: The source and its translations.
    strategy: How the labels crossed over.
    details: What else the projection noted, by name.
    """

    number: int
    name: str
    segments: list[SegmentView]
    strategy: str
    details: dict[str, str]

    @property
    def problems(self) -> list[ProblemView]:
        """Give the problems of all segments, the worst first."""
        found = [
            ProblemView(segment.language, problem)
            for segment in self.segments
            if segment.translation is not None
            for problem in segment.translation.problems
        ]
        return sorted(found, key=lambda view: -view.problem.severity)


def view_bitext(doc: Doc, judged: JudgedBitext, marker: EntityMarker) -> BitextView:
    """Give a bitext as it is shown.

    doc (Doc): The bitext.
    judged (JudgedBitext): What it is like.
    marker (EntityMarker): Marks entities in their colours.
    RETURNS (BitextView): The view.
    """
    source, *targets = get_segments(doc)
    segments = [view_segment(source, None, marker)]
    for target, translation in zip(targets, judged.translations, strict=True):
        segments.append(view_segment(target, translation, marker))
    note: dict[str, Any] = get_note(doc) or {}
    details = {
        str(key): str(value) for key, value in note.items() if key not in ("strategy", "problems")
    }
    return BitextView(
        number=judged.number,
        name=str(doc.user_data.get("id", "")),
        segments=segments,
        strategy=judged.translations[-1].quality.strategy,
        details=details,
    )


def view_segment(
    segment: Span, translation: JudgedTranslation | None, marker: EntityMarker
) -> SegmentView:
    """Give a segment as it is shown.

    segment (Span): The segment.
    translation (JudgedTranslation | None): What it is like beside the source; None for the
        source itself.
    marker (EntityMarker): Marks entities in their colours.
    RETURNS (SegmentView): The view.
    """
    language = segment.label_ or "?"
    direction = text_direction(language)
    begin = segment.start_char
    entities = [
        MarkedEntity(entity.start_char - begin, entity.end_char - begin, entity.label_)
        for entity in segment.ents
    ]
    return SegmentView(
        language=language,
        direction=direction,
        markup=marker.mark(segment.text, entities, direction),
        annotated=any(token_tag(token) != "-" for token in segment),
        translation=translation,
    )
