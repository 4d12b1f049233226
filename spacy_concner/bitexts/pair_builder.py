"""Lines of parallel text into bitexts, whole sentences or snippets around entities."""

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch

from ..corpora.rejects import Rejects
from ..corpora.segments import make_bitext
from ..projection.pharaoh import Links, parse_links
from ..projection.simalign import Aligner
from ..projection.types import Lost
from .corpus_quality import CorpusQuality
from .notes import UNLABELLED, set_note
from .parallel_files import ParallelLine
from .quality import measure
from .sentences import ALIGNMENT
from .snippets import cut_snippets
from .source_labels import SourceLabels
from .target_labels import label_by_alignment, leave_unlabelled, words_of
from .tokenisation import make_tokenizer

EMPTY_SIDE = "empty side"
LENGTH_RATIO = "length ratio"
TOO_LONG = "too long"
UNSURE = "unsure teacher"
BAD_LINKS = "bad alignment"
NOTHING_ALIKE = "no entity alike on both sides"
# Characters up to which a side may have any ratio to the other.
SHORT = 20
PAIRS_PER_VOCABULARY = 5000


@dataclass
class ParallelSummary:
    """What became of a parallel text.

    lines: Lines read.
    kept: Bitexts made.
    labelled: Those whose target is labelled.
    entities: Entities of the targets.
    lost: Lines whose labels were lost or that were left out, by reason.
    passed_over: Entities of the teacher around which nothing was cut out, by reason.
    problems: Bitexts that a person may want to look at, by problem.
    seconds: Time taken.
    quality: Figures of the bitexts made.
    rejects: File of what was left out or lost its labels, None if there is nothing.
    """

    lines: int = 0
    kept: int = 0
    labelled: int = 0
    entities: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    quality: CorpusQuality = field(default_factory=CorpusQuality)
    rejects: Path | None = None


@dataclass(frozen=True)
class _Pair:
    """A line and its two sides."""

    line: ParallelLine
    source: Doc
    target: Doc


