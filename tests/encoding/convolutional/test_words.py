"""Vectors and features of words, however they are asked for."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest
import spacy

from spacy_concner.encoding.convolutional import words as module
from spacy_concner.encoding.convolutional.words import Words, WordSettings
from spacy_concner.errors import ConcnerError
from tests.encoding.convolutional.words import LETTERS, letter_table

TEXTS = ["Anna", "lives", "in", "Sofia", ".", "Ωmega", " ", "a" * 300]


@pytest.fixture
def vocab():
    return spacy.blank("xx").vocab


def hashes(vocab, texts):
    return [vocab[text].orth for text in texts]


def make(width=4):
    return Words(WordSettings((1, 2), (3,)), letter_table(width))


def arrays(words, vocab, texts):
    return words.look_up(hashes(vocab, texts), vocab).arrays


def test_a_word_is_the_mean_of_its_pieces_unless_it_is_common(vocab):
    table = letter_table()
    found = make().look_up(hashes(vocab, ["Anna", "Sofia"]), vocab)
    for row, word in enumerate(["Anna", "Sofia"]):
        pieces = [LETTERS.index(letter) + 1 for letter in word]
        expected = (table.pieces[pieces] * table.scales).mean(axis=0)
        np.testing.assert_allclose(found.of_pieces[row], expected, rtol=1e-5)
    np.testing.assert_array_equal(found.whole[0], found.of_pieces[0])
    np.testing.assert_allclose(found.whole[1], table.word_vectors[0] * table.scales, rtol=1e-6)


def test_features_are_shape_beginnings_and_end(vocab):
    given = ["Anna", "Hanna", "ANNA", "Anne"]
    anna, hanna, upper, anne = arrays(make(), vocab, given)[0].tolist()
    assert len(anna) == 4
    assert anna[0] == anne[0] == vocab["Anna"].shape and anna[0] != upper[0]
    # Beginnings of one and two letters, and the last three, without regard to case.
    assert anna[1:] == upper[1:]
    assert anna[1:3] == anne[1:3] and anna[3] != anne[3]
    assert anna[3] == hanna[3] and anna[1] != hanna[1]


def test_the_same_however_they_are_remembered(vocab, monkeypatch):
    expected = arrays(make(), vocab, TEXTS)
    assert all(np.isfinite(array).all() for array in expected)
    assert [array.dtype for array in expected] == ["u8", "f4", "f4"]
    monkeypatch.setattr(module, "MOST_WORDS", 3)
    words = make()
    for _ in range(2):
        for first in range(0, len(TEXTS), 2):
            some = slice(first, first + 2)
            for found, whole in zip(arrays(words, vocab, TEXTS[some]), expected, strict=True):
                np.testing.assert_array_equal(found, whole[some])
            assert len(words._numbers) <= 3
    for pair in zip(arrays(words, vocab, TEXTS), expected, strict=True):
        np.testing.assert_array_equal(*pair)


@pytest.mark.parametrize(
    "again",
    [
        copy.deepcopy,
        lambda words: words.copy(),
        lambda words: pickle.loads(pickle.dumps(words)),
        lambda words: Words(words.settings).from_bytes(words.to_bytes()),
    ],
)
def test_copies_pickles_and_bytes(vocab, again):
    words = make()
    expected = arrays(words, vocab, TEXTS)
    for pair in zip(arrays(again(words), vocab, TEXTS), expected, strict=True):
        np.testing.assert_array_equal(*pair)


def test_no_table_and_what_is_none(vocab):
    words = Words(WordSettings((1,), (3,)))
    with pytest.raises(ConcnerError, match="C327.*spacy concner small"):
        words.look_up(hashes(vocab, ["Anna"]), vocab)
    assert Words(words.settings).from_bytes(words.to_bytes())._model is None
    with pytest.raises(ConcnerError, match="C326"):
        words.from_bytes(b"\xc1")
    words.set_table(replace(letter_table(), tokenizer="{}"))
    with pytest.raises(ConcnerError, match=r"C326.*tokenizer"):
        words.look_up(hashes(vocab, ["Anna"]), vocab)
