"""Make an encoder folder: from the hub, a folder, a pipeline or the extra `demo`."""

from collections.abc import Sequence
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any

import srsly

from ..errors import ConcnerError, Errors
from ..files import Folder, claim, whole_folder
from . import demo_encoder
from .loading import load_encoder
from .vocabulary import CorpusTexts, cut_vocabulary, plain_tokenizer

RECORD_FILE = "concner_encoder.json"


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
    source: str | Path,
    output: str | Path,
    *,
    keep_from: Sequence[Path] = (),
    keep_top: int = 0,
    force: bool = False,
) -> tuple[EncoderSize, EncoderSize]:
    """Make an encoder folder that transformers and spacy-transformers load by its path.

    source (str | Path): Name of a model on the hub, folder of an encoder or of a pipeline that
        has one, or "multilingual-e5-small-q4".
    output (str | Path): Folder to write.
    keep_from (Sequence[Path]): `.spacy` files, or folders of them, whose word pieces the
        vocabulary is cut to. All pieces are kept if there are none.
    keep_top (int): Further pieces to keep, in the order of the vocabulary.
    force (bool): Replace an encoder folder that was made before.
    RETURNS (tuple[EncoderSize, EncoderSize]): Size before and after the cut.
    RAISES (ConcnerError): C301 to C303 and C310 for the source, C304 to C308 for the
        vocabulary, C142, C143 for corpora; C128, C129, C601, C407, C408 for the output.
    """
    source, output = str(source), Path(output)
    if keep_top and not keep_from:
        raise ConcnerError(Errors.C306.format(keep_top=keep_top))
    with claim(
        "encoder",
        inputs={"INPUT": source, "--keep-from": keep_from},
        outputs={"OUTPUT": Folder(output)},
        force=force,
    ):
        texts = CorpusTexts(keep_from) if keep_from else None
        encoder = load_encoder(source)
        record = _record(source, encoder.model)
        before = measure(encoder.model)
        if texts is not None:
            encoder = cut_vocabulary(encoder, texts, keep_top)
            record.setdefault("full_vocabulary_size", before.n_pieces)
            record["kept_from"] = [Path(path).name for path in keep_from]
            record["kept_top"] = keep_top
        after = measure(encoder.model)
        record["vocabulary_size"] = after.n_pieces
        with whole_folder(output, "encoder") as part:
            encoder.model.save_pretrained(part)
            tokenizer = plain_tokenizer(encoder.tokenizer)
            tokenizer.model_input_names = accepted_inputs(encoder.model, tokenizer)
            tokenizer.save_pretrained(part)
            srsly.write_json(part / RECORD_FILE, record)
    return before, after


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


def accepted_inputs(model: Any, tokenizer: Any) -> list[str]:
    """Give those of a tokenizer's outputs that a model takes: not every kind knows token types.

    model (transformers.PreTrainedModel): The model.
    tokenizer (transformers.PreTrainedTokenizerFast): Its tokenizer.
    RETURNS (list[str]): Names, in the tokenizer's order.
    """
    known = signature(model.forward).parameters
    return [name for name in tokenizer.model_input_names if name in known]


def _record(source: str, model: Any) -> dict[str, Any]:
    """Say where an encoder comes from; one that this verb made keeps its record."""
    folder = Path(source)
    if source == demo_encoder.DEMO_SOURCE:
        return demo_encoder.describe()
    if (folder / RECORD_FILE).is_file():
        return srsly.read_json(folder / RECORD_FILE)
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
