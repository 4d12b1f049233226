"""Parallel text into bitexts, with the labels of its source carried over by word alignment."""

import time
from itertools import islice
from pathlib import Path

import spacy
import tqdm

from ..corpora.rejects import OPTION, Rejects, default_rejects, show_reasons
from ..corpora.shards import docs_output, write_docs
from ..errors import ConcnerError, Errors
from ..files import claim
from ..languages import check_languages
from ..projection.simalign import DEFAULT_METHOD
from .encoder_aligner import AnyEncoder, encoder_path, load_aligner
from .pair_builder import PairBuilder, ParallelSummary
from .parallel_files import check_columns, count_lines, find_parallel, read_parallel
from .source_labels import CorpusLabels, SourceLabels, TeacherLabels
from .thresholds import check_share, check_threshold


def make_bitexts(
    path: Path,
    output: Path,
    *,
    source: str = "en",
    target: str,
    target_file: Path | None = None,
    columns: tuple[int, int] | None = None,
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
    columns (tuple[int, int] | None): Columns of source and target, from 0 or negative from the
        right, where there are others: of one file, or of the source file and the target file.
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
        C221, C222, C232 to C234 for the files, C216, C231 for the languages, C218, C223, C301, C313
        for the alignment, C142, C143, C224 to C227, C515 for the labels, C228 if nothing could be
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
    files = find_parallel(
        path, source, target, target_file=target_file, alignments=alignments, columns=columns
    )
    inputs = {
        "--target-file": target_file,
        "--alignments": files.alignments,
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
        builder = PairBuilder(
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
        pairs = rejected.before_the_end_of(builder.build(lines, batch_size))
        written = write_docs(pairs, output, shard_size, "bitext")
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
    check_threshold("--max-length-ratio", max_length_ratio, is_ratio, "a number from 1")
    check_threshold("--max-words", max_words, max_words >= 1, "a whole number from 1")
    check_share("--min-confidence", min_confidence)
    check_share("--min-entities-kept", min_entities_kept)
