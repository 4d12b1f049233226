"""Dirty words for training: tokens, labels and probabilities stay."""

import random

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_concner.corpora.reader import create_corpus
from spacy_concner.corpora.soft_labels import get_soft_labels, set_soft_labels
from spacy_concner.errors import ConcnerError
from spacy_concner.perturbations.noise import change_case, create_noisy_words, mistype
from tests.sentences import make_bitexts, make_sentences, write_corpus

NONE = {"lower": 0.0, "upper": 0.0, "title": 0.0, "diacritics": 0.0, "typos": 0.0}


def soft_docs():
    docs = [*make_sentences(), *make_bitexts()]
    for doc in docs:
        rows = np.array([[0.5, 0.25, 0.25], [1.0, 0.0, 0.0]])
        set_soft_labels(doc, ["O", "B-LOC", "I-LOC"], rows[np.arange(len(doc)) % 2])
    return docs


def read(path, **shares):
    augmenter = create_noisy_words(**{**NONE, **shares})
    return list(create_corpus(path, augmenter=augmenter)(spacy.blank("xx")))


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_corpus(soft_docs(), tmp_path_factory.mktemp("noise") / "soft.spacy")


def test_a_student_reads_dirty_words_with_the_probabilities_of_clean_ones(path):
    random.seed(0)
    for example, clean in zip(read(path, upper=1.0, typos=1.0), soft_docs(), strict=True):
        assert len(example.predicted) == len(example.reference) == len(clean)
        assert example.predicted.text == example.reference.text != clean.text
        assert example.predicted.text.upper() == example.predicted.text
        found, given = get_soft_labels(example.reference), get_soft_labels(clean)
        assert found is not None and given is not None
        assert (found.probabilities == given.probabilities).all()
        assert ("segments" in example.predicted.spans) == ("segments" in clean.spans)


def test_shares_of_sentences(path):
    clean = [doc.text for doc in soft_docs()]
    assert [example.predicted.text for example in read(path)] == clean
    random.seed(0)
    found = [e.predicted.text for _ in range(20) for e in read(path, lower=0.5, upper=0.5)]
    n_lower = sum(text == text.lower() for text in found)
    assert n_lower + sum(text == text.upper() for text in found) == len(found)
    assert 0.3 < n_lower / len(found) < 0.7


def test_the_same_seed_gives_the_same_text(path):
    texts = []
    for _ in range(2):
        random.seed(3)
        texts.append([example.predicted.text for example in read(path, typos=1.0, typo_rate=0.5)])
    assert texts[0] == texts[1]


@given(st.text(min_size=1, max_size=8), st.floats(0, 1))
@settings(max_examples=50)
def test_a_word_stays_one(word, rate):
    assert mistype(word, rate, ["a"])
    assert mistype(word, 0.0, []) == word
    for case in ("lower", "upper", "title"):
        assert change_case(word, case)


def test_shares_that_cannot_be_are_told():
    with pytest.raises(ConcnerError, match="C704.*typos"):
        create_noisy_words(typos=1.5)
    with pytest.raises(ConcnerError, match="C707.*0.6, 0.5"):
        create_noisy_words(lower=0.6, upper=0.5)
