import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from spacy_concner.encoding.kept_pieces import (
    added_tokens,
    cut_settings,
    model_pieces,
    select_pieces,
)
from spacy_concner.errors import ConcnerError
from tests.encoding.tiny_encoders import KINDS, SENTENCES, make_tokenizer


@pytest.fixture(scope="module", params=KINDS)
def backend(request):
    backend = make_tokenizer(request.param).backend_tokenizer
    backend.no_truncation()
    return backend


def cut_to(backend, texts, keep_top=0):
    content = json.loads(backend.to_str())
    used = {id_ for text in texts for id_ in backend.encode(text).ids}
    kept = select_pieces(content, used, keep_top)
    return kept, Tokenizer.from_str(json.dumps(cut_settings(content, kept)))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=st.lists(st.sampled_from(" ".join(SENTENCES).split()), min_size=1, max_size=12))
def test_texts_are_cut_into_the_same_pieces(backend, words):
    texts = [" ".join(words), words[0] + words[-1], words[0].lower()]
    kept, cut = cut_to(backend, texts)
    for text in texts:
        before, after = backend.encode(text), cut.encode(text)
        assert after.tokens == before.tokens
        assert [kept[id_] for id_ in after.ids] == before.ids
        assert after.offsets == before.offsets


def test_unseen_words_are_still_spelled(backend):
    _, cut = cut_to(backend, ["Berlin"])
    unknown = cut.token_to_id("<unk>")
    assert unknown in cut.encode("漢").ids or len(cut.encode("漢").ids) > 3
    assert unknown not in cut.encode("Warlin").ids


def test_vocabulary_shrinks_and_ids_are_contiguous(backend):
    added = added_tokens(json.loads(backend.to_str()))
    texts = [f"Berlin {token} Berlin" for token in added.values()]
    kept, cut = cut_to(backend, texts)
    assert len(kept) == cut.get_vocab_size() < backend.get_vocab_size()
    assert sorted(cut.get_vocab().values()) == list(range(len(kept)))
    assert [kept[cut.token_to_id(token)] for token in added.values()] == list(added)
    for text in texts:
        assert cut.encode(text).tokens == backend.encode(text).tokens


def test_further_pieces_come_in_the_order_of_the_vocabulary(backend):
    few, _ = cut_to(backend, ["Berlin"])
    more, _ = cut_to(backend, ["Berlin"], keep_top=5)
    everything, cut = cut_to(backend, ["Berlin"], keep_top=10**6)
    left_out = [id_ for id_ in sorted(model_pieces(json.loads(backend.to_str()))) if id_ not in few]
    assert set(left_out[:5]) <= set(more)
    assert len(more) >= len(few) + 5
    assert everything == list(range(backend.get_vocab_size()))
    assert cut.get_vocab() == backend.get_vocab()


def test_merges_written_as_strings_are_read():
    content = {
        "added_tokens": [],
        "post_processor": None,
        "model": {
            "type": "BPE",
            "vocab": {"a": 0, "b": 1, "ab": 2, "abab": 3, "ba": 4},
            "merges": ["a b", "b a", "ab ab"],
        },
    }
    kept = select_pieces(content, {3})
    assert kept == [0, 1, 2, 3]
    assert cut_settings(content, kept)["model"]["merges"] == ["a b", "ab ab"]


def test_byte_pieces_are_kept():
    content = {
        "added_tokens": [],
        "model": {
            "type": "Unigram",
            "unk_id": 0,
            "byte_fallback": True,
            "vocab": [["<unk>", 0.0], ["<0x41>", -1.0], ["abc", -2.0], ["rare", -9.0], ["d", -3.0]],
        },
    }
    assert select_pieces(content, set()) == [0, 1, 3, 4]


def test_other_tokenizers_are_refused():
    content = {"added_tokens": [], "model": {"type": "WordLevel", "vocab": {"a": 0}}}
    with pytest.raises(ConcnerError, match="C304.*WordLevel"):
        select_pieces(content, {0})
