"""Sequence-to-sequence models of Hugging Face, from the hub or a folder, with friendly errors."""

from pathlib import Path
from typing import Any

from ..errors import ConcnerError, Errors
from .fingerprints import fingerprint_files


def load_model(name: str, dtype: str, device: str, revision: str | None = None) -> tuple[Any, Any]:
    """Load a model and its tokenizer.

    name (str): Name on the hub, or a folder.
    dtype (str): Type of the weights: "float32", "float16" or "bfloat16".
    device (str): Where the model goes; see `find_device`.
    revision (str): Branch, tag or commit on the hub.
    RETURNS (tuple[PreTrainedModel, PreTrainedTokenizerBase]): The model, in evaluation mode,
        and its tokenizer.
    RAISES (ConcnerError): C244 if a package is missing, C245 if the model cannot be loaded,
        C246 if it is of another kind, C248 for the device.
    """
    import torch
    from transformers import AutoConfig, AutoModelForSeq2SeqLM, AutoTokenizer
    from transformers.models.auto.modeling_auto import MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES

    place = find_device(device)
    config = _load(AutoConfig, name, revision)
    if config.model_type not in MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES:
        raise ConcnerError(Errors.C246.format(name=name, model_type=config.model_type))
    tokenizer = _load(AutoTokenizer, name, revision)
    model = _load(AutoModelForSeq2SeqLM, name, revision, torch_dtype=getattr(torch, dtype))
    return model.to(place).eval(), tokenizer


def find_device(device: str) -> Any:
    """Find where a model shall compute.

    device (str): "auto" for the GPU if there is one, "cpu", "cuda", or "cuda:1" for another.
    RETURNS (torch.device): The device.
    RAISES (ConcnerError): C248 if there is no such device.
    """
    import torch

    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        place = torch.device(device)
        torch.zeros(1, device=place)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).split("\n")[0]
        raise ConcnerError(Errors.C248.format(device=device, reason=reason)) from error
    return place


def fingerprint_model(name: str, model: Any) -> str:
    """Tell a model from others of its name.

    name (str): Name on the hub, or a folder.
    model (PreTrainedModel): The model.
    RETURNS (str): The commit on the hub, or a fingerprint of the folder's files.
    """
    if Path(name).is_dir():
        return fingerprint_files(path for path in Path(name).iterdir() if path.is_file())
    return getattr(model.config, "_commit_hash", None) or ""


def _load(kind: Any, name: str, revision: str | None, **settings: Any) -> Any:
    try:
        # The hub's own client tries several times, with growing waits.
        return kind.from_pretrained(name, revision=revision, **settings)
    except ImportError as error:
        raise ConcnerError(Errors.C244.format(error=_first_line(error))) from error
    except Exception as error:
        if "sentencepiece" in str(error).lower():
            raise ConcnerError(Errors.C244.format(error=_first_line(error))) from error
        raise ConcnerError(Errors.C245.format(name=name, reason=_first_line(error))) from error


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).split("\n") if line.strip()]
    return (lines[0] if lines else type(error).__name__).rstrip(".")
