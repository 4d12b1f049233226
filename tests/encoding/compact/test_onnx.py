"""Encoders of newer kinds give the vectors that torch gives, in ONNX Runtime."""

import importlib.util
import pickle
import sys
from dataclasses import replace

import numpy as np
import onnx
import pytest
import spacy
import srsly
import torch

from spacy_concner.encoding.compact import conversion, onnx_conversion, onnx_session
from spacy_concner.encoding.compact.architecture import (
    build_compact_encoder,
    get_engine,
    set_weights,
)
from spacy_concner.encoding.compact.conversion import make_compact_weights
from spacy_concner.encoding.compact.engine import Engine, EngineSettings
from spacy_concner.encoding.compact.onnx_quantization import round_rows
from spacy_concner.encoding.loading import Encoder
from spacy_concner.errors import ConcnerError
from tests.encoding.modern_encoders import make_model, make_tokenizer, real_texts

KINDS = {"ModernBert": "byte level", "DebertaV2": "byte fallback"}
SIZES = (200, 9, 1, 60)


@pytest.fixture(scope="module", params=KINDS)
def encoder(request):
    tokenizer = make_tokenizer(KINDS[request.param])
    return Encoder(make_model(request.param, tokenizer), tokenizer)


@pytest.fixture(scope="module")
def shipped(encoder):
    """The weights in both precisions, of one export, which takes its time."""
    proto = onnx_conversion.export_model(encoder.model)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(onnx_conversion, "export_model", lambda model: proto)
        return {
            precision: make_compact_weights(encoder, precision=precision)
            for precision in ("float32", "int8")
        }


@pytest.fixture(scope="module")
def docs():
    nlp = spacy.blank("bg")
    texts = [*real_texts()[:12], "", " ".join(real_texts()[12:40])]
    return [nlp.make_doc(text) for text in texts]


def rows_of(weights, tokenizer):
    """Give real text as sequences of several sizes, padded."""
    ids = tokenizer.backend_tokenizer.encode(" ".join(real_texts()[:40]), add_special_tokens=False)
    rows = np.full((len(SIZES), max(SIZES) + 2), weights.padding, dtype="i4")
    for number, size in enumerate(SIZES):
        row = [*weights.prefix, *ids.ids[number : number + size], *weights.suffix]
        rows[number, : len(row)] = row
    return rows, np.array(SIZES, dtype="i4") + 2


@pytest.mark.parametrize("precision, most, mean", [("float32", 1e-4, 1e-5), ("int8", 0.5, 0.05)])
def test_same_vectors_as_torch(encoder, shipped, precision, most, mean):
    weights = shipped[precision]
    assert weights.engine == "onnx" and weights.width == 32 and weights.n_positions == 256
    engine = Engine(EngineSettings(threads=1), weights)
    rows, lengths = rows_of(weights, encoder.tokenizer)
    together = engine.encode(rows, lengths)
    assert together.dtype == "f4" and together.shape == (*rows.shape, 32)
    for row, length, found in zip(rows, lengths, together, strict=True):
        alone = engine.encode(row[None, :length], np.array([length], dtype="i4"))[0]
        with torch.inference_mode():
            expected = encoder.model(torch.from_numpy(row[None, :length]).long())
        for vectors in (found[:length], alone):
            difference = np.abs(vectors - expected.last_hidden_state[0].numpy())
            assert difference.max() < most and difference.mean() < mean


def test_eight_bits_do_not_depend_on_the_batch(encoder, shipped):
    engine = Engine(EngineSettings(threads=1), shipped["int8"])
    rows, lengths = rows_of(shipped["int8"], encoder.tokenizer)
    together = engine.encode(rows, lengths)
    for row, length, found in zip(rows, lengths, together, strict=True):
        alone = engine.encode(row[None, :length], np.array([length], dtype="i4"))[0]
        np.testing.assert_allclose(found[:length], alone, atol=1e-3)


def test_files_are_small_and_name_no_place(shipped):
    whole, rounded = (shipped[name].files["model.onnx"] for name in ("float32", "int8"))
    assert len(rounded) < 0.5 * len(whole)
    for content in (whole, rounded):
        graph = onnx.load_from_string(content).graph
        assert all(not node.metadata_props and not node.doc_string for node in graph.node)
        assert b"site-packages" not in content and b".py" not in content


def test_most_weights_are_in_eight_bits(shipped):
    graph = onnx.load_from_string(shipped["int8"].files["model.onnx"]).graph
    sizes = {}
    for tensor in graph.initializer:
        sizes[tensor.data_type] = sizes.get(tensor.data_type, 0) + np.prod(tensor.dims or [1])
    assert sizes[onnx.TensorProto.INT8] > 4 * sizes[onnx.TensorProto.FLOAT]


def test_threads_copies_and_bytes(shipped, docs):
    settings = {"window": 64, "overlap": 16, "batch_pieces": 128}
    one, four = (
        set_weights(build_compact_encoder(threads=threads, **settings), shipped["float32"])
        for threads in (1, 4)
    )
    expected = one.predict(docs)
    assert get_engine(four)._session is None
    loaded = build_compact_encoder(threads=1, **settings).from_bytes(four.to_bytes())
    pickled = pickle.loads(pickle.dumps(get_engine(four)))
    assert pickled._session is None and pickled.weights == shipped["float32"]
    for model in (four, loaded, one.copy()):
        for a, b in zip(model.predict(docs), expected, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-5)
    assert get_engine(four)._pool is not None


