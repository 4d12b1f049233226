"""Labels for parallel text: a teacher's for either side, or a corpus's for the source."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from ..corpora.reader import read_docs
from ..corpora.segments import annotate, copy_tokens, split_bitext, token_tag
from ..errors import ConcnerError, Errors
from ..pipelines import load_pipeline

SCORES = "scores"


class SourceLabels(Protocol):
    """What labels the source side of parallel text."""

    def label(self, docs: Sequence[Doc], numbers: Sequence[int]) -> list[list[float]]:
        """Set the entities of Docs; give the scores of each entity, 1 where there is none."""
        ...


class TeacherLabels:
    """The entities that a trained pipeline finds."""

    def __init__(self, path: str | Path, needs_scores: bool = False) -> None:
        """Load the teacher.

        path (str | Path): Pipeline folder or installed package.
        needs_scores (bool): Whether its entities must have scores.
        RAISES (ConcnerError): C515 if it can't be loaded, C226 if it has no components.
        """
        self.path = path
        self.needs_scores = needs_scores
        self.nlp = load_pipeline(path, "Teacher")
        if not self.nlp.pipe_names:
            raise ConcnerError(Errors.C226.format(path=path, error="it has no components"))

    def label(self, docs: Sequence[Doc], numbers: Sequence[int]) -> list[list[float]]:
        """Set the entities of Docs.

        docs (Sequence[Doc]): Sentences, changed in place.
        numbers (Sequence[int]): Their line numbers.
        RETURNS (list[list[float]]): Scores of the entities of each, in order of place; 1 where
            the teacher gives none.
        RAISES (ConcnerError): C226 if the teacher sets no entities, C227 if scores are needed
            and it gives none.
        """
        scores: list[list[float]] = [[] for _ in docs]
        # Like lengths together: padding costs as much as words.
        order = sorted(range(len(docs)), key=lambda i: len(docs[i]))
        # What the teacher keeps of words it has seen would grow with the text.
        with self.nlp.memory_zone():
            copies = [copy_tokens(docs[i], self.nlp.vocab) for i in order]
            for i, labelled in zip(order, self.nlp.pipe(copies), strict=True):
                if len(labelled) and not labelled.has_annotation("ENT_IOB"):
                    reason = f"its components {self.nlp.pipe_names} set no entities"
                    raise ConcnerError(Errors.C226.format(path=self.path, error=reason))
                annotate(docs[i], [token_tag(token) for token in labelled])
                scores[i] = self._scores(labelled)
        return scores

    def _scores(self, doc: Doc) -> list[float]:
        scored = {
            (span.start, span.end): float(score)
            for group in doc.spans.values()
            if SCORES in group.attrs
            for span, score in zip(group, np.ravel(group.attrs[SCORES]), strict=False)
        }
        if self.needs_scores and doc.ents and not scored:
            raise ConcnerError(Errors.C227.format(path=self.path))
        return [scored.get((ent.start, ent.end), 1.0) for ent in doc.ents]


class CorpusLabels:
    """The entities of a labelled corpus, a Doc for each line."""

    def __init__(self, path: Path, language: str, nlp: Language) -> None:
        """Open the corpus.

        path (Path): `.spacy` file or a folder of them.
        language (str): Code of the source: the segment to take of bitexts.
        nlp (Language): Whose vocabulary the Docs take.
        RAISES (ConcnerError): C142, C143 if it can't be read.
        """
        self.path = path
        self._docs = _segments(read_docs(path, nlp), language)
        self._n_taken = 0

    def label(self, docs: Sequence[Doc], numbers: Sequence[int]) -> list[list[float]]:
        """Set the entities of Docs from the next of the corpus.

        Tokens may differ; an entity is widened to whole tokens.

        docs (Sequence[Doc]): Source sentences, changed in place.
        numbers (Sequence[int]): Their line numbers; lines left out in between are skipped in
            the corpus as well.
        RETURNS (list[list[float]]): 1 for each entity.
        RAISES (ConcnerError): C225 if a text is not the same, C142, C143 if the corpus can't
            be read.
        """
        for doc, number in zip(docs, numbers, strict=True):
            labelled = self._take(number)
            if labelled is None or not copy_entities(labelled, doc):
                text = None if labelled is None else labelled.text[:80]
                values = {"line": number, "labelled": text, "text": doc.text[:80]}
                raise ConcnerError(Errors.C225.format(path=self.path, **values))
        return [[1.0] * len(doc.ents) for doc in docs]

    def _take(self, number: int) -> Doc | None:
        skipped = number - 1 - self._n_taken
        self._n_taken = number
        return next(islice(self._docs, skipped, None), None)


def copy_entities(labelled: Doc, doc: Doc) -> bool:
    """Set the entities of a Doc from those of another with the same text.

    labelled (Doc): The labelled Doc.
    doc (Doc): The Doc, changed in place; white space and tokens may differ.
    RETURNS (bool): Whether the texts are the same but for white space.
    """
    tags = [(c, n) for n, token in enumerate(labelled) for c in token.text if not c.isspace()]
    characters = [(c, n) for n, token in enumerate(doc) for c in token.text if not c.isspace()]
    if [c for c, _ in tags] != [c for c, _ in characters]:
        return False
    ours: dict[int, set[int]] = {}
    for (_, theirs), (_, mine) in zip(tags, characters, strict=True):
        ours.setdefault(theirs, set()).add(mine)
    missing = {m for t in labelled if token_tag(t) == "-" for m in ours.get(t.i, ())}
    new = ["-" if n in missing else "O" for n in range(len(doc))]
    for entity in labelled.ents:
        places = sorted({m for token in entity for m in ours.get(token.i, ())})
        free = [place for place in places if new[place][0] in "O-"]
        for place in free:
            new[place] = f"{'B' if place == free[0] else 'I'}-{entity.label_}"
    annotate(doc, new)
    return True


def _segments(docs: Iterable[Doc], language: str) -> Iterator[Doc]:
    for doc in docs:
        parts = list(split_bitext(doc))
        chosen = [part for code, part in parts if code in ("", language)]
        yield chosen[0] if chosen else doc
