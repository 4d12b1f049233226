import numpy as np
import pytest
import spacy

from spacy_concner.encoding.word_vectors import load_word_encoder
from spacy_concner.errors import ConcnerError
from tests.tiny_pipelines import transformer_model

WORDS = ["Anna", "Berg", "lives", "in", "Sofia", "."]


@pytest.fixture(scope="module")
def encoder(encoder_folder):
    return load_word_encoder(encoder_folder)


def test_a_vector_for_each_word(encoder):
    sentences = [WORDS, ["Anna"], [], ["", " "], ["München", "москва"]]
    vectors = encoder.encode(sentences, batch_size=2)
    assert [v.shape for v in vectors] == [(len(words), 32) for words in sentences]
    assert all(v.dtype == np.float32 for v in vectors)
    assert not vectors[3].any()
    assert np.abs(vectors[0]).sum(axis=1).all()


def test_batches_and_padding_change_nothing(encoder):
    together = encoder.encode([WORDS, WORDS[:2], WORDS[:4]], batch_size=3)
    alone = [encoder.encode([words])[0] for words in (WORDS, WORDS[:2], WORDS[:4])]
    for a, b in zip(together, alone, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_pieces_of_a_word_are_averaged(encoder):
    import torch

    pieces = encoder.tokenizer(" ".join(WORDS), return_offsets_mapping=True)
    with torch.inference_mode():
        ids = torch.tensor([pieces["input_ids"]])
        output = encoder.model(input_ids=ids, output_hidden_states=True)
    hidden = output.hidden_states[encoder.layer][0].numpy()
    ends = np.cumsum([len(word) + 1 for word in WORDS]) - 1
    words = [int(np.searchsorted(ends, end)) for _, end in pieces["offset_mapping"]]
    places = [n for n in range(1, len(words) - 1) if words[n] == 4]
    expected = hidden[places].mean(axis=0)
    np.testing.assert_allclose(encoder.encode([WORDS])[0][4], expected, atol=1e-5)


def test_long_sentences_go_in_windows(encoder):
    words = WORDS * 200
    (vectors,) = encoder.encode([words])
    assert len(vectors) == len(words)
    assert np.abs(vectors).sum(axis=1).all()


def test_layers(encoder_folder, encoder):
    assert encoder.layer == 1
    both = encoder.encode_layers([WORDS], [0, 2])[0]
    for layer, vectors in zip((0, 2), both, strict=True):
        (alone,) = load_word_encoder(encoder_folder, layer).encode([WORDS])
        np.testing.assert_allclose(alone, vectors, atol=1e-6)
    assert not np.allclose(*both)
    with pytest.raises(ConcnerError, match="C313.*no hidden layer 3"):
        load_word_encoder(encoder_folder, 3)


def test_encoder_of_a_pipeline(encoder_folder, encoder, tmp_path):
    nlp = spacy.blank("xx")
    nlp.add_pipe("transformer", config={"model": transformer_model(encoder_folder)})
    nlp.initialize()
    nlp.to_disk(tmp_path / "pipeline")
    found = load_word_encoder(tmp_path / "pipeline").encode([WORDS])[0]
    np.testing.assert_allclose(found, encoder.encode([WORDS])[0], atol=1e-5)


def test_what_is_no_encoder_is_told(tmp_path):
    with pytest.raises(ConcnerError, match="C301.*no such folder"):
        load_word_encoder(tmp_path / "nowhere")
    spacy.blank("xx").to_disk(tmp_path / "blank")
    with pytest.raises(ConcnerError, match="C301.*holds a transformer"):
        load_word_encoder(tmp_path / "blank")
