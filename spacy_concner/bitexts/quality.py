"""Figures of a translation beside its source, and what is wrong with it by thresholds."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from spacy.tokens import Doc, Span

from ..corpora.segments import get_segments, token_tag
from .notes import get_note
from .thresholds import Thresholds

UNKNOWN = "unknown"
ENTITIES_LOST = "entities lost"
NOT_ANNOTATED = "translation not annotated"
UNUSUAL_LENGTH = "unusual length"
UNTRANSLATED = "untranslated"
ENTITIES_ADDED = "entities added"
SEVERITIES = {
    ENTITIES_LOST: 5,
    NOT_ANNOTATED: 4,
    UNUSUAL_LENGTH: 4,
    UNTRANSLATED: 3,
    ENTITIES_ADDED: 3,
}
NOTE_SEVERITY = 1
FEWEST_WORDS = 4
"""Of shorter texts the untranslated share says little: a title may well stay as it is."""
SMOOTHING = 10
"""Characters added to both lengths, so that ratios of short texts are not taken for odd."""

Languages = tuple[str, str]


@dataclass(frozen=True)
class Quality:
    """Figures of a translation beside its source.

    languages: Codes of source and translation.
    source_length: Characters of the source.
    target_length: Characters of the translation.
    n_words: Words with letters in the translation, those in entities left out.
    n_untranslated: Those of them that stand in the source too, outside its entities.
    source_entities: Entities of the source by type.
    target_entities: Entities of the translation by type.
    annotated: Whether both sides have annotation.
    strategy: How the labels crossed over, "unknown" if there is no note of it.
    notes: What the projection noted.
    """

    languages: Languages
    source_length: int
    target_length: int
    n_words: int
    n_untranslated: int
    source_entities: Counter[str]
    target_entities: Counter[str]
    annotated: bool
    strategy: str = UNKNOWN
    notes: tuple[str, ...] = ()

    @property
    def length_ratio(self) -> float:
        """Give the target characters for a source character."""
        return self.target_length / max(1, self.source_length)

    @property
    def untranslated(self) -> float:
        """Give the share of words that are those of the source."""
        return self.n_untranslated / self.n_words if self.n_words else 0.0

    @property
    def lost(self) -> Counter[str]:
        """Give the source entities that the translation lacks, by type."""
        return self.source_entities - self.target_entities if self.annotated else Counter()

    @property
    def added(self) -> Counter[str]:
        """Give the entities of the translation that the source lacks, by type."""
        return self.target_entities - self.source_entities if self.annotated else Counter()

    @property
    def entities_kept(self) -> float | None:
        """Give the share of entities kept, None if there are none or no annotation."""
        total = self.source_entities.total()
        return 1 - self.lost.total() / total if total and self.annotated else None


@dataclass(frozen=True)
class Problem:
    """What is wrong with a translation.

    name: In words, to be counted.
    detail: Figures or entities.
    severity: The greater, the worse; notes of the projection are 1.
    """

    name: str
    detail: str = ""
    severity: int = NOTE_SEVERITY


def measure(doc: Doc) -> list[Quality]:
    """Measure each translation of a bitext beside the source.

    The projection's note is taken for the last translation, which is the one that a run
    adds; without a language in it, earlier translations have none.

    doc (Doc): A bitext.
    RETURNS (list[Quality]): Figures of each translation; none for a plain Doc.
    RAISES (ConcnerError): C102 if the segments do not tile the Doc.
    """
    segments = get_segments(doc)
    if len(segments) < 2:
        return []
    source, *targets = segments
    known = set(_words(source))
    note = get_note(doc) or {}
    qualities = []
    for target in targets:
        words = _words(target)
        noted = target is targets[-1] and bool(note)
        qualities.append(
            Quality(
                languages=(source.label_, target.label_),
                source_length=len(source.text),
                target_length=len(target.text),
                n_words=len(words),
                n_untranslated=sum(word in known for word in words),
                source_entities=_entities(source),
                target_entities=_entities(target),
                annotated=_is_annotated(source) and _is_annotated(target),
                strategy=str(note.get("strategy") or UNKNOWN) if noted else UNKNOWN,
                notes=tuple(map(str, note.get("problems") or ())) if noted else (),
            )
        )
    return qualities


def usual_ratios(qualities: Iterable[Quality]) -> dict[Languages, float]:
    """Give the length ratio that is usual between two languages.

    qualities (Iterable[Quality]): Figures of a corpus.
    RETURNS (dict[Languages, float]): Median of the length ratios, by languages.
    """
    ratios: dict[Languages, list[float]] = {}
    for quality in qualities:
        ratios.setdefault(quality.languages, []).append(quality.length_ratio)
    return {languages: median(values) for languages, values in ratios.items()}


def find_problems(
    quality: Quality, usual: Mapping[Languages, float], thresholds: Thresholds
) -> list[Problem]:
    """Tell what a person may want to look at, the worst first.

    quality (Quality): Figures of a translation.
    usual (Mapping[Languages, float]): Usual length ratios; 1 where there is none.
    thresholds (Thresholds): When a figure is a problem.
    RETURNS (list[Problem]): The problems, with the notes of the projection.
    """
    found = _beyond(quality, usual, thresholds)
    if not quality.annotated:
        found.append(Problem(NOT_ANNOTATED, severity=SEVERITIES[NOT_ANNOTATED]))
    for note, count in Counter(quality.notes).items():
        found.append(Problem(note, f"{count} times" if count > 1 else ""))
    return sorted(found, key=lambda problem: -problem.severity)


def find_reasons(
    quality: Quality, usual: Mapping[Languages, float], thresholds: Thresholds
) -> list[Problem]:
    """Tell why a translation is turned down, nothing if it is good enough.

    quality (Quality): Figures of a translation.
    usual (Mapping[Languages, float]): Usual length ratios; 1 where there is none.
    thresholds (Thresholds): The limits.
    RETURNS (list[Problem]): The reasons.
    """
    found = _beyond(quality, usual, thresholds)
    if thresholds.require_labels and not quality.annotated:
        found.append(Problem(NOT_ANNOTATED, severity=SEVERITIES[NOT_ANNOTATED]))
    if thresholds.strategies and quality.strategy not in thresholds.strategies:
        found.append(Problem(f"projected by {quality.strategy}"))
    found += [
        Problem(note) for note in dict.fromkeys(thresholds.reject_notes) if note in quality.notes
    ]
    return found


def _beyond(
    quality: Quality, usual: Mapping[Languages, float], thresholds: Thresholds
) -> list[Problem]:
    found: list[tuple[str, str]] = []
    kept = quality.entities_kept
    if kept is not None and kept < thresholds.min_entities_kept:
        found.append((ENTITIES_LOST, _show(quality.lost)))
    if 0 <= thresholds.max_entities_added < quality.added.total():
        found.append((ENTITIES_ADDED, _show(quality.added)))
    ratio = usual.get(quality.languages, 1.0)
    expected = quality.source_length * ratio
    deviation = math.log((quality.target_length + SMOOTHING) / (expected + SMOOTHING))
    if thresholds.max_length_factor and abs(deviation) > math.log(thresholds.max_length_factor):
        detail = f"{quality.target_length} characters, about {expected:.0f} expected"
        found.append((UNUSUAL_LENGTH, detail))
    enough = quality.n_words >= FEWEST_WORDS
    if enough and quality.untranslated > thresholds.max_untranslated:
        detail = f"{quality.n_untranslated} of {quality.n_words} words"
        found.append((UNTRANSLATED, detail))
    return [Problem(name, detail, SEVERITIES[name]) for name, detail in found]


def _show(entities: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(entities.items()))


def _words(segment: Span) -> list[str]:
    return [
        token.text.casefold()
        for token in segment
        if not token.ent_type_ and any(map(str.isalpha, token.text))
    ]


def _entities(segment: Span) -> Counter[str]:
    return Counter(token.ent_type_ for token in segment if token.ent_iob_ == "B")


def _is_annotated(segment: Span) -> bool:
    return any(token_tag(token) != "-" for token in segment)
