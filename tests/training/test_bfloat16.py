"""Training in bfloat16: float32 goes in and comes out, and the model learns as well."""

import os
import pickle

import numpy as np
import pytest
import spacy
import torch

from spacy_concner.encoding.loading import find_encoders
from spacy_concner.training import bfloat16, start
from spacy_concner.training.bfloat16 import Bfloat16Linear, has_bfloat16, use_bfloat16
from tests.training.test_start import callback, changed, make_nlp, update, weights


def vectors_of(nlp, text="Anna Berg lives in Sofia ."):
    doc = nlp.get_pipe("transformer")(nlp.make_doc(text))
    return doc._.trf_data.model_output.last_hidden_state


def test_vectors_are_float32_and_nearly_the_same(encoder_folder, sentences):
    nlp = make_nlp(sentences, encoder_folder)
    before = vectors_of(nlp)
    assert use_bfloat16(nlp) == len(layers_of(nlp)) > 6
    after = vectors_of(nlp)
    assert after.dtype == np.float32
    assert 0 < np.abs(after - before).max() < 0.1


def layers_of(nlp):
    return [
        part
        for encoder in find_encoders(nlp)
        for part in encoder.model.modules()
        if isinstance(part, torch.nn.Linear)
    ]


def test_gradients_are_nearly_those_of_float32():
    torch.manual_seed(0)
    layer = torch.nn.Linear(64, 32)
    vectors = torch.randn(8, 64, requires_grad=True)
    target = torch.randn(8, 32)
    found = []
    for forward in (layer, Bfloat16Linear(layer)):
        layer.zero_grad()
        vectors.grad = None
        output = forward(vectors)
        (output * target).sum().backward()
        found.append([output.detach(), vectors.grad, layer.weight.grad, layer.bias.grad])
        assert {part.dtype for part in found[-1]} == {torch.float32}
    for exact, rounded in zip(*found, strict=True):
        assert torch.nn.functional.cosine_similarity(exact.ravel(), rounded.ravel(), dim=0) > 0.999
    assert not torch.equal(found[0][0], found[1][0])


@pytest.mark.slow
def test_learns_and_stores_float32(encoder_folder, sentences, tmp_path):
    nlp = make_nlp(sentences, encoder_folder)
    callback(bfloat16=True)(nlp)
    before = weights(nlp, "transformer")
    update(nlp, sentences, steps=40)
    after = weights(nlp, "transformer")
    assert len(changed(before, after)) > 10
    assert {array.dtype for array in after.values() if array.dtype.kind == "f"} == {
        np.dtype("float32")
    }
    nlp.to_disk(tmp_path)
    loaded = spacy.load(tmp_path)
    assert all("forward" not in vars(layer) for layer in layers_of(loaded))
    assert not changed(weights(loaded, "transformer"), after)
    for doc in sentences:
        text = doc.text
        assert [e.text for e in nlp(text).ents] == [e.text for e in loaded(text).ents]
    assert [e.text for e in loaded("Anna Berg lives in Sofia .").ents] == ["Anna Berg", "Sofia"]


def test_pickles_and_copies(encoder_folder, sentences):
    nlp = make_nlp(sentences, encoder_folder)
    use_bfloat16(nlp)
    encoder = find_encoders(nlp)[0].model
    again = pickle.loads(pickle.dumps(encoder))
    (layer, *_) = [part for part in again.modules() if isinstance(part, torch.nn.Linear)]
    assert layer.forward.layer is layer
    ids = torch.tensor([[1, 2, 3]])
    encoder.eval()
    again.eval()
    assert torch.equal(encoder(ids)[0], again(ids)[0])


@pytest.mark.parametrize(
    ("setting", "is_able", "expected"),
    [(False, True, False), ("auto", False, False), ("auto", True, True), (True, False, True)],
)
def test_auto_asks_the_cpu(monkeypatch, encoder_folder, sentences, setting, is_able, expected):
    monkeypatch.setattr(start, "has_bfloat16", lambda: is_able)
    nlp = make_nlp(sentences, encoder_folder)
    callback(bfloat16=setting)(nlp)
    assert {"forward" in vars(layer) for layer in layers_of(nlp)} == {expected}


def test_torch_keeps_few_shapes_unless_the_user_says_otherwise(monkeypatch):
    first, second = bfloat16.KEPT_SHAPES
    monkeypatch.setenv(first, "7")
    monkeypatch.delenv(second, raising=False)
    callback(bfloat16=False)
    assert second not in os.environ
    callback(bfloat16="auto")
    assert (os.environ[first], os.environ[second]) == ("7", bfloat16.N_KEPT)


def test_what_torch_tells_of_the_cpu(monkeypatch):
    assert has_bfloat16() in (True, False)
    for found, expected in (
        ({"amx_bf16": True}, True),
        ({"avx512_bf16": True, "amx_bf16": False}, True),
        ({"avx2": True}, False),
    ):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda found=found: found, raising=False)
        assert bfloat16.has_bfloat16() is expected
    monkeypatch.delattr(torch.cpu, "get_capabilities")
    assert not has_bfloat16()


def test_nothing_to_do_without_an_encoder(sentences):
    assert use_bfloat16(make_nlp(sentences)) == 0
