"""Labels cross a translation along the links of a word alignment."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from .articles import is_article
from .pharaoh import Links
from .types import LabelledSpan, is_punctuation

UNALIGNED = "unaligned entity"
FOUND_BY_SPELLING = "entity found by its spelling"
DETACHED = "detached words left out"
CONTESTED = "word of two entities"
LIKE_SPELLING = 0.75
MAX_GAP = 2
SHORT = 3
BREAKS = frozenset([",", ";", ":", "،", "؛", "、", "，", "；", "："])


@dataclass(frozen=True)
class AlignedSpans:
    """What became of the entities of a sentence.

    spans: Entities of the target, counted in words, in order of place.
    unaligned: Those of the source that found no place, counted in words.
    problems: What happened on the way, in words; a person may want to look.
    """

    spans: list[LabelledSpan]
    unaligned: list[LabelledSpan] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def project_spans(
    spans: Sequence[LabelledSpan],
    links: Links,
    source: Sequence[str],
    target: Sequence[str],
) -> AlignedSpans:
    """Give each entity the contiguous words that its own words are linked to.

    The words linked to an entity fall into runs; the run with the most links is taken,
    what is detached from it left out. A run goes over gaps of words that are linked to no
    word outside the entity. Articles and punctuation at its ends go, unless the entity has
    the like there. A target word belongs to one entity. An entity without links is looked
    for by its spelling.

    spans (Sequence[LabelledSpan]): Entities of the source, counted in words; they do not
        overlap.
    links (Links): Word alignment.
    source (Sequence[str]): Words of the source.
    target (Sequence[str]): Words of the target.
    RETURNS (AlignedSpans): The entities of the target.
    """
    spans = sorted(spans, key=lambda span: span.start)
    problems: list[str] = []
    counts = _count_links(spans, links, source, target)
    if any(len(numbers) > 1 for numbers in counts.values()):
        problems.append(CONTESTED)
    owners = {j: max(numbers, key=numbers.__getitem__) for j, numbers in counts.items()}
    found: dict[int, tuple[int, int]] = {}
    taken: set[int] = set()
    for number, span in enumerate(spans):
        places = {j: counts[j][number] for j, owner in owners.items() if owner == number}
        others = _others(span, links, source, target) | set(owners) - set(places)
        runs = list(_runs(places, others))
        if not runs:
            continue
        best = max(runs, key=lambda run: sum(places.get(j, 0) for j in range(*run)))
        if len(runs) > 1:
            problems.append(DETACHED)
        start, end = _trim(best, span, source, target)
        if start < end:
            found[number] = start, end
            taken.update(range(start, end))
    for number, span in enumerate(spans):
        if number not in found:
            place = _find_spelling(source[span.start : span.end], target, taken)
            if place is not None:
                found[number] = place
                taken.update(range(*place))
                problems.append(FOUND_BY_SPELLING)
    unaligned = [span for number, span in enumerate(spans) if number not in found]
    problems += [UNALIGNED] * len(unaligned)
    projected = [LabelledSpan(*found[number], spans[number].label) for number in found]
    projected.sort(key=lambda span: span.start)
    return AlignedSpans(projected, unaligned, list(dict.fromkeys(problems)))


def _count_links(
    spans: Sequence[LabelledSpan], links: Links, source: Sequence[str], target: Sequence[str]
) -> dict[int, dict[int, int]]:
    """Count the links of each target word to each entity.

    Links between punctuation and words, or from an article, say little: they count only
    where an entity has nothing else, or for marks, such as quotes, at both its ends.
    """
    counts: dict[int, dict[int, int]] = {}
    for number, span in enumerate(spans):
        inside = [(i, j) for i, j in links if span.start <= i < span.end]
        ends = (span.start, span.end - 1)
        strong = [
            (i, j)
            for i, j in inside
            if (_is_content(source[i]) and _is_content(target[j]))
            or (i in ends and _is_mark(source[i]) and _is_mark(target[j]))
        ]
        for _, j in strong or inside:
            numbers = counts.setdefault(j, {})
            numbers[number] = numbers.get(number, 0) + 1
    return counts


def _others(
    span: LabelledSpan, links: Links, source: Sequence[str], target: Sequence[str]
) -> set[int]:
    """Give the target words that an entity's words may not be joined across.

    These are words linked to what is outside the entity, but for articles and other short
    words, which aligners link freely, and commas and the like that the entity lacks.
    """
    linked = {
        j
        for i, j in links
        if not span.start <= i < span.end
        and _is_content(target[j])
        and not (target[j].islower() and len(target[j]) <= SHORT)
    }
    inside = "".join(source[span.start : span.end])
    return linked | {j for j, word in enumerate(target) if word in BREAKS and word not in inside}


def _runs(places: dict[int, int], others: set[int]) -> Iterator[tuple[int, int]]:
    """Cut linked words into runs, across gaps of words that belong to nothing else."""
    ordered = sorted(places)
    for n, place in enumerate(ordered):
        if n == 0:
            start = place
        else:
            gap = range(ordered[n - 1] + 1, place)
            if len(gap) > MAX_GAP or any(j in others for j in gap):
                yield start, ordered[n - 1] + 1
                start = place
    if ordered:
        yield start, ordered[-1] + 1


def _trim(
    run: tuple[int, int], span: LabelledSpan, source: Sequence[str], target: Sequence[str]
) -> tuple[int, int]:
    """Take punctuation and articles off the ends that the entity does not have there."""
    start, end = run
    first, last = source[span.start], source[span.end - 1]
    while start < end and (
        (_is_mark(target[start]) and not _is_mark(first))
        or (is_article(target[start]) and not is_article(first) and end - start > 1)
    ):
        start += 1
    while start < end and (
        (_is_mark(target[end - 1]) and not _is_mark(last))
        or (is_article(target[end - 1]) and not is_article(last) and end - start > 1)
    ):
        end -= 1
    return start, end


def _find_spelling(
    words: Sequence[str], target: Sequence[str], taken: set[int]
) -> tuple[int, int] | None:
    """Find the words most like those of an entity; None if nothing is like them."""
    wanted = _plain(words)
    best: tuple[int, int] | None = None
    most_alike = LIKE_SPELLING
    for size in sorted({max(1, len(words) - 1), len(words), len(words) + 1}):
        for start in range(len(target) - size + 1):
            if not taken.isdisjoint(range(start, start + size)):
                continue
            likeness = SequenceMatcher(None, wanted, _plain(target[start : start + size])).ratio()
            if likeness > most_alike or (best is None and likeness == most_alike):
                best, most_alike = (start, start + size), likeness
    return best


def _plain(words: Sequence[str]) -> str:
    """Fold case and leave out the marks on letters."""
    text = unicodedata.normalize("NFKD", " ".join(words).casefold())
    return "".join(character for character in text if not unicodedata.combining(character))


def _is_mark(word: str) -> bool:
    return all(is_punctuation(character) for character in word)


def _is_content(word: str) -> bool:
    return not _is_mark(word) and not is_article(word)
