"""Ship a student: its compact form, and what that changes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import spacy
import srsly
from spacy.language import Language
from spacy.tokens import Doc
from wasabi import Printer

from ..corpora.reader import read_docs
from ..encoding.compact.conversion import (
    ENGINE_NAMES,
    PRECISIONS,
    EngineName,
    Precision,
    make_compact_weights,
)
from ..encoding.compact.weights import ONNX, CompactWeights
from ..encoding.loading import Encoder
from ..errors import ConcnerError, Errors
from ..files import Folder, claim, whole_folder
from ..languages import check_language
from ..pipelines import load_pipeline
from ..scoring.gain import Estimate
from .compact_pipeline import compact_pipeline
from .comparison import RECORD_FILE, change_of_f1, compare, folder_size, run
from .meta import add_requirement, default_name
from .training_parts import drop_training_parts

# What a wheel of a pipeline for ONNX Runtime asks for beside spacy-concner.
ONNX_REQUIREMENT = "onnxruntime>=1.20"
BATCH_SIZE = 256


@dataclass(frozen=True)
class ShippingReport:
    """What shipping changes.

    languages: Codes of the languages that the pipeline is for.
    pieces: Word pieces of each encoder that was shipped.
    engines: Engine of each: "ctranslate2" or "onnx".
    bytes_before, bytes_after: Sizes of the folders.
    sentences: Docs that were compared; 0 without any, and then the rest says nothing.
    words_before, words_after: Words a second through `nlp.pipe`.
    changed: Docs among them whose entities changed.
    score_difference: Largest difference between probabilities of a label, from 0 to 1.
    mean_score_difference: Mean over the tokens of the largest difference in each.
    f1_before, f1_after: Entity F1 on the labelled test text, from 0 to 1; None
        without such text.
    f1_change_low, f1_change_high: 95% interval of its change, by bootstrap over the sentences,
        which are paired.
    """

    languages: list[str]
    pieces: list[int]
    engines: list[str]
    bytes_before: int
    bytes_after: int
    sentences: int = 0
    words_before: float = 0.0
    words_after: float = 0.0
    changed: int = 0
    score_difference: float = 0.0
    mean_score_difference: float = 0.0
    f1_before: float | None = None
    f1_after: float | None = None
    f1_change_low: float | None = None
    f1_change_high: float | None = None

    @property
    def f1_change(self) -> Estimate | None:
        """Give the change of F1 with its interval; None without labelled text."""
        figures = (self.f1_before, self.f1_after, self.f1_change_low, self.f1_change_high)
        return change_of_f1(*figures)


def ship(
    student: str | Path,
    output: str | Path,
    languages: Sequence[str],
    *,
    keep_from: Sequence[Path] = (),
    keep_top: int = 0,
    test: Path | None = None,
    limit: int = 500,
    precision: Precision = "int8",
    engine: EngineName = "auto",
    shared: bool = False,
    settings: dict[str, Any] | None = None,
    force: bool = False,
    progress: bool = True,
) -> ShippingReport:
    """Turn a trained pipeline into one that needs neither torch nor transformers.

    student (str | Path): Pipeline folder or package, on a transformer component or with its own.
    output (str | Path): Folder to write.
    languages (Sequence[str]): ISO 639-1 codes of what it is for; the first names the package.
    keep_from (Sequence[Path]): `.spacy` files, or folders of them, in these languages, whose
        word pieces are kept; all are kept without.
    keep_top (int): Further pieces to keep, in the order of the vocabulary.
    test (Path): Labelled `.spacy` file to score and compare on, whole; without it the
        first `limit` Docs of `keep_from` are compared.
    limit (int): Docs to compare without a test set.
    precision (str): Of the weights: "int8", "float16", "float32".
    engine (str): "ctranslate2", "onnx", or "auto" for CTranslate2 where it knows the kind of
        encoder and otherwise ONNX Runtime.
    shared (bool): Make the encoder a `tok2vec` component that others can listen to, even if
        only one does.
    settings (dict[str, Any]): Of `spacy-concner.CompactEncoder.v1`.
    force (bool): Replace a pipeline that was shipped before.
    progress (bool): Say what is done.
    RETURNS (ShippingReport): What it changes; `concner_ship.json` in the output keeps it.
    RAISES (ConcnerError): C216, C545 to C547 for languages, precision and engine, C515, C540,
        C541 for the pipeline, C142, C143 for corpora, C304 to C308 for the vocabulary, C320,
        C322, C325, C333 to C336 for the encoder; C128, C129, C601, C407, C408 for the output,
        C059 for temporary files.
    """
    output = Path(output)
    if not languages:
        raise ConcnerError(Errors.C545)
    for code in languages:
        check_language(code)
    if precision not in PRECISIONS:
        raise ConcnerError(Errors.C546.format(found=precision, known=PRECISIONS))
    if engine not in ENGINE_NAMES:
        raise ConcnerError(Errors.C547.format(found=engine, known=ENGINE_NAMES))
    if keep_top and not keep_from:
        raise ConcnerError(Errors.C306.format(keep_top=keep_top))
    pieces: list[int] = []
    engines: list[str] = []
    told = Printer(no_print=not progress)

    def make_weights(encoder: Encoder) -> CompactWeights:
        told.info(f"Export the encoder in {precision}{' and cut its vocabulary' * bool(keep_from)}")
        weights = make_compact_weights(
            encoder, keep_from=keep_from, keep_top=keep_top, precision=precision, engine=engine
        )
        engines.append(weights.engine)
        pieces.append(encoder.model.get_input_embeddings().num_embeddings)
        return weights

    with claim(
        "ship",
        inputs={"PIPELINE": student, "--keep-from": keep_from, "--test": test},
        outputs={"OUTPUT": Folder(output)},
        force=force,
    ):
        nlp = load_pipeline(student, "Student")
        gold = comparison_docs(nlp, test, keep_from, limit)
        before = None
        if gold:
            told.info(f"Find entities in {len(gold)} sentences, as it was trained")
            before = run(nlp, gold, score=test is not None, progress=progress)
        compact_pipeline(nlp, make_weights, settings=settings or {}, shared=shared)
        drop_training_parts(nlp)
        # The attribute serves this process, the config is what is stored.
        nlp.batch_size = nlp.config["nlp"]["batch_size"] = max(nlp.batch_size, BATCH_SIZE)
        nlp.meta["name"] = default_name(languages[0])
        known = add_requirement(nlp.meta.get("requirements", []))
        nlp.meta["requirements"] = [*known, *([ONNX_REQUIREMENT] if ONNX in engines else [])]
        with whole_folder(output, "ship", sealed=True) as part:
            nlp.to_disk(part)
            report = ShippingReport(
                languages=list(languages),
                pieces=pieces,
                engines=engines,
                bytes_before=folder_size(nlp.path) if nlp.path else 0,
                bytes_after=folder_size(part),
            )
            if before is not None:
                told.info(f"Find entities in {len(gold)} sentences, as it is shipped")
                after = run(spacy.load(part), gold, score=test is not None, progress=progress)
                difference = compare(before, after)
                report = replace(
                    report,
                    sentences=len(gold),
                    words_before=before.words_per_second,
                    words_after=after.words_per_second,
                    changed=difference.docs,
                    score_difference=difference.probability,
                    mean_score_difference=difference.mean_probability,
                    f1_before=before.f1,
                    f1_after=after.f1,
                )
                if difference.f1 is not None:
                    low, high = difference.f1.low, difference.f1.high
                    report = replace(report, f1_change_low=low, f1_change_high=high)
            srsly.write_json(part / RECORD_FILE, asdict(report))
    return report


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
