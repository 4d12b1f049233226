"""A Hugging Face model of the kinds that CTranslate2 knows into the files of its engine."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import ConcnerError, Errors
from ...files import scratch_folder

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


def reason_against(model: Any) -> str:
    """Tell why CTranslate2 cannot have a model.

    model (transformers.PreTrainedModel): The model without heads.
    RETURNS (str): The reason; empty if it can.
    """
    config = model.config
    names = KINDS.get(config.model_type)
    if names is None:
        return f"its kind is {config.model_type!r}"
    if getattr(config, "position_embedding_type", "absolute") != "absolute":
        return f"its positions are {config.position_embedding_type!r}"
    activation = getattr(config, names.activation)
    if activation not in ACTIVATIONS:
        return f"its activation is {activation!r}"
    if getattr(config, "embedding_size", config.hidden_size) != config.hidden_size:
        return "its embeddings have another width than its layers"
    return ""


def unsupported(model: Any, reason: str) -> ConcnerError:
    """Give the error that tells why CTranslate2 cannot have a model.

    model (transformers.PreTrainedModel): The model.
    reason (str): The reason.
    RETURNS (ConcnerError): C320.
    """
    return ConcnerError(
        Errors.C320.format(model=type(model).__name__, reason=reason, kinds=sorted(KINDS))
    )


def convert_model(model: Any, precision: str = "int8") -> dict[str, bytes]:
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

    reason = reason_against(model)
    if reason:
        raise unsupported(model, reason)
    config = model.config
    names = KINDS[config.model_type]
    activation = getattr(config, names.activation)
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


def _save(spec: Any, precision: str) -> dict[str, bytes]:
    spec.validate()
    spec.optimize(quantization=precision)
    with scratch_folder() as folder:
        spec.save(str(folder))
        files = {name: (folder / name).read_bytes() for name in MODEL_FILES}
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
