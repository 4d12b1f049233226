"""The words around an entity that a teacher finds alike in a sentence and in its translation."""

from collections.abc import Iterator, Sequence

from spacy.tokens import Doc, Span

from ..projection.pharaoh import Links
from ..projection.spans import project_spans
from ..projection.types import LabelledSpan
from .carry_over import words_of


def cut_snippets(
    sides: tuple[Doc, Doc],
    scores: tuple[Sequence[float], Sequence[float]],
    links: Links,
    around: int,
) -> Iterator[tuple[Doc, Doc, float]]:
    """Cut the pairs of snippets out of a pair of sentences.

    An entity counts if the teacher, which has read each side for itself, finds one of the same
    type in the very words that it is aligned to: what it finds by chance on one side falls
    away. Other entities stay out of its snippet, sure or not.

    sides (tuple[Doc, Doc]): Source and target, each with the teacher's entities.
    scores (tuple[Sequence[float], Sequence[float]]): Scores of the entities of each side.
    links (Links): Word alignment, in the words of `words_of`.
    around (int): Most words before and after the entity.
    YIELDS (tuple[Doc, Doc, float]): Source and target snippet with their entity, in order of
        place, and the lesser of its two scores.
    """
    source, target = sides
    source_words, target_words = words_of(source), words_of(target)
    source_places, target_places = _places(source), _places(target)
    theirs = {
        (entity.start, entity.end, entity.label_): (entity, score)
        for entity, score in zip(target.ents, scores[1], strict=True)
    }
    for entity, score in zip(source.ents, scores[0], strict=True):
        inside = [n for n, place in enumerate(source_places) if entity.start <= place < entity.end]
        if not inside:
            continue
        span = LabelledSpan(inside[0], inside[-1] + 1, entity.label_)
        for found in project_spans([span], links, source_words, target_words).spans:
            first, last = target_places[found.start], target_places[found.end - 1]
            alike = theirs.get((first, last + 1, found.label))
            if alike is not None:
                yield _cut(entity, around), _cut(alike[0], around), min(score, alike[1])


def _places(doc: Doc) -> list[int]:
    return [token.i for token in doc if not token.is_space]


def _cut(entity: Span, around: int) -> Doc:
    """Give an entity and the words around it, up to the entities beside it."""
    doc = entity.doc
    start, end = max(0, entity.start - around), min(len(doc), entity.end + around)
    for other in doc.ents:
        if other.end <= entity.start:
            start = max(start, other.end)
        elif other.start >= entity.end:
            end = min(end, other.start)
    return doc[start:end].as_doc()
