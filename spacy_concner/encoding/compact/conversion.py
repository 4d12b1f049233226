"""A Hugging Face encoder into the weights of a compact one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ...errors import ConcnerError, Errors
from ..loading import Encoder
from ..vocabulary import CorpusTexts, cut_vocabulary, plain_tokenizer
from . import ctranslate2_conversion, onnx_conversion, onnx_quantization
from .engine import Engine, EngineSettings
from .weights import CTRANSLATE2, ONNX, CompactWeights

Precision = Literal["int8", "float16", "float32"]
PRECISIONS = ("int8", "float16", "float32")
EngineName = Literal["auto", "ctranslate2", "onnx"]
AUTO = "auto"
ENGINE_NAMES = (AUTO, CTRANSLATE2, ONNX)
MOST_DIFFERENCE = 1e-2
PROBES = ("Anna Berg lives in Sofia.", "1998 – 2024", "Anna Berg lives in Sofia. " * 30)
# Longest sequence of the probes, and the longest at all where a model sets no limit.
PROBE_PIECES = 128
NO_LIMIT = 512


def make_compact_weights(
    encoder: Encoder,
    *,
    keep_from: Sequence[Path] = (),
    keep_top: int = 0,
    precision: Precision = "int8",
    engine: EngineName = "auto",
) -> CompactWeights:
    """Make the weights of a compact encoder.

    encoder (Encoder): The encoder; its vocabulary is cut in place.
    keep_from (Sequence[Path]): `.spacy` files, or folders of them, whose word pieces are kept;
        all are kept without.
    keep_top (int): Further pieces to keep, in the order of the vocabulary.
    precision (str): Of the weights: "int8" with a scale for each row, "float16", "float32".
    engine (str): "ctranslate2", "onnx", or "auto" for the first where it knows the kind of model
        and otherwise the second.
    RETURNS (CompactWeights): The weights.
    RAISES (ConcnerError): C142, C143 for corpora, C304, C305, C307, C308 if the vocabulary cannot
        be cut, C320 for a kind of model or tokenizer that the engine does not know, C325 if the
        engine gives other vectors, C333, C334 and C335 if ONNX Runtime cannot have the model.
    """
    if not getattr(encoder.tokenizer, "is_fast", False):
        raise ConcnerError(Errors.C336.format(model=type(encoder.model).__name__))
    chosen = choose_engine(encoder.model, engine)
    if chosen == ONNX:
        onnx_conversion.check_can_convert(precision)
    encoder.model.eval()
    if keep_from:
        encoder = cut_vocabulary(encoder, CorpusTexts(keep_from), keep_top)
    encoder = Encoder(encoder.model, plain_tokenizer(encoder.tokenizer))
    if chosen == ONNX:
        proto = onnx_conversion.export_model(encoder.model)
        rounded = onnx_quantization.quantize(proto) if precision == "int8" else None
        exact = _weights(encoder, ONNX, onnx_conversion.to_files(proto))
        _check(encoder.model, exact)
        if rounded is None:
            return exact
        return _weights(encoder, ONNX, onnx_conversion.to_files(rounded))
    convert = ctranslate2_conversion.convert_model
    exact = _weights(encoder, CTRANSLATE2, convert(encoder.model, "float32"))
    _check(encoder.model, exact)
    if precision == "float32":
        return exact
    return _weights(encoder, CTRANSLATE2, convert(encoder.model, precision))


def choose_engine(model: Any, engine: EngineName = "auto") -> str:
    """Choose the engine for a model.

    model (transformers.PreTrainedModel): The model.
    engine (str): What the user asks for.
    RETURNS (str): "ctranslate2" or "onnx".
    RAISES (ConcnerError): C320 if CTranslate2 is asked for and does not know the model.
    """
    if engine == ONNX:
        return ONNX
    reason = ctranslate2_conversion.reason_against(model)
    if not reason:
        return CTRANSLATE2
    if engine == CTRANSLATE2:
        raise ctranslate2_conversion.unsupported(model, reason)
    return ONNX


def _weights(encoder: Encoder, engine: str, files: dict[str, bytes]) -> CompactWeights:
    tokenizer = encoder.tokenizer
    # The special pieces that the tokenizer puts before and after a sequence.
    probe = tokenizer.backend_tokenizer.encode(PROBES[0])
    inner = [place for place, special in enumerate(probe.special_tokens_mask) if not special]
    return CompactWeights(
        files=files,
        tokenizer=tokenizer.backend_tokenizer.to_str(),
        prefix=probe.ids[: inner[0]],
        suffix=probe.ids[inner[-1] + 1 :],
        padding=tokenizer.pad_token_id or 0,
        width=encoder.model.config.hidden_size,
        n_positions=count_positions(encoder.model),
        engine=engine,
    )


def count_positions(model: Any) -> int:
    """Give the length of the longest sequence that a model takes.

    model (transformers.PreTrainedModel): The model.
    RETURNS (int): Word pieces, special ones included.
    """
    most = getattr(model.config, "max_position_embeddings", None) or 0
    if most <= 0:
        return NO_LIMIT
    table = getattr(getattr(model, "embeddings", None), "position_embeddings", None)
    first = getattr(table, "padding_idx", None)
    # Kinds like RoBERTa count positions from the padding piece on.
    return most if first is None else most - first - 1


def _check(model: Any, weights: CompactWeights) -> None:
    """Make sure that the engine computes what torch does, before anything is rounded.

    All probes are one batch, so that padding and a long sequence are seen, and each is alone.
    """
    import torch

    engine = Engine(EngineSettings(threads=1), weights)
    most = min(PROBE_PIECES, weights.n_positions) - len(weights.prefix) - len(weights.suffix)
    encode = engine.tokenizer.encode
    rows = [encode(text, add_special_tokens=False).ids[:most] for text in PROBES]
    rows = [[*weights.prefix, *row, *weights.suffix] for row in rows]
    filled = np.full((len(rows), max(map(len, rows))), weights.padding, dtype="i4")
    for number, row in enumerate(rows):
        filled[number, : len(row)] = row
    together = engine.encode(filled, np.array([len(row) for row in rows], dtype="i4"))
    for text, row, in_batch in zip(PROBES, rows, together, strict=True):
        alone = engine.encode(np.array([row], dtype="i4"), np.array([len(row)], dtype="i4"))
        with torch.inference_mode():
            tensor = torch.tensor([row], device=model.device)
            expected = model(tensor).last_hidden_state[0].float().cpu().numpy()
        for found in (alone[0], in_batch[: len(row)]):
            difference = float(np.abs(found - expected).max())
            # Not "greater", which would let through what is not a number.
            if not difference <= MOST_DIFFERENCE:
                values = {"difference": difference, "text": text[:80]}
                raise ConcnerError(Errors.C325.format(**values, model=type(model).__name__))
