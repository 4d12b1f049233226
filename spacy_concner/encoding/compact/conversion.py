"""A Hugging Face encoder into the weights of a compact one."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ...errors import ConcnerError, Errors
from ..loading import Encoder
from ..vocabulary import CorpusTexts, cut_vocabulary, plain_tokenizer
from .engine import CompactWeights, Engine, EngineSettings

Precision = Literal["int8", "float16", "float32"]
PRECISIONS = ("int8", "float16", "float32")
MOST_DIFFERENCE = 1e-2
PROBES = ("Anna Berg lives in Sofia.", "1998 – 2024")
MODEL_FILES = ("model.bin", "config.json", "vocabulary.json")
ACTIVATIONS = {
    "gelu": "GELU",
    "gelu_new": "GELUTanh",
    "gelu_pytorch_tanh": "GELUTanh",
    "relu": "RELU",
    "silu": "SWISH",
    "swish": "SWISH",
}


@dataclass(frozen=True)
class Names:
    """Where a kind of model keeps what a layer consists of; `{}` is the layer's number."""

    layer: str = "encoder.layer.{}."
    query: str = "attention.self.query"
    key: str = "attention.self.key"
    value: str = "attention.self.value"
    attention_output: str = "attention.output.dense"
    attention_norm: str = "attention.output.LayerNorm"
    inner: str = "intermediate.dense"
    outer: str = "output.dense"
    outer_norm: str = "output.LayerNorm"
    activation: str = "hidden_act"
    offset_positions: bool = False


ROBERTA = Names(offset_positions=True)
KINDS = {
    "bert": Names(),
    "electra": Names(),
    "roberta": ROBERTA,
    "xlm-roberta": ROBERTA,
    "camembert": ROBERTA,
    "distilbert": Names(
        layer="transformer.layer.{}.",
        query="attention.q_lin",
        key="attention.k_lin",
        value="attention.v_lin",
        attention_output="attention.out_lin",
        attention_norm="sa_layer_norm",
        inner="ffn.lin1",
        outer="ffn.lin2",
        outer_norm="output_layer_norm",
        activation="activation",
    ),
}


def make_compact_weights(
    encoder: Encoder,
    *,
    keep_from: Sequence[Path] = (),
    keep_top: int = 0,
    precision: Precision = "int8",
) -> CompactWeights:
    """Make the weights of a compact encoder.

    encoder (Encoder): The encoder; its vocabulary is cut in place.
    keep_from (Sequence[Path]): `.spacy` files, or folders of them, whose word pieces are kept;
        all are kept without.
    keep_top (int): Further pieces to keep, in the order of the vocabulary.
    precision (str): Of the weights: "int8" with a scale for each row, "float16", "float32".
    RETURNS (CompactWeights): The weights.
    RAISES (ConcnerError): C142, C143 for corpora, C304, C305, C307, C308 if the vocabulary cannot
        be cut, C320 for a kind of model or tokenizer that the engine does not know, C325 if the
        engine gives other vectors.
    """
    if not getattr(encoder.tokenizer, "is_fast", False):
        raise _unsupported(encoder.model, "its tokenizer is no fast one (tokenizer.json)")
    encoder.model.eval()
    if keep_from:
        encoder = cut_vocabulary(encoder, CorpusTexts(keep_from), keep_top)
    encoder = Encoder(encoder.model, plain_tokenizer(encoder.tokenizer))
    exact = _weights(encoder, "float32")
    _check(encoder.model, exact)
    return exact if precision == "float32" else _weights(encoder, precision)


def _weights(encoder: Encoder, precision: Precision) -> CompactWeights:
    model, tokenizer = encoder.model, encoder.tokenizer
    files = convert_model(model, precision)
    config = model.config
    is_offset = KINDS[config.model_type].offset_positions
    # The special pieces that the tokenizer puts before and after a sequence.
    probe = tokenizer.backend_tokenizer.encode(PROBES[0])
    inner = [place for place, special in enumerate(probe.special_tokens_mask) if not special]
    return CompactWeights(
        files=files,
        tokenizer=tokenizer.backend_tokenizer.to_str(),
        prefix=probe.ids[: inner[0]],
        suffix=probe.ids[inner[-1] + 1 :],
        padding=tokenizer.pad_token_id or 0,
        width=config.hidden_size,
        n_positions=config.max_position_embeddings - is_offset * (config.pad_token_id + 1),
    )


def _check(model: Any, weights: CompactWeights) -> None:
    """Make sure that the engine computes what torch does, before anything is rounded."""
    import torch

    engine = Engine(EngineSettings(compute_type="float32", threads=1), weights)
    for text in PROBES:
        inner = engine.tokenizer.encode(text, add_special_tokens=False).ids
        ids = [*weights.prefix, *inner, *weights.suffix]
        found = engine.encode(np.array([ids], dtype="i4"), np.array([len(ids)], dtype="i4"))
        with torch.inference_mode():
            tensor = torch.tensor([ids], device=model.device)
            expected = model(tensor).last_hidden_state.float().cpu().numpy()
        difference = float(np.abs(found - expected).max())
        # Not "greater", which would let through what is not a number.
        if not difference <= MOST_DIFFERENCE:
            values = {"difference": difference, "text": text, "model": type(model).__name__}
            raise ConcnerError(Errors.C325.format(**values))


