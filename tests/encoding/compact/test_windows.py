"""Pieces to tokens, windows and batches."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spacy_concner.encoding.compact.windows import align, cut_windows, make_batches


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


@given(
    sizes=st.lists(st.integers(0, 300), min_size=1, max_size=4),
    most=st.integers(4, 60),
    share=st.floats(0, 0.5),
    step=st.integers(1, 80),
)
def test_windows_tile_all_pieces(sizes, most, share, step):
    overlap = int(most * share)
    is_start = np.arange(sum(sizes)) % step == 0
    windows = cut_windows(sizes, is_start, most, overlap)
    seen = np.concatenate(
        [np.arange(a, b) for a, b in zip(windows.kept_starts, windows.kept_ends, strict=True)]
        or [np.zeros(0)]
    )
    assert seen.tolist() == list(range(sum(sizes)))
    assert (windows.starts <= windows.kept_starts).all()
    assert (windows.kept_ends <= windows.ends).all()
    assert (windows.ends - windows.starts <= most).all()
    firsts = np.cumsum(sizes) - sizes
    text_of = np.searchsorted(firsts, [windows.starts, windows.ends - 1], side="right")
    assert (text_of[0] == text_of[1]).all()
    inner = {int(start) for start in windows.kept_starts} - {int(first) for first in firsts}
    if step <= overlap // 2:
        assert all(is_start[start] for start in inner)


def test_pieces_are_taken_where_they_have_context_on_both_sides():
    windows = cut_windows([100], np.ones(100, dtype=bool), 40, 20)
    inner = zip(windows.starts[1:], windows.kept_starts[1:], strict=True)
    assert all(kept - start >= 10 for start, kept in inner)


@given(st.lists(st.integers(1, 50), max_size=60), st.integers(1, 200))
def test_batches_hold_every_sequence_once_within_bounds(lengths, most):
    batches = make_batches(np.array(lengths, dtype="i8"), most)
    order = [int(number) for batch in batches for number in batch]
    assert sorted(order) == list(range(len(lengths)))
    sizes = [lengths[number] for number in order]
    assert sizes == sorted(sizes, reverse=True)
    for batch in batches:
        assert len(batch) == 1 or len(batch) * lengths[batch[0]] <= most
