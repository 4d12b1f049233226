"""What a pipeline without probabilities says: its entities, as probabilities of labels."""

import math
from collections.abc import Sequence

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span

from ..corpora.segments import token_tag
from ..errors import ConcnerError, Errors
from ..pipelines import annotate_docs

OUTSIDE = "O"
# What stands for the score of an entity that has none.
UNSCORED = -1.0
# Where components keep the probability of an entity: GLiNER's wrapper, others, and our own.
SCORE_EXTENSIONS = ("score", "confidence", "confidence_score", "concner_score")
SCORES = "scores"
SETS_ENTITIES = ("doc.ents", "token.ent_type", "token.ent_iob")


def find_entity_types(nlp: Language) -> list[str]:
    """Give the entity types that a pipeline says it may find.

    Those of the components that set entities, or do not say what they set.

    nlp (Language): The pipeline.
    RETURNS (list[str]): The types, sorted; none if no component tells any.
    """
    found: set[str] = set()
    for name, labels in nlp.pipe_labels.items():
        sets = nlp.get_pipe_meta(name).assigns
        annotates = getattr(nlp.get_pipe(name), "annotate_ents", False)
        if annotates or not sets or any(place in SETS_ENTITIES for place in sets):
            found.update(map(str, labels))
    return sorted(found)


def entity_tags(types: Sequence[str]) -> list[str]:
    """Give the BIO tags of entity types, sorted."""
    return sorted({OUTSIDE, *(f"{part}-{name}" for name in types for part in "BI")})


def find_entities(
    teacher: Language, labels: Sequence[str], docs: Sequence[Doc], batch_size: int = 64
) -> list[np.ndarray]:
    """Run a pipeline and give the tags of the entities it sets.

    teacher (Language): The pipeline.
    labels (Sequence[str]): BIO tags of the columns.
    docs (Sequence[Doc]): Docs to read; they stay unchanged.
    batch_size (int): Docs a batch.
    RETURNS (list[ndarray]): For each Doc `(n_tokens, n_labels)` float32: in the column of a
        token's tag the score of its entity, `UNSCORED` if it has none, and 1 for no entity. A row
        of zeros is a token of which the pipeline says nothing.
    RAISES (ConcnerError): C432 for an entity of another type.
    """
    result = [np.zeros((0, len(labels)), dtype="f4") for _ in docs]
    for i, doc in annotate_docs(teacher, docs, batch_size):
        result[i] = _rows(doc, labels, str(teacher.path))
    return result


def _rows(doc: Doc, labels: Sequence[str], path: str) -> np.ndarray:
    columns = {label: i for i, label in enumerate(labels)}
    rows = np.zeros((len(doc), len(labels)), dtype="f4")
    for i, token in enumerate(doc):
        # spaCy tells tokens of which nothing is known from those outside of entities.
        if token_tag(token) == OUTSIDE:
            rows[i, columns[OUTSIDE]] = 1
    scores = _group_scores(doc)
    for entity in doc.ents:
        if f"B-{entity.label_}" not in columns:
            known = sorted({label[2:] for label in labels if label != OUTSIDE})
            values = {"teacher": path, "found": entity.label_, "known": known}
            raise ConcnerError(Errors.C432.format(**values, text=doc.text[:80]))
        score = _score(entity, scores)
        for token in entity:
            part = "B" if token.i == entity.start else "I"
            rows[token.i, columns[f"{part}-{entity.label_}"]] = score
    return rows


def _group_scores(doc: Doc) -> dict[tuple[int, int, str], object]:
    """Give the scores of spans in groups that have some, as `spancat` writes them."""
    return {
        (span.start, span.end, span.label_): score
        for group in doc.spans.values()
        if len(np.ravel(group.attrs.get(SCORES, ()))) == len(group)
        for span, score in zip(group, np.ravel(group.attrs.get(SCORES, ())), strict=True)
    }


def _score(entity: Span, scores: dict[tuple[int, int, str], object]) -> float:
    extensions = [name for name in SCORE_EXTENSIONS if Span.has_extension(name)]
    given = [entity._.get(name) for name in extensions]
    given.append(scores.get((entity.start, entity.end, entity.label_)))
    # Extensions have defaults such as 0 where nothing has been set.
    return next((float(value) for value in given if _is_probability(value)), UNSCORED)


def _is_probability(value: object) -> bool:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False
    return math.isfinite(number) and 0 < number <= 1


def soften(found: np.ndarray, knows: np.ndarray, outside: int, confidence: float) -> np.ndarray:
    """Turn tags into probabilities.

    A tag has its entity's score, or the confidence, and no entity the rest. No entity has the
    confidence, and the tags that the teacher knows the rest, all the same.

    found (ndarray): `(n_tokens, n_labels)` as `find_entities` gives it.
    knows (ndarray): `(n_labels,)` booleans: the labels that the teacher knows.
    outside (int): The column of no entity.
    confidence (float): Probability of what the teacher says without a score.
    RETURNS (ndarray): `(n_tokens, n_labels)` float32, rows sum to one; zeros stay.
    """
    said = found.any(axis=1)
    is_outside = said & (found[:, outside] != 0)
    scores = np.where(found < 0, confidence, found).astype("f4")
    scores[:, outside] = 0
    scores[:, outside] = np.where(said, 1 - scores.sum(axis=1), 0)
    n_tags = max(int(knows.sum()) - 1, 1)
    nothing = np.where(knows, (1 - confidence) / n_tags, 0).astype("f4")
    nothing[outside] = 0
    nothing[outside] = 1 - nothing.sum()
    scores[is_outside] = nothing
    return scores
