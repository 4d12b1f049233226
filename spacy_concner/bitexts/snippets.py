"""The words around an entity that a teacher finds alike in a sentence and in its translation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Span

from ..projection.alignment import project_spans
from ..projection.pharaoh import Links
from ..projection.types import LabelledSpan
from .target_labels import word_tokens, words_of


@dataclass(frozen=True)
class Snippet:
    """An entity and the words around it, on both sides.

    source: The source's words, with their entity.
    target: The target's.
    score: The lesser of the entity's two scores.
    """

    source: Doc
    target: Doc
    score: float


def cut_snippets(
    source: Doc,
    target: Doc,
    links: Links,
    *,
    source_scores: Sequence[float],
    target_scores: Sequence[float],
    around: int,
) -> Iterator[Snippet]:
    """Cut the pairs of snippets out of a pair of sentences.

    An entity counts if the teacher, which has read each side for itself, finds one of the same
    type in the very words that it is aligned to: what it finds by chance on one side falls
    away. Other entities stay out of its snippet, sure or not.

    source (Doc): The source with the teacher's entities.
    target (Doc): The target with the teacher's entities.
    links (Links): Word alignment, in the words of `words_of`.
    source_scores (Sequence[float]): Scores of the entities of the source.
    target_scores (Sequence[float]): Scores of the entities of the target.
    around (int): Most words before and after the entity.
    YIELDS (Snippet): The snippets, in the order of the source.
    """
    source_words, target_words = words_of(source), words_of(target)
    source_places = [token.i for token in word_tokens(source)]
    target_places = [token.i for token in word_tokens(target)]
    theirs = {
        (entity.start, entity.end, entity.label_): (entity, score)
        for entity, score in zip(target.ents, target_scores, strict=True)
    }
    for entity, score in zip(source.ents, source_scores, strict=True):
        inside = [n for n, place in enumerate(source_places) if entity.start <= place < entity.end]
        if not inside:
            continue
        span = LabelledSpan(inside[0], inside[-1] + 1, entity.label_)
        for found in project_spans([span], links, source_words, target_words).spans:
            first, last = target_places[found.start], target_places[found.end - 1]
            if (first, last + 1, found.label) in theirs:
                alike, other_score = theirs[first, last + 1, found.label]
                yield Snippet(_cut(entity, around), _cut(alike, around), min(score, other_score))


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
