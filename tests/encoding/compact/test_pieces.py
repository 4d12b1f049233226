"""Pieces to tokens, and sequences in batches."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spacy_concner.encoding.compact.pieces import align, make_batches, pad_lengths


def test_a_piece_belongs_to_each_token_it_shares_characters_with():
    # "ab cd" as tokens "a", "b", "cd"; the second piece begins with the space.
    offsets = np.array([[0, 2], [2, 4], [4, 4], [4, 5]])
    alignment = align(offsets, np.array([0, 1, 3]))
    assert alignment.pieces.tolist() == [0, 0, 1, 1, 3]
    assert alignment.lengths.tolist() == [1, 2, 2]


def test_pieces_of_one_character_stay_in_order_of_tokens():
    # Two bytes of a character that two tokens share.
    alignment = align(np.array([[0, 2], [0, 2]]), np.array([0, 1]))
    assert alignment.pieces.tolist() == [0, 1, 0, 1]
    assert alignment.lengths.tolist() == [2, 2]


def test_tokens_without_pieces():
    alignment = align(np.zeros((0, 2), dtype="i8"), np.array([0, 1]))
    assert alignment.lengths.tolist() == [0, 0]


@given(st.lists(st.integers(1, 50), max_size=60), st.integers(1, 200))
def test_batches_hold_every_sequence_once_within_bounds(lengths, most):
    batches = make_batches(np.array(lengths, dtype="i8"), most)
    order = [int(number) for batch in batches for number in batch]
    assert sorted(order) == list(range(len(lengths)))
    sizes = [lengths[number] for number in order]
    assert sizes == sorted(sizes, reverse=True)
    for batch in batches:
        assert len(batch) == 1 or len(batch) * lengths[batch[0]] <= most
        assert len({lengths[number] for number in batch}) == 1


@given(st.integers(1, 600), st.integers(1, 512))
def test_what_a_sequence_is_padded_to(length, most):
    (padded,) = pad_lengths(np.array([length]), most)
    assert length <= padded <= max(length, min(most, length + 7))
    assert padded % 8 == 0 or padded in (length, most)
