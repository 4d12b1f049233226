import numpy
import pytest
import torch
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab
from transformers import AutoModel, AutoTokenizer

from spacy_concner.corpora.segments import make_bitext
from spacy_concner.encoding.loading import Encoder
from spacy_concner.encoding.vocabulary import (
    CorpusTexts,
    check_tokenization,
    cut_vocabulary,
    plain_tokenizer,
)
from spacy_concner.errors import ConcnerError
from tests.encoding.tiny_encoders import KINDS, SENTENCES, write_corpus


def load(folder):
    model = AutoModel.from_pretrained(folder, add_pooling_layer=False).eval()
    return model, AutoTokenizer.from_pretrained(folder)


def vectors(model, tokenizer, text):
    ids = tokenizer(text, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        return model(ids).last_hidden_state.numpy()


@pytest.mark.parametrize("kind", KINDS)
def test_cut_encoder_gives_the_same_pieces_and_vectors(encoder_folders, kind, tmp_path):
    model, tokenizer = load(encoder_folders[kind])
    texts = CorpusTexts([write_corpus(tmp_path / "corpus.spacy", SENTENCES[:2])])
    expected = [vectors(model, tokenizer, text) for text in texts]
    n_before = model.get_input_embeddings().num_embeddings
    cut = cut_vocabulary(Encoder(model, tokenizer), texts).tokenizer
    model.save_pretrained(tmp_path / "cut")
    cut.save_pretrained(tmp_path / "cut")
    model, cut = load(tmp_path / "cut")
    for text, vector in zip(texts, expected, strict=True):
        assert cut.tokenize(text) == tokenizer.tokenize(text)
        numpy.testing.assert_allclose(vectors(model, cut, text), vector, atol=1e-5)
    masked = f"{SENTENCES[0]} <mask>"
    assert cut.tokenize(masked) == tokenizer.tokenize(masked)
    n_after = model.get_input_embeddings().num_embeddings
    assert n_after == len(cut) == model.config.vocab_size < n_before
    assert model.config.pad_token_id == cut.pad_token_id
    assert cut.special_tokens_map == tokenizer.special_tokens_map
    assert cut.model_max_length == tokenizer.model_max_length


def test_long_texts_count_whole(encoder_folders, tmp_path):
    # The tokenizer's own file says to truncate at 6 pieces.
    model, tokenizer = load(encoder_folders["Unigram"])
    text = " ".join(SENTENCES)
    cut = cut_vocabulary(Encoder(model, tokenizer), [text]).tokenizer
    assert cut.tokenize(text) == tokenizer.tokenize(text)
    assert len(cut.tokenize(text)) > 6


def test_texts_are_those_of_segments_and_windows(tmp_path):
    vocab = Vocab()
    sides = [Doc(vocab, words=["Good", "day"]), Doc(vocab, words=["Добър", "ден"])]
    long_doc = Doc(vocab, words=["word"] * 150)
    docs = [make_bitext(sides, ["en", "bg"], vocab), Doc(vocab), long_doc]
    (tmp_path / "inner").mkdir()
    DocBin(docs=docs, store_user_data=True).to_disk(tmp_path / "inner" / "a.spacy")
    (tmp_path / "notes.txt").write_text("not a corpus")
    texts = CorpusTexts([tmp_path])
    found = [text.strip() for text in texts]
    assert found[:2] == ["Good day", "Добър ден"]
    # 480 characters are 96 words of 4 and a space; windows overlap by a quarter.
    assert [len(text.split()) for text in found[2:]] == [150, 96, 78]
    assert [text.strip() for text in texts] == found


@pytest.mark.parametrize(
    "name, content, code",
    [
        ("absent.spacy", None, "C142"),
        ("empty", "folder", "C142"),
        ("a.txt", b"a", "C142"),
        ("b.spacy", b"x", "C143"),
    ],
)
def test_paths_without_a_corpus_are_refused(tmp_path, name, content, code):
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif content:
        path.write_bytes(content)
    with pytest.raises(ConcnerError, match=f"{code}.*{name}"):
        list(CorpusTexts([path]))


def test_corpora_without_text_are_refused(encoder_folders, tmp_path):
    model, tokenizer = load(encoder_folders["BPE"])
    DocBin(docs=[Doc(Vocab())]).to_disk(tmp_path / "empty.spacy")
    with pytest.raises(ConcnerError, match="C305.*no text"):
        cut_vocabulary(Encoder(model, tokenizer), CorpusTexts([tmp_path / "empty.spacy"]))


def test_changed_tokenisation_is_told(encoder_folders):
    _, tokenizer = load(encoder_folders["WordPiece"])
    other = load(encoder_folders["BPE"])[1]
    kept = list(range(len(other)))
    with pytest.raises(ConcnerError, match="C307.*Warsaw"):
        check_tokenization(plain_tokenizer(tokenizer), other, kept, SENTENCES[:1])


def test_changed_vectors_are_told(encoder_folders, monkeypatch):
    model, tokenizer = load(encoder_folders["WordPiece"])

    def wrong(model, tokenizer, kept):
        model.get_input_embeddings().weight.data += 1.0

    monkeypatch.setattr("spacy_concner.encoding.vocabulary.cut_embeddings", wrong)
    torch.manual_seed(0)
    with pytest.raises(ConcnerError, match="C308.*bert"):
        cut_vocabulary(Encoder(model, tokenizer), SENTENCES)


def test_word_embeddings_must_have_a_row_for_each_piece(encoder_folders):
    model, tokenizer = load(encoder_folders["WordPiece"])
    model.set_input_embeddings(torch.nn.Embedding(10, 16))
    with pytest.raises(ConcnerError, match="C304.*only 10 rows"):
        cut_vocabulary(Encoder(model, tokenizer), SENTENCES)
