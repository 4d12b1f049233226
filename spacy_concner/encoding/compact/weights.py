"""A Hugging Face encoder into the files of a CTranslate2 model.

Its own converter loads models through transformers by name and follows its versions; here the
model's weights are put into CTranslate2's specification one by one. The embedding of the first
token type, which is the only one that single sequences have, is added to the positions.
"""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ...errors import ConcnerError, Errors

Precision = Literal["int8", "float16", "float32"]
PRECISIONS = ("int8", "float16", "float32")
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


@dataclass(frozen=True)
class EngineFiles:
    """A CTranslate2 model.

    files (dict[str, bytes]): Content by file name.
    width (int): Width of its vectors.
    n_positions (int): Longest sequence it takes, in word pieces, special ones included.
    """

    files: dict[str, bytes]
    width: int
    n_positions: int


def convert_encoder(model: Any, precision: Precision = "int8") -> EngineFiles:
    """Convert an encoder.

    model (transformers.PreTrainedModel): A BERT, RoBERTa, XLM-R, CamemBERT, ELECTRA or
        DistilBERT without heads.
    precision (str): Of the weights: "int8" with a scale for each row, "float16", "float32".
    RETURNS (EngineFiles): The model.
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
    positions = _positions(weights, config, names)
    encoder.embeddings[0].weight = words.copy()
    encoder.position_encodings.encodings = positions
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
    return EngineFiles(_save(spec, precision), words.shape[1], len(positions))


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
