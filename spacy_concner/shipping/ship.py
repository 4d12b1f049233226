"""Ship a student: compact form, written whole or not at all, and what that changes."""

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import spacy
import srsly
from spacy.language import Language
from spacy.tokens import Doc

from ..corpora.reader import read_docs
from ..encoding.compact.weights import PRECISIONS, Precision
from ..errors import ConcnerError, Errors
from ..languages import is_language
from ..pipelines import load_pipeline
from .compare import Run, compare, folder_size, run
from .encoder import compact_weights
from .pipeline import compact_pipeline

RECORD_FILE = "concner_ship.json"
BATCH_SIZE = 256
TRAINING_PACKAGES = ("torch", "transformers", "spacy_transformers")


@dataclass(frozen=True)
class Report:
    """What shipping changes: before and after, sizes in bytes.

    languages: Those that the pipeline is for.
    bytes_before, bytes_after: Sizes of the folders.
    words_before, words_after: Words a second through `nlp.pipe`.
    f1_before, f1_after: Entity F1 on the labelled test text, None without.
    sentences: Docs that were compared.
    changed: Docs among them whose entities changed.
    score_difference: Largest difference between probabilities of a label.
    pieces: Word pieces of the encoders that were shipped.
    """

    languages: list[str]
    bytes_before: int
    bytes_after: int
    words_before: float
    words_after: float
    f1_before: float | None
    f1_after: float | None
    sentences: int
    changed: int
    score_difference: float
    pieces: list[int]


def ship(
    student: Path | str,
    output: Path,
    languages: Sequence[str],
    *,
    keep_from: Sequence[Path] = (),
    keep_top: int = 0,
    test: Path | None = None,
    limit: int = 500,
    precision: Precision = "int8",
    shared: bool = False,
    settings: dict[str, Any] | None = None,
) -> Report:
    """Turn a trained pipeline into one that needs neither torch nor transformers.

    student (Path): Pipeline folder or package, on a transformer component or with its own.
    output (Path): Folder to write; one that was shipped before is replaced, at the end.
    languages (Sequence[str]): ISO 639-1 codes of what it is for; the first names the package.
    keep_from (Sequence[Path]): `.spacy` files, or folders of them, in these languages, whose
        word pieces are kept; all are kept without.
    keep_top (int): Further pieces to keep, in the order of the vocabulary.
    test (Path): Labelled `.spacy` file to score and compare on, whole; without it the
        first `limit` Docs of `keep_from` are compared.
    limit (int): Docs to compare without a test set.
    precision (str): Of the weights: "int8", "float16", "float32".
    shared (bool): Make the encoder a `tok2vec` component that others can listen to, even if
        only one does.
    settings (dict[str, Any]): Of `spacy-concner.CompactEncoder.v1`.
    RETURNS (Report): What it changes; `concner_ship.json` in the output keeps it.
    RAISES (ConcnerError): C540–C546; C142, C143 for corpora, C304–C308 for the vocabulary,
        C320, C322, C325 for the encoder.
    """
    wrong = [code for code in languages if not is_language(code)]
    if wrong or not languages:
        raise ConcnerError(Errors.C545.format(found=", ".join(map(repr, wrong)) or "Nothing"))
    if precision not in PRECISIONS:
        raise ConcnerError(Errors.C546.format(found=precision, known=list(PRECISIONS)))
    check_output(student, output)
    part = choose_part(output)
    nlp = load_student(student)
    gold = comparison_docs(nlp, test, keep_from, limit)
    scored = test is not None
    before = run(nlp, gold, score=scored) if gold else None
    size = folder_size(Path(nlp.path)) if nlp.path else 0
    pieces: list[int] = []

    def make_weights(transformer: Any, tokenizer: Any) -> Any:
        weights = compact_weights(transformer, tokenizer, keep_from, keep_top, precision)
        pieces.append(transformer.get_input_embeddings().num_embeddings)
        return weights

    compact_pipeline(nlp, make_weights, settings or {}, shared)
    # The attribute serves this process, the config is what is stored.
    nlp.batch_size = nlp.config["nlp"]["batch_size"] = max(nlp.batch_size, BATCH_SIZE)
    nlp.meta["name"] = f"concner_{languages[0]}"
    nlp.to_disk(part)
    after = run(spacy.load(part), gold, score=scored) if gold else None
    report = _report(list(languages), before, after, size, folder_size(part), pieces)
    srsly.write_json(part / RECORD_FILE, asdict(report))
    shutil.rmtree(output, ignore_errors=True)
    part.rename(output)
    return report


def _report(
    languages: list[str],
    before: Run | None,
    after: Run | None,
    bytes_before: int,
    bytes_after: int,
    pieces: list[int],
) -> Report:
    sizes = {"bytes_before": bytes_before, "bytes_after": bytes_after}
    if before is None or after is None:
        return Report(
            languages,
            **sizes,
            words_before=0.0,
            words_after=0.0,
            f1_before=None,
            f1_after=None,
            sentences=0,
            changed=0,
            score_difference=0.0,
            pieces=pieces,
        )
    difference = compare(before, after)
    return Report(
        languages,
        **sizes,
        words_before=before.words_per_second,
        words_after=after.words_per_second,
        f1_before=before.f1,
        f1_after=after.f1,
        sentences=len(before.entities),
        changed=difference.sentences,
        score_difference=difference.score,
        pieces=pieces,
    )


def load_student(path: Path | str) -> Language:
    """Load a pipeline with transformers.

    path (Path): Pipeline folder or package.
    RETURNS (Language): The pipeline.
    RAISES (ConcnerError): C542 if packages for training are missing, C515 if it cannot be
        loaded.
    """
    for package in TRAINING_PACKAGES:
        try:
            __import__(package)
        except ImportError as error:
            raise ConcnerError(Errors.C542.format(package=package, error=error)) from error
    return load_pipeline(path, "Student")


def check_output(student: Path | str, output: Path) -> None:
    """Make sure that writing will not destroy anything else.

    RAISES (ConcnerError): C544 if the folder is the student, a file, or holds something else.
    """
    reason = None
    if output.exists():
        if not output.is_dir():
            reason = "it is a file."
        elif Path(student).exists() and output.samefile(student):
            reason = "it is the student as well."
        elif any(output.iterdir()) and not (output / RECORD_FILE).is_file():
            reason = f"it is not empty and holds no {RECORD_FILE}."
    if reason:
        raise ConcnerError(Errors.C544.format(path=output, reason=reason))


def choose_part(output: Path) -> Path:
    """Give the folder beside the output that becomes it at the end, once it is sure to be.

    RAISES (ConcnerError): C544 if nothing can be written there.
    """
    part = output.with_name(output.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True, exist_ok=True)
        part.rmdir()
    except OSError as error:
        raise ConcnerError(Errors.C544.format(path=output, reason=f"{error}.")) from error
    return part


def comparison_docs(
    nlp: Language, test: Path | None, keep_from: Sequence[Path], limit: int
) -> list[Doc]:
    """Give the Docs that a pipeline is compared on before and after.

    nlp (Language): The pipeline.
    test (Path): Labelled text, read whole.
    keep_from (Sequence[Path]): Corpora of which as many each are read without a test set.
    limit (int): Docs without a test set.
    RETURNS (list[Doc]): Docs with at least one token.
    """
    if test is not None:
        return [doc for doc in read_docs(test, nlp) if len(doc)]
    share = -(-limit // max(1, len(keep_from)))
    return [
        doc
        for path in keep_from
        for doc in islice((doc for doc in read_docs(path, nlp) if len(doc)), share)
    ][:limit]
