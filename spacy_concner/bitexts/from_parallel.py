"""Parallel text into bitexts, with the labels of its source carried over by word alignment."""

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import tqdm
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch

from ..corpora.rejects import OPTION, Rejects
from ..corpora.segments import annotate, make_bitext
from ..corpora.shards import docs_output, write_docs
from ..errors import ConcnerError, Errors
from ..files import claim
from ..languages import check_language
from ..projection.pharaoh import Links, parse_links
from ..projection.types import Loss
from .aligner import Aligner
from .carry_over import MISSING, carry_over, words_of
from .notes import UNLABELLED, set_record
from .parallel_files import ParallelFiles, ParallelLine, count_lines, read_parallel
from .quality import measure
from .sentences import ALIGNMENT
from .snippets import cut_snippets
from .source_labels import SourceLabels, TeacherLabels
from .summary import ParallelSummary, in_words
from .thresholds import Thresholds
from .tokenisation import make_tokenizer

EMPTY_SIDE = "empty side"
LENGTH_RATIO = "length ratio"
TOO_LONG = "too long"
UNSURE = "unsure teacher"
BAD_LINKS = "bad alignment"
NOTHING_ALIKE = "no entity alike on both sides"
PAIRS_PER_VOCABULARY = 5000


def make_bitexts(
    files: ParallelFiles,
    output: Path,
    languages: tuple[str, str],
    *,
    labels: SourceLabels | None = None,
    aligner: Aligner | None = None,
    thresholds: Thresholds | None = None,
    around: int | None = None,
    keep_unprojected: bool = False,
    tokenised: bool = False,
    rejects: Path | None = None,
    limit: int = 0,
    batch_size: int = 512,
    shard_size: int = 5000,
    force: bool = False,
    progress: bool = True,
) -> ParallelSummary:
    """Make bitexts of a parallel text.

    files (ParallelFiles): The parallel text.
    output (Path): `.spacy` file, packed in memory, or a new folder for shards.
    languages (tuple[str, str]): Codes of source and target.
    labels (SourceLabels): What labels the source; None leaves both sides without annotation.
    aligner (Aligner): What aligns the words where no alignments are given.
    thresholds (Thresholds): What a pair must be like.
    around (int): Keep no whole sentences, but each entity that the teacher finds alike on both
        sides, with this many words before and after it.
    keep_unprojected (bool): Keep a pair whose labels were lost, its target's annotation
        missing.
    tokenised (bool): Words are separated by spaces, also with given alignments.
    rejects (Path): JSONL file for what was left out or lost its labels: line, reason,
        detail, source, target; written if there is any.
    limit (int): Read this many lines; 0 for all.
    batch_size (int): Pairs read at once; models see those of like length together.
    shard_size (int): Bitexts in a shard.
    force (bool): Replace an output that bitext has made before.
    progress (bool): Show a progress bar.
    RETURNS (ParallelSummary): Counts.
    RAISES (ConcnerError): C128, C129, C407, C408 for the outputs, C205, C221 for the files,
        C216 for a language code, C223 for labels without an alignment, C225 to C227 for the
        labels, C228 if nothing could be kept, C230 for what needs a teacher without one, C231
        for two languages that are one.
    """
    started = time.perf_counter()
    for code in languages:
        check_language(code)
    if languages[0] == languages[1]:
        raise ConcnerError(Errors.C231.format(language=languages[0]))
    if not isinstance(labels, TeacherLabels):
        for option, is_set in (
            ("--around", around is not None),
            ("--least-confidence", thresholds is not None and thresholds.least_confidence > 0),
        ):
            if is_set:
                raise ConcnerError(Errors.C230.format(option=option))
    if labels is not None and aligner is None and not files.has_alignments:
        raise ConcnerError(Errors.C223)
    total = count_lines(files)
    lines = tqdm.tqdm(
        _first(read_parallel(files), limit),
        total=min(total, limit) if limit else total,
        desc="Pairing",
        unit=" lines",
        disable=None if progress else True,
    )
    made = ParallelSummary()
    builder = _Builder(
        languages,
        labels,
        None if files.has_alignments else aligner,
        thresholds or Thresholds(),
        around,
        keep_unprojected,
        tokenised or files.has_alignments,
        made,
        Rejects(rejects),
    )
    inputs = {"PARALLEL": files.paths}
    outputs = {"OUTPUT": docs_output(output), OPTION: builder.rejects.output}
    with claim("bitext", inputs=inputs, outputs=outputs, force=force), builder.rejects:
        written = write_docs(builder.build(lines, batch_size), output, shard_size, "bitext")
    if not written:
        values = {"n": made.lines, "path": files.source, "rejects": rejects}
        raise ConcnerError(Errors.C228.format(reasons=in_words(made.lost), **values))
    made.seconds = time.perf_counter() - started
    return made


