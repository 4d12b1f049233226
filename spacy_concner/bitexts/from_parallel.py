"""Parallel text into bitexts, with the labels of its source carried over by word alignment."""

import time
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import spacy
import tqdm
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch

from ..corpora.rejects import OPTION, Rejects, default_rejects, show_reasons
from ..corpora.segments import make_bitext
from ..corpora.shards import docs_output, write_docs
from ..errors import ConcnerError, Errors
from ..files import claim
from ..languages import check_languages
from ..projection.pharaoh import Links, parse_links
from ..projection.simalign import DEFAULT_METHOD, Aligner
from ..projection.types import Lost
from .corpus_quality import CorpusQuality
from .encoder_aligner import AnyEncoder, encoder_path, load_aligner
from .notes import UNLABELLED, set_note
from .parallel_files import (
    ParallelLine,
    check_columns,
    count_lines,
    find_parallel,
    read_parallel,
)
from .quality import measure
from .sentences import ALIGNMENT
from .snippets import cut_snippets
from .source_labels import CorpusLabels, SourceLabels, TeacherLabels
from .target_labels import label_by_alignment, leave_unlabelled, words_of
from .thresholds import check_setting, check_share
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


def make_bitexts(
    path: Path,
    output: Path,
    *,
    source: str = "en",
    target: str,
    target_file: Path | None = None,
    alignments: str | Path | None = None,
    labels_from: str | Path | None = None,
    labels: Path | None = None,
    encoder: AnyEncoder | None = None,
    layer: int | None = None,
    align: str = DEFAULT_METHOD,
    distortion: float = 0.0,
    tokenised: bool = False,
    max_length_ratio: float = 3.0,
    max_words: int = 200,
    min_confidence: float = 0.0,
    min_entities_kept: float = 1.0,
    around: int | None = None,
    keep_unprojected: bool = False,
    rejects: Path | None = None,
    limit: int = 0,
    batch_size: int = 512,
    shard_size: int = 5000,
    gpu_id: int = -1,
    force: bool = False,
    progress: bool = False,
) -> ParallelSummary:
    """Make bitexts of a parallel text.

    path (Path): Lines of source, tab, target; or the source's lines, with a target file; or the
        name that two files share that end in their language codes, as of OPUS for Moses.
    output (Path): File that ends in .spacy (packed in memory), or folder for shards.
    source (str): Language of the source.
    target (str): Language of the target.
    target_file (Path | None): File with the target of each line.
    alignments (str | Path | None): Word alignments such as 0-0 1-2: a file with a line each, or
        "column" for the third column; words are then separated by spaces.
    labels_from (str | Path | None): Trained pipeline that labels the source.
    labels (Path | None): Labelled `.spacy` corpus of the source, a document a line. Without it and
        `labels_from` both sides have no annotation.
    encoder (str | Path | Encoder | None): What aligns the words without `alignments`: an encoder
        folder, a trained pipeline with a transformer, or what gives words their vectors;
        `labels_from` by default.
    layer (int | None): Hidden layer of the encoder; two thirds of the way up if None.
    align (str): "argmax" (few, precise links) or "itermax" (more links).
    distortion (float): From 0 to 1: less links between words far apart.
    tokenised (bool): Words are separated by spaces, also with given alignments.
    max_length_ratio (float): Most characters of the longer side for one of the shorter, once it
        has more than 20.
    max_words (int): Most words of a side.
    min_confidence (float): Least score of a teacher's entity, else the pair loses its labels.
    min_entities_kept (float): Share of the source's entities that must find a place.
    around (int | None): Keep no whole sentences, but each entity that the teacher finds alike on
        both sides, with this many words before and after it.
    keep_unprojected (bool): Keep a pair whose labels were lost, its target's annotation
        missing.
    rejects (Path | None): JSON lines file for what was left out or lost its labels, by default
        beside the output: line, reason, detail, source, target. There is none if nothing was.
    limit (int): Read this many lines; 0 for all.
    batch_size (int): Pairs read at once; models see those of like length together.
    shard_size (int): Bitexts in a shard.
    gpu_id (int): GPU of the encoder, or -1 for the CPU; the teacher computes where spaCy does.
    force (bool): Replace an output that bitext has made before.
    progress (bool): Show the progress on stderr.
    RETURNS (ParallelSummary): Counts.
    RAISES (ConcnerError): C128, C129, C407, C408 for the outputs, C132 for a setting, C205, C217,
        C221, C222, C232 for the files, C216, C231 for the languages, C218, C223, C311 to C314 for
        the alignment, C142, C143, C224 to C227, C515 for the labels, C228 if nothing could be
        kept, C230 for what needs a teacher without one.
    """
    started = time.perf_counter()
    check_languages(source, target)
    _check_thresholds(max_length_ratio, max_words, min_confidence, min_entities_kept)
    if labels_from is not None and labels is not None:
        raise ConcnerError(Errors.C224.format(first="--labels-from", second="--labels"))
    if labels_from is None and (around is not None or min_confidence > 0):
        option = "--min-confidence" if around is None else "--around"
        raise ConcnerError(Errors.C230.format(option=option))
    encoder = encoder or labels_from
    if labels is not None and alignments is None and encoder is None:
        raise ConcnerError(Errors.C223)
    rejected = Rejects(rejects or default_rejects(output))
    files = find_parallel(path, source, target, target_file=target_file, alignments=alignments)
    inputs = {
        "PARALLEL": files.paths,
        "--labels-from": labels_from,
        "--labels": labels,
        "--encoder": encoder_path(encoder),
    }
    outputs = {"OUTPUT": docs_output(output), OPTION: rejected.output}
    with claim("bitext", inputs=inputs, outputs=outputs, force=force), rejected:
        check_columns(files)
        total = count_lines(files)
        labeller: SourceLabels | None = None
        aligner = None
        if labels_from is not None:
            labeller = TeacherLabels(labels_from, needs_scores=min_confidence > 0)
        elif labels is not None:
            labeller = CorpusLabels(labels, source, spacy.blank("xx"))
        if labeller is not None and encoder is not None and not files.has_alignments:
            aligner = load_aligner(
                encoder, layer, method=align, distortion=distortion, gpu_id=gpu_id
            )
        builder = _Builder(
            source=source,
            target=target,
            labels=labeller,
            aligner=aligner,
            max_length_ratio=max_length_ratio,
            max_words=max_words,
            min_confidence=min_confidence,
            min_entities_kept=min_entities_kept,
            around=around,
            keep_unprojected=keep_unprojected,
            tokenised=tokenised or files.has_alignments,
            rejects=rejected,
        )
        lines = tqdm.tqdm(
            islice(read_parallel(files), limit or None),
            total=min(total, limit) if limit else total,
            desc="Pairing",
            unit=" lines",
            disable=None if progress else True,
        )
        made = builder.made
        written = write_docs(builder.build(lines, batch_size), output, shard_size, "bitext")
        if made.lost:
            made.rejects = rejected.path
        if not written:
            values = {"n": made.lines, "path": path, "rejects": rejected.path}
            raise ConcnerError(Errors.C228.format(reasons=show_reasons(made.lost), **values))
    made.seconds = time.perf_counter() - started
    return made


def _check_thresholds(
    max_length_ratio: float, max_words: int, min_confidence: float, min_entities_kept: float
) -> None:
    is_ratio = 1 <= max_length_ratio < float("inf")
    check_setting("--max-length-ratio", max_length_ratio, is_ratio, "a number from 1")
    check_setting("--max-words", max_words, max_words >= 1, "a whole number from 1")
    check_share("--min-confidence", min_confidence)
    check_share("--min-entities-kept", min_entities_kept)


@dataclass(frozen=True)
class _Pair:
    """A line and its two sides."""

    line: ParallelLine
    source: Doc
    target: Doc


@dataclass(frozen=True)
class _Builder:
    """Lines into bitexts, counted in `made`."""

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