def test_windows_of_long_texts_are_those_of_torch(encoder, shipped, docs):
    model = set_weights(build_compact_encoder(window=512), shipped["float32"])
    (vectors,) = model.predict(docs[-1:])
    assert vectors.shape == (len(docs[-1]), 32) and np.isfinite(vectors).all()
    assert np.abs(vectors).sum(axis=1).all()


def test_without_onnxruntime(shipped, monkeypatch):
    content = Engine(EngineSettings(), shipped["int8"]).to_bytes()
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ConcnerError, match=r'C331.*pip install "spacy-concner\[onnx\]"'):
        Engine(EngineSettings()).from_bytes(content)
    with pytest.raises(ConcnerError, match="C331"):
        Engine(EngineSettings(), shipped["int8"]).tokenizer  # noqa: B018


@pytest.mark.parametrize("settings", [{"device": "cuda"}, {"compute_type": "float16"}])
def test_settings_that_onnxruntime_does_not_have(shipped, settings):
    engine = Engine(EngineSettings(**settings), shipped["int8"])
    with pytest.raises(ConcnerError, match="C332"):
        engine.tokenizer  # noqa: B018


def test_damaged_models(shipped):
    weights = replace(shipped["int8"], files={"model.onnx": b"no model"})
    with pytest.raises(ConcnerError, match="C324"):
        Engine(EngineSettings(), weights).tokenizer  # noqa: B018


def test_large_weights_stand_beside_the_graph(encoder, shipped, monkeypatch):
    proto = onnx.load_from_string(shipped["float32"].files["model.onnx"])
    monkeypatch.setattr(onnx_conversion, "MOST_BYTES", 1000)
    files = onnx_conversion.to_files(proto)
    assert set(files) == {onnx_session.MODEL_FILE, onnx_session.DATA_FILE}
    weights = replace(shipped["float32"], files=files)
    rows, lengths = rows_of(weights, encoder.tokenizer)
    found, expected = (
        Engine(EngineSettings(threads=1), each).encode(rows, lengths)
        for each in (weights, shipped["float32"])
    )
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_rounding():
    weights = np.array([[0.9, -2.0, 0.5], [0, 0, 0]], dtype="f4")
    rounded, scales = round_rows(weights, 63)
    assert rounded.tolist() == [[28, -63, 16], [0, 0, 0]]
    np.testing.assert_allclose(rounded * scales, weights, atol=0.5 * 2 / 63)


def test_what_the_conversion_needs(encoder, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        onnx_conversion, "find_spec", lambda name: None if name == "onnxscript" else find(name)
    )
    with pytest.raises(ConcnerError, match=r"C333.*: onnxscript\..*spacy-concner\[ship\]"):
        make_compact_weights(encoder)


def test_precisions_and_engines_that_cannot_be(encoder):
    with pytest.raises(ConcnerError, match="C334.*float16"):
        make_compact_weights(encoder, precision="float16")
    with pytest.raises(ConcnerError, match="C320.*--engine onnx"):
        make_compact_weights(encoder, engine="ctranslate2")


def test_models_that_torch_cannot_export(capfd):
    class Odd(torch.nn.Module):
        def forward(self, input_ids, attention_mask, return_dict):
            # What is computed depends on the data.
            return (input_ids.float() if input_ids.sum() > 3 else attention_mask,)

    with pytest.raises(
        ConcnerError, match="C335.*Odd.*: Could not guard on data-dependent"
    ) as told:
        onnx_conversion.export_model(Odd())
    assert "\n" not in str(told.value)
    assert capfd.readouterr() == ("", "")


def test_vectors_are_compared_before_shipping(encoder, shipped, monkeypatch):
    proto = onnx.load_from_string(shipped["float32"].files["model.onnx"])
    for tensor in proto.graph.initializer:
        if tensor.name.endswith("norm.bias") or tensor.name.endswith("LayerNorm.bias"):
            values = onnx.numpy_helper.to_array(tensor) + 0.1
            tensor.CopyFrom(onnx.numpy_helper.from_array(values, tensor.name))
        elif tensor.name.endswith("final_norm.weight"):
            values = onnx.numpy_helper.to_array(tensor) * 2
            tensor.CopyFrom(onnx.numpy_helper.from_array(values, tensor.name))
    monkeypatch.setattr(onnx_conversion, "export_model", lambda model: proto)
    with pytest.raises(ConcnerError, match="C325"):
        make_compact_weights(encoder)


def test_weights_of_a_later_release(shipped):
    fields = srsly.msgpack_loads(Engine(EngineSettings(), shipped["int8"]).to_bytes())
    with pytest.raises(ConcnerError, match="C330.*'later'.*ctranslate2, onnx"):
        Engine(EngineSettings()).from_bytes(srsly.msgpack_dumps({**fields, "engine": "later"}))


def test_both_engines_agree():
    from tests.encoding.compact.test_conversion import make_encoder

    encoder = make_encoder("Bert")
    pair = [make_compact_weights(encoder, precision="float32", engine=e) for e in ("auto", "onnx")]
    assert [weights.engine for weights in pair] == ["ctranslate2", "onnx"]
    assert pair[0].n_positions == pair[1].n_positions
    rows = np.array([[0, 5, 6, 7, 2], [0, 8, 2, 1, 1]], dtype="i4")
    lengths = np.array([5, 3], dtype="i4")
    first, second = (Engine(EngineSettings(threads=1), each).encode(rows, lengths) for each in pair)
    np.testing.assert_allclose(first[0], second[0], atol=1e-4)
    np.testing.assert_allclose(first[1, :3], second[1, :3], atol=1e-4)
    assert conversion.choose_engine(encoder.model, "onnx") == "onnx"
