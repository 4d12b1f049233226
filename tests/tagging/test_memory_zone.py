"""Memory zones: what is read in them is right, and memory stays however many words come."""

import gc
import pickle
from threading import Barrier, Thread

import numpy as np
import pytest
import spacy

from spacy_concner.errors import ConcnerError
from spacy_concner.tagging import memory_zone
from spacy_concner.tagging.memory_zone import changed_words, rebuild_index
from tests.sentences import as_example

TEXTS = ["Anna Berg lives in Sofia .", "", " \n", "Paul Novak met Anna 👩 東京 שלום", "Anna Berg"]
PLACES = 2048


def read(nlp, texts=TEXTS) -> list:
    """Give what is taken out of Docs: entities of `doc.ents` and of the group of spans."""
    return [
        (
            doc.text,
            [(e.text, e.label_, e.start_char, e.end_char, e._.concner_score) for e in doc.ents],
            [(span.text, span.label_) for span in doc.spans["concner"]],
            doc.spans["concner"].attrs["scores"].tolist(),
        )
        for doc in nlp.pipe(texts)
    ]


def read_in_zone(nlp, texts=TEXTS) -> list:
    with nlp.memory_zone():
        return read(nlp, texts)


def read_unique_words(nlp, number: int) -> None:
    """Read 200 texts of words that come once, in a zone."""
    read_in_zone(nlp, [f"Word{number}x{i} ist{number}x{i} Ånna{number}x{i}" for i in range(200)])


def places(nlp) -> int:
    return nlp.vocab.strings._map.capacity


@pytest.fixture
def small_index(monkeypatch):
    monkeypatch.setattr(memory_zone, "MOST_PLACES", PLACES)
    monkeypatch.setattr(memory_zone, "MOST_PLACES_A_STRING", 0)


def test_the_same_within_a_zone_and_after_it(trained):
    expected = read(trained)
    assert [entity[1] for entity in expected[0][1]] == ["PER", "LOC"]
    zones = [read_in_zone(trained, texts) for texts in (TEXTS, TEXTS[::-1], TEXTS)]
    # Other words take the place of those that are freed.
    read_unique_words(trained, 0)
    gc.collect()
    assert zones == [expected, expected[::-1], expected]
    assert read(trained) == read_in_zone(trained) == expected


def test_labels_that_the_vocabulary_did_not_have(trained_folder, trained):
    nlp = spacy.load(trained_folder, exclude=["vocab"])
    assert "PER" not in list(nlp.vocab.strings)
    expected = read(trained)
    before = len(nlp.vocab.strings)
    for _ in range(3):
        assert read_in_zone(nlp) == expected
        assert len(nlp.vocab.strings) == before
    assert read(nlp) == expected


def test_vectors_of_the_evaluator(sentences):
    nlp = spacy.blank("xx")
    nlp.add_pipe("concner_evaluator")
    nlp.initialize(lambda: map(as_example, sentences))
    expected = [doc.tensor for doc in nlp.pipe(TEXTS)]
    for number in range(2):
        with nlp.memory_zone():
            found = [doc.tensor for doc in nlp.pipe(TEXTS)]
            with pytest.raises(ConcnerError, match="C018.*concner_evaluator"), nlp.memory_zone():
                pass
        read_words = [f"word{number}x{i}" for i in range(50)]
        with nlp.memory_zone():
            list(nlp.pipe(read_words))
        for ours, theirs in zip(found, expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_the_index_stays_small(trained, small_index):
    expected = read(trained)
    strings = set(trained.vocab.strings)
    for number in range(40):
        read_unique_words(trained, number)
        assert places(trained) <= 4 * PLACES
        assert not trained.vocab.in_memory_zone
    assert set(trained.vocab.strings) == strings
    assert read_in_zone(trained) == read(trained) == expected


def test_the_index_is_left_alone_while_it_is_full(trained, monkeypatch):
    monkeypatch.setattr(memory_zone, "MOST_PLACES", 0)
    rebuilt: list = []
    monkeypatch.setattr(memory_zone, "rebuild_index", rebuilt.append)
    read_in_zone(trained)
    assert rebuilt == []


def test_docs_from_before_a_zone_stay_whole(trained, small_index):
    text = "Anna Berg unbekannt in Sofia"
    doc = trained(text)
    for number in range(10):
        read_unique_words(trained, number)
    assert doc.text == text and [token.lower_ for token in doc] == text.lower().split()
    assert [token.shape_ for token in doc] == [token.shape_ for token in trained(text)]
    assert [e.text for e in doc.ents] == [e.text for e in trained(text).ents]


def test_words_that_were_changed_by_hand_stay_so(trained, small_index):
    vocab = trained.vocab
    # A later table of norms is looked up once, not once more after each time.
    norm = vocab.lex_attr_getters[spacy.attrs.NORM]
    vocab["Anna"].is_stop = True
    vocab["Anna"].norm_ = "anne"
    vocab["Sofia"].prefix_ = "So"
    assert len(dict(changed_words(vocab))) == 2
    for number in range(10):
        read_unique_words(trained, number)
    assert places(trained) <= 4 * PLACES
    assert vocab["Anna"].is_stop and vocab["Anna"].norm_ == "anne"
    assert vocab["Anna"].is_alpha and vocab["Anna"].shape_ == "Xxxx"
    assert vocab["Sofia"].prefix_ == "So" and not vocab["Sofia"].is_stop
    assert not vocab["Berg"].is_stop and vocab["Berg"].norm_ == "berg"
    assert vocab.lex_attr_getters[spacy.attrs.NORM] is norm
    rebuild_index(vocab)
    assert len(dict(changed_words(vocab))) == 2


def test_an_error_ends_the_zone(trained, small_index):
    expected = read(trained)
    for number in range(10):
        with pytest.raises(ZeroDivisionError), trained.memory_zone():
            list(trained.pipe([f"Word{number}x{i} ist{number}x{i}" for i in range(300)]))
            raise ZeroDivisionError
    assert places(trained) <= 4 * PLACES
    assert read_in_zone(trained) == expected


def test_zones_in_zones(trained):
    with trained.memory_zone():
        with pytest.raises(ConcnerError, match="C018.*'concner'.*lock"), trained.memory_zone():
            pass
    expected = read(trained)
    with trained.memory_zone():
        copy = pickle.loads(pickle.dumps(trained))
        # Another pipeline has another vocabulary.
        assert read_in_zone(copy) == expected
    assert read_in_zone(trained) == expected


def test_zones_of_threads(trained):
    opened, told = Barrier(2), Barrier(2)
    found = []

    def open_another():
        opened.wait(30)
        try:
            with trained.memory_zone():
                found.append("opened")
        except ConcnerError as error:
            found.append(str(error))
        told.wait(30)

    thread = Thread(target=open_another)
    thread.start()
    with trained.memory_zone():
        opened.wait(30)
        told.wait(30)
    thread.join(30)
    assert len(found) == 1 and "C018" in found[0]
    assert read_in_zone(trained) == read(trained)
