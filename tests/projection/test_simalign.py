import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spacy_concner.projection.pharaoh import parse_links
from spacy_concner.projection.simalign import (
    METHODS,
    add_distortion,
    cosine_similarity,
    itermax,
    mutual_argmax,
)

SIMILARITIES = st.tuples(st.integers(0, 6), st.integers(0, 6)).flatmap(
    lambda shape: arrays("f8", shape, elements=st.floats(-1, 1))
)


def test_cosines():
    source, target = np.array([[2.0, 0], [0, 0]]), np.array([[1.0, 0], [1, 1], [-3, 0]])
    expected = [[1, np.sqrt(0.5), -1], [0, 0, 0]]
    np.testing.assert_allclose(cosine_similarity(source, target), expected)


def test_argmax_links_words_that_choose_each_other():
    similarity = np.array([[0.9, 0.8, 0.1], [0.7, 0.6, 0.2], [0.1, 0.3, 0.5]])
    assert mutual_argmax(similarity) == [(0, 0), (2, 2)]


def test_itermax_links_what_was_left_in_a_second_round():
    similarity = np.array([[0.9, 0.6, 0.1], [0.7, 0.6, 0.2], [0.1, 0.3, 0.5]])
    # Words 1 and 1 are free; each is nearer to a word that is taken, but at a discount.
    assert itermax(similarity) == [(0, 0), (1, 1), (2, 2)]


def test_itermax_gives_a_word_a_second_link_where_it_is_much_nearer():
    similarity = np.array([[0.9, 0.85, 0.0], [0.0, -0.9, 0.8], [0.0, -0.9, 0.0]])
    assert (0, 1) in itermax(similarity)
    assert (0, 1) not in mutual_argmax(similarity)


@settings(deadline=None)
@given(SIMILARITIES)
def test_itermax_holds_all_links_of_argmax(similarity):
    few, more = mutual_argmax(similarity), itermax(similarity)
    assert set(few) <= set(more)
    for links in (few, more):
        assert links == sorted(set(links))
        assert all(i < similarity.shape[0] and j < similarity.shape[1] for i, j in links)


@pytest.mark.parametrize("method", METHODS.values())
def test_identical_sentences_are_aligned_word_by_word(method):
    vectors = np.random.RandomState(0).randn(7, 16)
    assert method(cosine_similarity(vectors, vectors)) == [(n, n) for n in range(7)]


def test_distortion_keeps_repeated_words_apart():
    vectors = np.eye(2)[[0, 1, 0]]
    similarity = add_distortion(cosine_similarity(vectors, vectors), 0.5)
    assert mutual_argmax(similarity) == [(0, 0), (1, 1), (2, 2)]
    np.testing.assert_allclose(add_distortion(np.zeros((1, 1)), 1), [[0.5]])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), unique=True).map(sorted))
def test_pharaoh_round_trip(links):
    written = " ".join(f"{source}-{target}" for source, target in links)
    assert parse_links(written, 10, 10) == links


@pytest.mark.parametrize("text", ["0", "0-", "a-b", "3-0", "0-2", "-1-0", "0-0-0"])
def test_links_that_are_none_are_told(text):
    with pytest.raises(ValueError, match=text):
        parse_links(f"0-0 {text}", 3, 2)


def test_possible_links_and_repeats():
    assert parse_links(" 1p1 0-0\t0-0\n", 2, 2) == [(0, 0), (1, 1)]