@dataclass(frozen=True)
class PairBuilder:
    """Makes bitexts of lines, counted in `made`.

    source: Language of the source.
    target: Language of the target.
    labels: What labels the source; None leaves both sides without annotation.
    aligner: What aligns the words; None where the lines have alignments.
    max_length_ratio: Most characters of the longer side for one of the shorter.
    max_words: Most words of a side.
    min_confidence: Least score of a teacher's entity.
    min_entities_kept: Share of the source's entities that must find a place.
    around: Words around each entity that is alike on both sides; None for whole sentences.
    keep_unprojected: Whether to keep pairs whose labels were lost.
    tokenised: Whether words are separated by spaces.
    rejects: Where lines go that were left out or lost their labels.
    made: Counts.
    """

    source: str
    target: str
    labels: SourceLabels | None
    aligner: Aligner | None
    max_length_ratio: float
    max_words: int
    min_confidence: float
    min_entities_kept: float
    around: int | None
    keep_unprojected: bool
    tokenised: bool
    rejects: Rejects
    made: ParallelSummary = field(default_factory=ParallelSummary)

    def build(self, lines: Iterable[ParallelLine], batch_size: int) -> Iterator[Doc]:
        """Make the bitexts.

        lines (Iterable[ParallelLine]): The lines.
        batch_size (int): Lines that models see at once.
        YIELDS (Doc): The bitexts.
        RAISES (ConcnerError): C225 to C227 for the labels.
        """
        n_made = PAIRS_PER_VOCABULARY
        for batch in minibatch(lines, batch_size):
            # A vocabulary keeps every word that it has seen.
            if n_made >= PAIRS_PER_VOCABULARY:
                tokenizers = make_tokenizer(self.source), make_tokenizer(self.target)
                n_made = 0
            n_made += len(batch)
            self.made.lines += len(batch)
            pairs = list(self._read(batch, *tokenizers))
            if self.labels is None:
                yield from (self._join(pair, UNLABELLED) for pair in pairs)
            else:
                yield from self._label(pairs, self.labels)

    def _read(
        self, lines: Iterable[ParallelLine], source_nlp: Language, target_nlp: Language
    ) -> Iterator[_Pair]:
        """Give the pairs that will do."""
        for line in lines:
            if lost := self._check_line(line):
                self._reject(line, lost)
                continue
            source = self._make_doc(line.source, source_nlp)
            target = self._make_doc(line.target, target_nlp)
            if (n_words := max(len(source), len(target))) > self.max_words:
                self._reject(line, Lost(TOO_LONG, str(n_words)))
            else:
                yield _Pair(line, source, target)

    def _label(self, pairs: Sequence[_Pair], labels: SourceLabels) -> Iterator[Doc]:
        numbers = [pair.line.number for pair in pairs]
        scores = labels.label([pair.source for pair in pairs], numbers)
        target_scores: list[list[float]] = [[]] * len(pairs)
        if self.around is not None:
            target_scores = labels.label([pair.target for pair in pairs], numbers)
        for pair, links, ours, theirs in zip(
            pairs, self._align(pairs), scores, target_scores, strict=True
        ):
            lost: Lost | None
            if isinstance(links, Lost):
                lost = links
            elif self.around is not None:
                lost = yield from self._cut(pair, links, ours, theirs)
            else:
                lost = yield from self._carry_over(pair, links, ours)
            if lost is None:
                continue
            self._reject(pair.line, lost)
            if self.keep_unprojected:
                if self.around is not None or lost.reason == UNSURE:
                    leave_unlabelled(pair.source)
                    leave_unlabelled(pair.target)
                yield self._join(pair, UNLABELLED, [lost.reason])

    def _carry_over(
        self, pair: _Pair, links: Links, scores: Sequence[float]
    ) -> Generator[Doc, None, Lost | None]:
        """Give the sentences with their labels, or say why not."""
        least = min(scores, default=1.0)
        if least < self.min_confidence:
            return Lost(UNSURE, f"{least:.2f}")
        labelled = label_by_alignment(pair.source, pair.target, links, self.min_entities_kept)
        if isinstance(labelled, Lost):
            return labelled
        self.made.labelled += 1
        self.made.entities += labelled.n_entities
        self.made.problems.update(labelled.problems)
        yield self._join(pair, ALIGNMENT, labelled.problems)
        return None

    def _cut(
        self,
        pair: _Pair,
        links: Links,
        source_scores: Sequence[float],
        target_scores: Sequence[float],
    ) -> Generator[Doc, None, Lost | None]:
        """Give the snippets of sentences, or say that there are none."""
        assert self.around is not None
        alike = list(
            cut_snippets(
                pair.source,
                pair.target,
                links,
                source_scores=source_scores,
                target_scores=target_scores,
                around=self.around,
            )
        )
        sure = [snippet for snippet in alike if snippet.score >= self.min_confidence]
        for snippet in sure:
            cut = replace(pair, source=snippet.source, target=snippet.target)
            yield self._join(cut, ALIGNMENT)
        self.made.labelled += len(sure)
        self.made.entities += len(sure)
        self.made.passed_over[NOTHING_ALIKE] += len(pair.source.ents) - len(alike)
        self.made.passed_over[UNSURE] += len(alike) - len(sure)
        if sure:
            return None
        if alike:
            return Lost(UNSURE, f"{max(snippet.score for snippet in alike):.2f}")
        return Lost(NOTHING_ALIKE)

    def _check_line(self, line: ParallelLine) -> Lost | None:
        if line.problem:
            return Lost(line.problem)
        shorter, longer = sorted((len(line.source), len(line.target)))
        if not shorter:
            return Lost(EMPTY_SIDE)
        if longer > SHORT and longer / shorter > self.max_length_ratio:
            return Lost(LENGTH_RATIO, f"{longer / shorter:.2f}")
        return None

    def _make_doc(self, text: str, nlp: Language) -> Doc:
        return Doc(nlp.vocab, words=text.split(" ")) if self.tokenised else nlp.make_doc(text)

    def _align(self, pairs: Sequence[_Pair]) -> list[Links | Lost]:
        if self.aligner is not None:
            sources = [words_of(pair.source) for pair in pairs]
            targets = [words_of(pair.target) for pair in pairs]
            return list(self.aligner.align(sources, targets))
        found: list[Links | Lost] = []
        for pair in pairs:
            try:
                links = parse_links(pair.line.links or "", len(pair.source), len(pair.target))
                found.append(links)
            except ValueError as error:
                found.append(Lost(BAD_LINKS, str(error)))
        return found

    def _join(self, pair: _Pair, strategy: str, problems: Sequence[str] = ()) -> Doc:
        self.made.kept += 1
        sides, languages = [pair.source, pair.target], [self.source, self.target]
        doc = make_bitext(sides, languages, pair.target.vocab)
        set_note(doc, strategy, problems, line=pair.line.number)
        self.made.quality.add(measure(doc)[-1])
        return doc

    def _reject(self, line: ParallelLine, lost: Lost) -> None:
        self.made.lost[lost.reason] += 1
        self.rejects.add(
            {
                "line": line.number,
                "reason": lost.reason,
                "detail": lost.detail,
                "source": line.source,
                "target": line.target,
            }
        )
