"""Training in bfloat16: float32 goes in and comes out, and the model learns as well."""

import pickle

import numpy as np
import pytest
import spacy
import torch

from spacy_concner.training import bfloat16, start
from spacy_concner.training.bfloat16 import Bfloat16Forward, has_bfloat16, use_bfloat16
from spacy_concner.training.layers import encoders
from tests.training.test_start import callback, changed, make_nlp, update, weights


def vectors_of(nlp, text="Anna Berg lives in Sofia ."):
    doc = nlp.get_pipe("transformer")(nlp.make_doc(text))
    return doc._.trf_data.model_output.last_hidden_state


def test_vectors_are_float32_and_nearly_the_same(encoder_folder, sentences):
    nlp = make_nlp(sentences, encoder_folder)
    before = vectors_of(nlp)
    assert use_bfloat16(nlp) == 1
    after = vectors_of(nlp)
    assert after.dtype == np.float32
    assert 0 < np.abs(after - before).max() < 0.1


def test_tuples_and_all_their_parts_are_float32(encoder_folder, sentences):
    (encoder,) = encoders(make_nlp(sentences, encoder_folder))
    forward = Bfloat16Forward(encoder)
    ids = torch.tensor([[1, 2, 3]])
    for settings in ({"return_dict": False}, {"return_dict": True}):
        output = forward(ids, output_hidden_states=True, **settings)
        hidden = output[-1] if isinstance(output, tuple) else output.hidden_states
        assert len(hidden) == encoder.config.num_hidden_layers + 1
        assert {part.dtype for part in (output[0], *hidden)} == {torch.float32}


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
    assert all("forward" not in vars(encoder) for encoder in encoders(loaded))
    assert not changed(weights(loaded, "transformer"), after)
    for doc in sentences:
        text = doc.text
        assert [e.text for e in nlp(text).ents] == [e.text for e in loaded(text).ents]
    assert [e.text for e in loaded("Anna Berg lives in Sofia .").ents] == ["Anna Berg", "Sofia"]


def test_pickles_and_copies(encoder_folder, sentences):
    nlp = make_nlp(sentences, encoder_folder)
    use_bfloat16(nlp)
    (encoder,) = encoders(nlp)
    again = pickle.loads(pickle.dumps(encoder))
    assert again.forward.encoder is again
    ids = torch.tensor([[1, 2, 3]])
    encoder.eval()
    again.eval()
    assert torch.equal(encoder(ids)[0], again(ids)[0])


@pytest.mark.parametrize(
    ("setting", "is_able", "expected"),
    [(False, True, 0), ("auto", False, 0), ("auto", True, 1), (True, False, 1)],
)
def test_auto_asks_the_cpu(monkeypatch, encoder_folder, sentences, setting, is_able, expected):
    monkeypatch.setattr(start, "has_bfloat16", lambda: is_able)
    nlp = make_nlp(sentences, encoder_folder)
    callback(bfloat16=setting)(nlp)
    assert sum("forward" in vars(encoder) for encoder in encoders(nlp)) == expected


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
