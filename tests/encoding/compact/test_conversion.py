"""Encoders of every kind give the vectors that torch gives."""

import numpy as np
import pytest
import torch
import transformers

from spacy_concner.encoding.compact import ctranslate2_conversion
from spacy_concner.encoding.compact.conversion import choose_engine, make_compact_weights
from spacy_concner.encoding.compact.engine import Engine, EngineSettings
from spacy_concner.encoding.loading import Encoder
from spacy_concner.errors import ConcnerError
from tests.encoding.tiny_encoders import make_tokenizer

SIZES = {"num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 16}
KINDS = {
    "Bert": {**SIZES, "intermediate_size": 24, "hidden_act": "gelu"},
    "Roberta": {**SIZES, "intermediate_size": 24, "hidden_act": "gelu_new"},
    "XLMRoberta": {**SIZES, "intermediate_size": 24, "hidden_act": "relu", "type_vocab_size": 1},
    "Camembert": {**SIZES, "intermediate_size": 24, "hidden_act": "gelu"},
    "Electra": {**SIZES, "intermediate_size": 24, "embedding_size": 16},
    "DistilBert": {"n_layers": 2, "n_heads": 2, "dim": 16, "hidden_dim": 24},
}


def make_encoder(kind: str, **changes):
    torch.manual_seed(1)
    tokenizer = make_tokenizer("Unigram")
    config = getattr(transformers, f"{kind}Config")(
        vocab_size=len(tokenizer),
        max_position_embeddings=130,
        pad_token_id=tokenizer.pad_token_id,
        **{**KINDS[kind], **changes},
    )
    model = getattr(transformers, f"{kind}Model")(config).eval()
    with torch.no_grad():
        for value in model.parameters():
            value.normal_(std=0.3)
    return Encoder(model, tokenizer)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_same_vectors_as_torch(kind, precision):
    encoder = make_encoder(kind)
    model = encoder.model
    weights = make_compact_weights(encoder, precision=precision)
    engine = Engine(EngineSettings(threads=1), weights)
    ids = [*weights.prefix, *range(4, 40), *weights.suffix]
    rows = np.full((2, len(ids)), weights.padding, dtype="i4")
    rows[0], rows[1, :9] = ids, ids[:9]
    found = engine.encode(rows, np.array([len(ids), 9], dtype="i4"))
    assert found.dtype == "f4" and found.shape == (2, len(ids), 16)
    with torch.inference_mode():
        for row, size in ((0, len(ids)), (1, 9)):
            expected = model(torch.from_numpy(rows[row : row + 1, :size]).long())
            difference = np.abs(found[row, :size] - expected.last_hidden_state[0].numpy())
            assert difference.max() < (1e-4 if precision == "float32" else 0.5)
            assert difference.mean() < (1e-5 if precision == "float32" else 0.07)


def test_positions_that_can_be_used():
    sizes = {
        kind: make_compact_weights(make_encoder(kind)).n_positions
        for kind in ("Bert", "XLMRoberta")
    }
    # XLM-R counts from the padding piece (id 1) on.
    assert sizes == {"Bert": 130, "XLMRoberta": 128}


@pytest.mark.parametrize(
    "kind, changes, words",
    [
        ("Electra", {"embedding_size": 8}, "another width"),
        ("Bert", {"hidden_act": "tanh"}, "'tanh'"),
        ("Bert", {"position_embedding_type": "relative_key"}, "relative_key"),
    ],
)
def test_kinds_that_the_engine_does_not_know(kind, changes, words):
    with pytest.raises(ConcnerError, match=r"C320.*" + words):
        make_compact_weights(make_encoder(kind, **changes), engine="ctranslate2")
    assert choose_engine(make_encoder(kind, **changes).model) == "onnx"


def test_unknown_kind():
    config = transformers.MPNetConfig(vocab_size=20, **SIZES, intermediate_size=24)
    encoder = Encoder(transformers.MPNetModel(config), make_tokenizer("Unigram"))
    with pytest.raises(ConcnerError, match=r"C320.*MPNetModel.*distilbert"):
        make_compact_weights(encoder, engine="ctranslate2")
    assert choose_engine(encoder.model) == "onnx"


def test_vectors_are_compared_before_shipping(monkeypatch):
    encoder = make_encoder("Bert")
    convert = ctranslate2_conversion.convert_model

    def otherwise(model, precision):
        model.config.hidden_act = "relu"
        return convert(model, precision)

    monkeypatch.setattr(ctranslate2_conversion, "convert_model", otherwise)
    with pytest.raises(ConcnerError, match=r"C325.*BertModel"):
        make_compact_weights(encoder)


def test_slow_tokenizers_are_refused():
    class Slow:
        is_fast = False

    with pytest.raises(ConcnerError, match="C336.*no fast one"):
        make_compact_weights(Encoder(None, Slow()))
