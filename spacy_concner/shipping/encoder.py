"""The transformer of a student into the weights of a compact encoder."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..encoding.compact.engine import CompactWeights, Engine, EngineSettings
from ..encoding.compact.weights import Precision, convert_encoder
from ..encoding.vocabulary import CorpusTexts, cut_vocabulary, plain_tokenizer
from ..errors import ConcnerError, Errors

MOST_DIFFERENCE = 1e-2
PROBES = ("Anna Berg lives in Sofia.", "1998 – 2024")


def compact_weights(
    transformer: Any,
    tokenizer: Any,
    keep_from: Sequence[Path] = (),
    keep_top: int = 0,
    precision: Precision = "int8",
) -> CompactWeights:
    """Make the weights of a compact encoder.

    transformer (transformers.PreTrainedModel): The encoder; its vocabulary is cut in place.
    tokenizer (transformers.PreTrainedTokenizerFast): Its tokenizer.
    keep_from (Sequence[Path]): `.spacy` files, or folders of them, whose word pieces are kept;
        all are kept without.
    keep_top (int): Further pieces to keep, in the order of the vocabulary.
    precision (str): Of the weights: "int8", "float16", "float32".
    RETURNS (CompactWeights): The weights.
    RAISES (ConcnerError): C304, C305, C307, C308 if the vocabulary cannot be cut, C314 for a
        slow tokenizer, C320 for a kind of model that the engine does not know, C325 if the
        engine gives other vectors.
    """
    if not getattr(tokenizer, "is_fast", False):
        raise ConcnerError(Errors.C314.format(path="the student"))
    transformer.eval()
    if keep_from:
        tokenizer = cut_vocabulary(tokenizer, transformer, CorpusTexts(keep_from), keep_top)
    tokenizer = plain_tokenizer(tokenizer)
    backend = tokenizer.backend_tokenizer
    backend.no_truncation()
    backend.no_padding()
    _check(transformer, _weights(transformer, tokenizer, "float32"))
    return _weights(transformer, tokenizer, precision)


def _weights(transformer: Any, tokenizer: Any, precision: Precision) -> CompactWeights:
    converted = convert_encoder(transformer, precision)
    prefix, suffix = _special_pieces(tokenizer)
    return CompactWeights(
        files=converted.files,
        tokenizer=tokenizer.backend_tokenizer.to_str(),
        prefix=prefix,
        suffix=suffix,
        padding=tokenizer.pad_token_id or 0,
        width=converted.width,
        n_positions=converted.n_positions,
    )


def _special_pieces(tokenizer: Any) -> tuple[list[int], list[int]]:
    """Give the special pieces that the tokenizer puts before and after a sequence."""
    encoding = tokenizer.backend_tokenizer.encode(PROBES[0])
    inner = [place for place, special in enumerate(encoding.special_tokens_mask) if not special]
    return encoding.ids[: inner[0]], encoding.ids[inner[-1] + 1 :]


def _check(transformer: Any, weights: CompactWeights) -> None:
    """Make sure that the engine computes what torch does, before anything is rounded."""
    import torch

    engine = Engine(EngineSettings(compute_type="float32", threads=1), weights)
    for text in PROBES:
        inner = engine.tokenizer.encode(text, add_special_tokens=False).ids
        ids = [*weights.prefix, *inner, *weights.suffix]
        pieces = np.array([ids], dtype="i4")
        found = engine.encode(pieces, np.array([len(ids)], dtype="i4"))
        with torch.inference_mode():
            tensor = torch.tensor([ids], device=transformer.device)
            expected = transformer(tensor).last_hidden_state.float().cpu().numpy()
        difference = float(np.abs(found - expected).max())
        # Not "greater", which would let through what is not a number.
        if not difference <= MOST_DIFFERENCE:
            raise ConcnerError(
                Errors.C325.format(
                    difference=difference, text=text, model=type(transformer).__name__
                )
            )