def convert_model(model: Any, precision: Precision = "int8") -> dict[str, bytes]:
    """Convert a model into the files of CTranslate2's.

    Its own converter loads models through transformers by name and follows its versions; here the
    weights are put into CTranslate2's specification one by one. The embedding of the first token
    type, which is the only one that single sequences have, is added to the positions.

    model (transformers.PreTrainedModel): A BERT, RoBERTa, XLM-R, CamemBERT, ELECTRA or
        DistilBERT without heads.
    precision (str): Of the weights: "int8" with a scale for each row, "float16", "float32".
    RETURNS (dict[str, bytes]): Content by file name.
    RAISES (ConcnerError): C320 for another kind of model.
    """
    from ctranslate2.specs import common_spec, transformer_spec

    config = model.config
    names = KINDS.get(config.model_type)
    if names is None:
        raise _unsupported(model, f"its kind is {config.model_type!r}")
    if getattr(config, "position_embedding_type", "absolute") != "absolute":
        raise _unsupported(model, f"its positions are {config.position_embedding_type!r}")
    activation = getattr(config, names.activation)
    if activation not in ACTIVATIONS:
        raise _unsupported(model, f"its activation is {activation!r}")
    if getattr(config, "embedding_size", config.hidden_size) != config.hidden_size:
        raise _unsupported(model, "its embeddings have another width than its layers")
    weights = {
        name: value.detach().cpu().float().numpy() for name, value in model.state_dict().items()
    }
    layer_numbers = range(config.num_hidden_layers)
    encoder = transformer_spec.TransformerEncoderSpec(
        len(layer_numbers),
        config.num_attention_heads,
        pre_norm=False,
        activation=getattr(common_spec.Activation, ACTIVATIONS[activation]),
        layernorm_embedding=True,
    )
    encoder.scale_embeddings = False
    words = weights["embeddings.word_embeddings.weight"]
    encoder.embeddings[0].weight = words.copy()
    encoder.position_encodings.encodings = _positions(weights, config, names)
    _set_norm(encoder.layernorm_embedding, weights, "embeddings.LayerNorm")
    for number, layer in zip(layer_numbers, encoder.layer, strict=True):
        prefix = names.layer.format(number)
        parts = [prefix + part for part in (names.query, names.key, names.value)]
        fused = layer.self_attention.linear[0]
        fused.weight = np.concatenate([weights[f"{part}.weight"] for part in parts])
        fused.bias = np.concatenate([weights[f"{part}.bias"] for part in parts])
        _set_linear(layer.self_attention.linear[1], weights, prefix + names.attention_output)
        _set_norm(layer.self_attention.layer_norm, weights, prefix + names.attention_norm)
        _set_linear(layer.ffn.linear_0, weights, prefix + names.inner)
        _set_linear(layer.ffn.linear_1, weights, prefix + names.outer)
        _set_norm(layer.ffn.layer_norm, weights, prefix + names.outer_norm)
    spec = transformer_spec.TransformerEncoderModelSpec(encoder)
    spec.config.layer_norm_epsilon = getattr(config, "layer_norm_eps", 1e-12)
    # The tokenizer makes ids: the names of the pieces are asked for but never looked up.
    spec.register_vocabulary([str(number) for number in range(len(words))])
    return _save(spec, precision)


def _save(spec: Any, precision: Precision) -> dict[str, bytes]:
    spec.validate()
    spec.optimize(quantization=precision)
    with tempfile.TemporaryDirectory() as folder:
        spec.save(folder)
        files = {name: (Path(folder) / name).read_bytes() for name in MODEL_FILES}
    files["vocabulary.json"] = json.dumps(["<unk>"]).encode()
    return files


def _positions(weights: Mapping[str, np.ndarray], config: Any, names: Names) -> np.ndarray:
    positions = weights["embeddings.position_embeddings.weight"]
    if names.offset_positions:
        positions = positions[config.pad_token_id + 1 :]
    types = weights.get("embeddings.token_type_embeddings.weight")
    return np.ascontiguousarray(positions if types is None else positions + types[0])


def _set_linear(spec: Any, weights: Mapping[str, np.ndarray], name: str) -> None:
    spec.weight = weights[f"{name}.weight"].copy()
    spec.bias = weights[f"{name}.bias"]


def _set_norm(spec: Any, weights: Mapping[str, np.ndarray], name: str) -> None:
    spec.gamma = weights[f"{name}.weight"]
    spec.beta = weights[f"{name}.bias"]


def _unsupported(model: Any, reason: str) -> ConcnerError:
    return ConcnerError(
        Errors.C320.format(model=type(model).__name__, reason=reason, kinds=sorted(KINDS))
    )
