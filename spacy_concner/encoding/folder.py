"""Make an encoder folder: from the hub, a local folder or the packaged 4-bit model."""

import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ConcnerError, Errors
from . import packaged
from .packaged import PACKAGED_SOURCE
from .vocabulary import CorpusTexts, cut_vocabulary, plain_tokenizer

RECORD_FILE = "concner_encoder.json"


@dataclass
class Encoder:
    """A transformer with its fast tokenizer and where they come from.

    model (transformers.PreTrainedModel): The model without heads.
    tokenizer (transformers.PreTrainedTokenizerFast): Its tokenizer.
    record (dict[str, Any]): Source, licence and checksums, as written to
        `concner_encoder.json`.
    """

    model: Any
    tokenizer: Any
    record: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class EncoderSize:
    """How large an encoder is.

    n_pieces (int): Rows of the word embeddings.
    n_parameters (int): Weights of the whole model.
    n_bytes (int): Their size in memory.
    """

    n_pieces: int
    n_parameters: int
    n_bytes: int


def make_encoder(
    source: str, output: Path, keep_from: Sequence[Path] = (), keep_top: int = 0
) -> tuple[EncoderSize, EncoderSize]:
    """Make an encoder folder that transformers and spacy-transformers load by its path.

    source (str): Name of a model on the hub, a local folder, or "multilingual-e5-small-q4".
    output (Path): Folder to write; one made before is replaced, and only at the end.
    keep_from (Sequence[Path]): `.spacy` files, or folders of them, whose word pieces the
        vocabulary is cut to. All pieces are kept if there are none.
    keep_top (int): Further pieces to keep, in the order of the vocabulary.
    RETURNS (tuple[EncoderSize, EncoderSize]): Size before and after the cut.
    RAISES (ConcnerError): C301–C308, C310.
    """
    check_output(source, output)
    texts = CorpusTexts(keep_from) if keep_from else None
    encoder = load_encoder(source)
    before = measure(encoder.model)
    if texts is not None:
        encoder.tokenizer = cut_vocabulary(encoder.tokenizer, encoder.model, texts, keep_top)
        encoder.record.setdefault("full_vocabulary_size", before.n_pieces)
        encoder.record["kept_from"] = [path.name for path in keep_from]
        encoder.record["kept_top"] = keep_top
    after = measure(encoder.model)
    encoder.record["vocabulary_size"] = after.n_pieces
    save_encoder(encoder, output)
    return before, after


def check_output(source: str, output: Path) -> None:
    """Make sure that writing an encoder will not destroy anything else.

    source (str): Where the encoder comes from.
    output (Path): Folder to write.
    RAISES (ConcnerError): C306 if the folder is the source, a file, or holds something else.
    """
    reason = None
    if output.exists():
        if not output.is_dir():
            reason = "there is a file of that name."
        elif os.path.isdir(source) and output.samefile(source):
            reason = "it is the source as well."
        elif any(output.iterdir()) and not (output / RECORD_FILE).is_file():
            reason = f"it is not empty and holds no {RECORD_FILE}."
    if reason:
        raise ConcnerError(Errors.C306.format(path=output, reason=reason))


def load_encoder(source: str) -> Encoder:
    """Load an encoder.

    source (str): Name of a model on the hub, a local folder, or "multilingual-e5-small-q4".
    RETURNS (Encoder): The encoder, its model in evaluation mode.
    RAISES (ConcnerError): C301 if it can't be loaded or has no fast tokenizer; C302, C303,
        C310 for the packaged one.
    """
    if source == PACKAGED_SOURCE:
        model, tokenizer = packaged.load_packaged()
        files = (packaged.WEIGHTS, packaged.TOKENIZER)
        record: dict[str, Any] = {
            "source": source,
            "origin": packaged.ORIGIN,
            "licence": packaged.LICENCE,
            "sha256": {f"{file.package}/{file.path}": file.sha256 for file in files},
        }
        return Encoder(model, tokenizer, record)
    from transformers import AutoConfig, AutoModel, AutoTokenizer
    from transformers.utils import logging

    verbosity = logging.get_verbosity()
    # What it would say of weights that are missing is judged below.
    logging.set_verbosity_error()
    try:
        # First, because the others look for many files and so fail slowly without network.
        AutoConfig.from_pretrained(source)
        tokenizer = AutoTokenizer.from_pretrained(source, use_fast=True)
        model, report = AutoModel.from_pretrained(source, output_loading_info=True)
    except Exception as error:
        # Hub, tokenizer and weight files each raise kinds of their own, bare Exception too.
        raise _cannot_load(source, str(error) or repr(error)) from error
    finally:
        logging.set_verbosity(verbosity)
    if not tokenizer.is_fast:
        raise _cannot_load(source, "it has no fast tokenizer (tokenizer.json)")
    missing = set(report["missing_keys"])
    if missing and all(name.startswith("pooler.") for name in missing):
        model.pooler = None
    elif missing:
        raise _cannot_load(source, f"it lacks weights: {sorted(missing)[:4]}")
    model.eval()
    return Encoder(model, tokenizer, _record(source, model))


def _cannot_load(source: str, reason: str) -> ConcnerError:
    # transformers goes on with the names of all its kinds of models, or with advice.
    first_line = reason.strip().splitlines()[0]
    first_sentence = re.split(r"(?<=\.)\s", first_line)[0].rstrip(".") + "."
    return ConcnerError(
        Errors.C301.format(source=source, reason=first_sentence, packaged=PACKAGED_SOURCE)
    )


def _record(source: str, model: Any) -> dict[str, Any]:
    """Say where an encoder comes from; one that this command made keeps its record."""
    folder = Path(source)
    if (folder / RECORD_FILE).is_file():
        return json.loads((folder / RECORD_FILE).read_text(encoding="utf8"))
    if folder.is_dir():
        return {"source": folder.name, "licence": None}
    return {
        "source": source,
        "origin": f"https://huggingface.co/{source}",
        "revision": getattr(model.config, "_commit_hash", None),
        "licence": _hub_licence(source),
    }


def _hub_licence(name: str) -> str | None:
    from huggingface_hub import ModelCard

    try:
        return getattr(ModelCard.load(name).data, "license", None)
    except Exception:
        # A model without a readable card is still a model; its licence stays unknown.
        return None


def save_encoder(encoder: Encoder, output: Path) -> None:
    """Write an encoder folder; what was there before is replaced at the very end.

    encoder (Encoder): The encoder.
    output (Path): The folder.
    """
    part = output.with_name(output.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    encoder.model.save_pretrained(part)
    plain_tokenizer(encoder.tokenizer).save_pretrained(part)
    record = json.dumps(encoder.record, indent=2, ensure_ascii=False)
    (part / RECORD_FILE).write_text(record + "\n", encoding="utf8")
    shutil.rmtree(output, ignore_errors=True)
    part.rename(output)


def measure(model: Any) -> EncoderSize:
    """Measure a model.

    model (transformers.PreTrainedModel): The model.
    RETURNS (EncoderSize): Its size.
    """
    parameters = list(model.parameters())
    return EncoderSize(
        n_pieces=model.get_input_embeddings().num_embeddings,
        n_parameters=sum(p.numel() for p in parameters),
        n_bytes=sum(p.numel() * p.element_size() for p in parameters),
    )
