"""Predictions of a pipeline on a corpus, kept as what the report's figures are made of."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import tqdm
from spacy.language import Language
from spacy.training import Example

from ...corpora.reader import corpus_files, count_docs, create_corpus
from ...corpora.segments import get_segments
from ...errors import ConcnerError, Errors
from ...scoring.matches import Comparison, EntitySpan, compare
from ...scoring.scorer import known_tags

BUFFER = 512
OUTSIDE = "O"


@dataclass(frozen=True)
class ScoredSentence:
    """Text with gold and predicted entities: a Doc, or a segment of a bitext.

    text: the text.
    first: number in the gold Doc of its first token.
    offsets: where each token begins and ends in the text.
    comparison: gold and predicted entities, in tokens of the gold Doc.
    """

    text: str
    first: int
    offsets: tuple[tuple[int, int], ...]
    comparison: Comparison

    def characters(self, entity: EntitySpan) -> tuple[int, int]:
        """Tell where an entity begins and ends in the text."""
        last = min(entity.end - self.first, len(self.offsets)) - 1
        return self.offsets[entity.start - self.first][0], self.offsets[last][1]


@dataclass
class CorpusResult:
    """What a pipeline predicts on a corpus.

    pipeline: name of the pipeline.
    corpus: name of the corpus.
    sentences: those with gold annotation, in the order of the corpus.
    confusion: tokens by gold and predicted type, "O" outside entities.
    n_unannotated: Docs left out because they have no annotation.
    n_words: tokens that were predicted on.
    seconds: how long prediction took.
    """

    pipeline: str
    corpus: str
    sentences: list[ScoredSentence] = field(default_factory=list)
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)
    n_unannotated: int = 0
    n_words: int = 0
    seconds: float = 0.0

    @property
    def comparisons(self) -> list[Comparison]:
        """Gold and predicted entities of the sentences."""
        return [sentence.comparison for sentence in self.sentences]


def predict_corpus(
    nlp: Language,
    path: Path,
    *,
    pipeline: str,
    corpus: str,
    limit: int = 0,
    progress: bool = True,
) -> CorpusResult:
    """Run a pipeline over a labelled corpus.

    nlp (Language): The pipeline.
    path (Path): `.spacy` file or a folder of them.
    pipeline (str): Name of the pipeline in the report.
    corpus (str): Name of the corpus in the report.
    limit (int): Stop after this many Docs; 0 reads all.
    progress (bool): Show a progress bar on stderr.
    RETURNS (CorpusResult): Gold and predicted entities.
    RAISES (ConcnerError): C142, C143 if the corpus cannot be read, C523 if nothing in it is
        annotated.
    """
    result = CorpusResult(pipeline, corpus)
    n_docs = sum(map(count_docs, corpus_files(path)))
    examples = tqdm.tqdm(
        create_corpus(path, limit=limit)(nlp),
        total=min(n_docs, limit) if limit else n_docs,
        desc=f"{pipeline} on {corpus}",
        unit=" docs",
        disable=None if progress else True,
    )
    stream = iter(examples)
    while chunk := list(islice(stream, BUFFER)):
        docs = sorted((example.predicted for example in chunk), key=len)
        started = time.perf_counter()
        for _ in nlp.pipe(docs):
            pass
        result.seconds += time.perf_counter() - started
        result.n_words += sum(map(len, docs))
        for example in chunk:
            found = list(_sentences(example))
            result.sentences += found
            result.n_unannotated += not found
            result.confusion.update(_confusion(example))
    if not result.sentences:
        raise ConcnerError(Errors.C523.format(path=path))
    return result


def _sentences(example: Example) -> Iterator[ScoredSentence]:
    found = compare(example)
    if not found:
        return
    for segment, comparison in zip(get_segments(example.reference), found, strict=True):
        begin = segment.start_char
        offsets = tuple((t.idx - begin, t.idx - begin + len(t)) for t in segment)
        yield ScoredSentence(segment.text, segment.start, offsets, comparison)


def _confusion(example: Example) -> Iterator[tuple[str, str]]:
    gold, predicted = known_tags(example)
    for gold_tag, predicted_tag in zip(gold, predicted, strict=True):
        yield gold_tag[2:] or OUTSIDE, predicted_tag[2:] or OUTSIDE
