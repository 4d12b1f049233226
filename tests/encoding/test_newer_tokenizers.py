"""Vocabularies of the makes of Gemma, mmBERT, ModernBERT and EuroBERT are cut as others are."""

import json

import numpy
import pytest
import torch
from tokenizers import Tokenizer

from spacy_concner.encoding.kept_pieces import cut_settings, select_pieces
from spacy_concner.encoding.loading import Encoder
from spacy_concner.encoding.vocabulary import cut_vocabulary
from tests.encoding.modern_encoders import MAKES, make_model, make_tokenizer, real_texts

UNSEEN = ["漢字 🙂 Œuvre", "qwxyz\tзщъ\n\n  9876543210", "<mask> <s>", "    a   b"]


@pytest.fixture(scope="module", params=MAKES)
def tokenizer(request):
    return make_tokenizer(request.param)


def cut(tokenizer, texts, keep_top=0):
    content = json.loads(tokenizer.backend_tokenizer.to_str())
    used = {id_ for text in texts for id_ in tokenizer.backend_tokenizer.encode(text).ids}
    kept = select_pieces(content, used, keep_top)
    return kept, cut_settings(content, kept)


def test_real_text_is_cut_into_the_same_pieces(tokenizer):
    texts = real_texts()[::9]
    kept, settings = cut(tokenizer, texts)
    backend = Tokenizer.from_str(json.dumps(settings))
    assert len(kept) < 0.8 * len(tokenizer)
    for text in texts:
        before, after = tokenizer.backend_tokenizer.encode(text), backend.encode(text)
        assert after.tokens == before.tokens and after.offsets == before.offsets
        assert [kept[id_] for id_ in after.ids] == before.ids


def test_what_is_not_kept_is_spelled(tokenizer):
    _, settings = cut(tokenizer, real_texts()[:3])
    backend = Tokenizer.from_str(json.dumps(settings))
    for text in [*real_texts()[::20], *UNSEEN]:
        tokens = backend.encode(text).tokens
        assert "<unk>" not in tokens
        decoded = tokenizer.decode(tokenizer.backend_tokenizer.encode(text).ids)
        assert backend.decode(backend.encode(text).ids, skip_special_tokens=False) == decoded


def test_bytes_and_special_pieces_stay(tokenizer):
    _, settings = cut(tokenizer, ["a"])
    pieces = settings["model"]["vocab"].keys()
    whole = json.loads(tokenizer.backend_tokenizer.to_str())
    if settings["model"]["byte_fallback"]:
        assert {f"<0x{number:02X}>" for number in range(256)} <= pieces
    else:
        assert sum(len(piece) == 1 for piece in pieces) >= 256
    contents = [token["content"] for token in settings["added_tokens"]]
    assert contents == [token["content"] for token in whole["added_tokens"]]


def test_merges_make_pieces_that_are_there(tokenizer):
    _, settings = cut(tokenizer, real_texts()[:40])
    whole = json.loads(tokenizer.backend_tokenizer.to_str())["model"]["merges"]
    pieces, merges = settings["model"]["vocab"].keys(), settings["model"]["merges"]
    assert 0 < len(merges) < len(whole)
    assert all({left, right, left + right} <= pieces for left, right in merges)
    # In the order in which they are tried.
    order = {tuple(merge): number for number, merge in enumerate(whole)}
    numbers = [order[tuple(merge)] for merge in merges]
    assert numbers == sorted(numbers)
    # Every piece that is not whole from the start can be reached.
    made = {left + right for left, right in merges}
    added = {token["content"] for token in settings["added_tokens"]}
    rest = {piece for piece in pieces if len(piece) > 1 and not piece.startswith("<0x")}
    assert rest - added <= made


@pytest.mark.parametrize("kind", ["ModernBert", "DebertaV2"])
def test_vectors_stay(tokenizer, kind):
    model = make_model(kind, tokenizer)
    texts = list(real_texts()[:30])

    def vectors(model, tokenizer, text):
        ids = tokenizer(text, return_tensors="pt")["input_ids"]
        with torch.no_grad():
            return model(ids).last_hidden_state.numpy()

    expected = [vectors(model, tokenizer, text) for text in texts]
    found = cut_vocabulary(Encoder(model, tokenizer), texts)
    assert found.model.get_input_embeddings().num_embeddings == len(found.tokenizer)
    assert found.model.config.vocab_size == len(found.tokenizer) < len(tokenizer)
    assert found.model.config.pad_token_id == found.tokenizer.pad_token_id
    assert found.tokenizer.model_input_names == ["input_ids", "attention_mask"]
    for text, vector in zip(texts, expected, strict=True):
        numpy.testing.assert_allclose(
            vectors(found.model, found.tokenizer, text), vector, atol=1e-5
        )