@dataclass
class _Builder:
    """Lines into bitexts."""

    languages: tuple[str, str]
    labels: SourceLabels | None
    aligner: Aligner | None
    thresholds: Thresholds
    around: int | None
    keep_unprojected: bool
    tokenised: bool
    made: ParallelSummary
    rejects: Rejects

    def build(self, lines: Iterable[ParallelLine], batch_size: int) -> Iterator[Doc]:
        tokenizers: list[Language] = []
        n_made = 0
        for batch in minibatch(lines, batch_size):
            # A vocabulary keeps every word that it has seen.
            if not tokenizers or n_made >= PAIRS_PER_VOCABULARY:
                tokenizers = [make_tokenizer(code) for code in self.languages]
                n_made = 0
            n_made += len(batch)
            self.made.lines += len(batch)
            yield from self._build_batch(batch, tokenizers)

    def _build_batch(
        self, lines: Sequence[ParallelLine], tokenizers: Sequence[Language]
    ) -> Iterator[Doc]:
        usable = []
        for line in lines:
            loss = self._check(line)
            if loss is None:
                source, target = (
                    self._make_doc(text, nlp)
                    for text, nlp in zip((line.source, line.target), tokenizers, strict=True)
                )
                loss = self._check_words(source, target)
            if loss is None:
                usable.append((line, source, target))
            else:
                self._reject(line, loss)
        if self.labels is None:
            for line, source, target in usable:
                yield self._join(line, source, target, UNLABELLED, [])
            return
        numbers = [line.number for line, _, _ in usable]
        scores = self.labels.label([source for _, source, _ in usable], numbers)
        target_scores: list[list[float]] = [[]] * len(usable)
        if self.around is not None:
            target_scores = self.labels.label([target for _, _, target in usable], numbers)
        for (line, source, target), links, ours, theirs in zip(
            usable, self._align(usable), scores, target_scores, strict=True
        ):
            lost: Loss | None
            if isinstance(links, Loss):
                lost = links
            elif self.around is not None:
                lost = yield from self._cut(line, (source, target), (ours, theirs), links)
            else:
                lost = yield from self._carry_over(line, source, target, ours, links)
            if lost is None:
                continue
            self._reject(line, lost)
            if self.keep_unprojected:
                if self.around is not None or lost.reason == UNSURE:
                    for side in (source, target):
                        annotate(side, [MISSING] * len(side))
                yield self._join(line, source, target, UNLABELLED, [lost.reason])

    def _carry_over(
        self, line: ParallelLine, source: Doc, target: Doc, scores: Sequence[float], links: Links
    ) -> Generator[Doc, None, Loss | None]:
        """Give the sentences with their labels, or say why not."""
        least = min(scores, default=1.0)
        if least < self.thresholds.least_confidence:
            return Loss(UNSURE, f"{least:.2f}")
        crossed = carry_over(source, target, links, self.thresholds.least_share)
        if isinstance(crossed, Loss):
            return crossed
        self.made.labelled += 1
        self.made.entities += crossed.n_entities
        self.made.problems.update(crossed.problems)
        yield self._join(line, source, target, ALIGNMENT, crossed.problems)
        return None

    def _cut(
        self,
        line: ParallelLine,
        sides: tuple[Doc, Doc],
        scores: tuple[Sequence[float], Sequence[float]],
        links: Links,
    ) -> Generator[Doc, None, Loss | None]:
        """Give the snippets of sentences, or say that there are none."""
        assert self.around is not None
        alike = list(cut_snippets(sides, scores, links, self.around))
        sure = [pair for *pair, score in alike if score >= self.thresholds.least_confidence]
        for source, target in sure:
            yield self._join(line, source, target, ALIGNMENT, [])
        self.made.labelled += len(sure)
        self.made.entities += len(sure)
        self.made.passed_over[NOTHING_ALIKE] += len(sides[0].ents) - len(alike)
        self.made.passed_over[UNSURE] += len(alike) - len(sure)
        if sure:
            return None
        if alike:
            return Loss(UNSURE, f"{max(score for _, _, score in alike):.2f}")
        return Loss(NOTHING_ALIKE)

    def _check(self, line: ParallelLine) -> Loss | None:
        if line.problem:
            return Loss(line.problem)
        sizes = sorted((len(line.source), len(line.target)))
        if not sizes[0]:
            return Loss(EMPTY_SIDE)
        if sizes[1] > self.thresholds.short and sizes[1] / sizes[0] > self.thresholds.length_ratio:
            return Loss(LENGTH_RATIO, f"{sizes[1] / sizes[0]:.2f}")
        return None

    def _check_words(self, source: Doc, target: Doc) -> Loss | None:
        longest = max(len(source), len(target))
        return Loss(TOO_LONG, str(longest)) if longest > self.thresholds.most_words else None

    def _make_doc(self, text: str, nlp: Language) -> Doc:
        return Doc(nlp.vocab, words=text.split(" ")) if self.tokenised else nlp.make_doc(text)

    def _align(self, pairs: Sequence[tuple[ParallelLine, Doc, Doc]]) -> list[Links | Loss]:
        if self.aligner is not None:
            sources = [words_of(source) for _, source, _ in pairs]
            targets = [words_of(target) for _, _, target in pairs]
            return list(self.aligner.align(sources, targets))
        found: list[Links | Loss] = []
        for line, source, target in pairs:
            try:
                found.append(parse_links(line.links or "", len(source), len(target)))
            except ValueError as error:
                found.append(Loss(BAD_LINKS, str(error)))
        return found

    def _join(
        self, line: ParallelLine, source: Doc, target: Doc, strategy: str, problems: Sequence[str]
    ) -> Doc:
        self.made.kept += 1
        doc = make_bitext([source, target], self.languages, target.vocab)
        set_record(doc, strategy, problems, line=line.number)
        self.made.quality.add(measure(doc)[-1])
        return doc

    def _reject(self, line: ParallelLine, loss: Loss) -> None:
        self.made.lost[loss.reason] += 1
        self.rejects.add(
            {
                "line": line.number,
                "reason": loss.reason,
                "detail": loss.detail,
                "source": line.source,
                "target": line.target,
            }
        )


def _first(lines: Iterator[ParallelLine], limit: int) -> Iterator[ParallelLine]:
    for line in lines:
        if limit and line.number > limit:
            return
        yield line
