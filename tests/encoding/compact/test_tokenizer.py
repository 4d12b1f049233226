"""Text with halves of characters."""

import pickle

import spacy

from spacy_concner.encoding.compact.tokenizer import make_tokenizer, readable, replacing

TEXT = "don't stop in Sofia\ud83d, \udc00 (A.B.) www.example.com"


def test_lone_surrogates_are_replaced():
    assert readable("a\ud83d b\udc00") == "a\ufffd b\ufffd"
    assert readable("Мария 👩") == "Мария 👩"
    assert readable("Anna") == "Anna"


def test_tokens_are_those_of_spacy():
    nlp = spacy.blank("en")
    nlp.tokenizer.add_special_case("Sofia", [{"ORTH": "So"}, {"ORTH": "fia"}])
    expected = [token.text for token in nlp(readable(TEXT))]
    for tokenizer in (
        replacing(nlp.tokenizer),
        pickle.loads(pickle.dumps(replacing(nlp.tokenizer))),
    ):
        assert [token.text for token in tokenizer(TEXT)] == expected
    assert "www.example.com" in expected and "fia" in expected


def test_from_a_config():
    config = {"nlp": {"tokenizer": {"@tokenizers": "spacy-concner.ReplacingTokenizer.v1"}}}
    nlp = spacy.blank("en", config=config)

    assert nlp(TEXT).text == readable(TEXT)
    assert type(make_tokenizer(nlp)) is type(nlp.tokenizer)
