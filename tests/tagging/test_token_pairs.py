import numpy as np
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from spacy_concner.tagging.gold_tags import MISSING
from spacy_concner.tagging.token_pairs import draw_pairs, pair_classes
from tests.sentences import as_example, labelled_doc

CLASSES = st.lists(st.integers(MISSING, 3), max_size=30).map(lambda c: np.array(c, dtype="i8"))


def all_pairs(classes: np.ndarray) -> dict[bool, set[frozenset]]:
    pairs: dict[bool, set[frozenset]] = {True: set(), False: set()}
    for a in range(len(classes)):
        for b in range(a):
            if MISSING not in (classes[a], classes[b]):
                pairs[bool(classes[a] == classes[b])].add(frozenset([a, b]))
    return pairs


@given(classes=CLASSES, max_pairs=st.integers(2, 200), seed=st.integers(0, 1000))
def test_draws_as_many_different_pairs_of_each_kind(classes, max_pairs, seed):
    expected = all_pairs(classes)
    found = draw_pairs(classes, max_pairs, seed)
    n = min(len(expected[True]), len(expected[False]), max_pairs // 2)
    assert len(found.first) == len(found.second) == len(found.same) == 2 * n
    for same in (True, False):
        rows = zip(found.first[found.same == same], found.second[found.same == same], strict=True)
        drawn = {frozenset([int(a), int(b)]) for a, b in rows}
        assert len(drawn) == n and drawn <= expected[same]


@given(classes=CLASSES, seed=st.integers(0, 1000))
def test_the_same_seed_draws_the_same(classes, seed):
    once, again = (draw_pairs(classes, 20, [seed, 3]) for _ in range(2))
    for rows, expected in zip(vars(once).values(), vars(again).values(), strict=True):
        np.testing.assert_array_equal(rows, expected)


def test_other_seeds_draw_others():
    classes = np.arange(100) % 4
    first = {tuple(draw_pairs(classes, 100, [0, step]).first) for step in range(5)}
    assert len(first) == 5


def test_each_class_has_its_share():
    classes = np.repeat([0, 1], [150, 50])
    found = draw_pairs(classes, 2000, 0)
    share = (classes[found.first[found.same]] == 0).mean()
    assert share == pytest.approx(150 * 149 / (150 * 149 + 50 * 49), abs=0.01)


def test_memory_does_not_grow_with_the_pairs():
    # All pairs of so many tokens would take gigabytes.
    found = draw_pairs(np.arange(200_000) % 7, 1000, 0)
    assert len(found.same) == 1000


@pytest.mark.parametrize("level, expected", [("tag", 4), ("type", 3)])
def test_classes_of_tokens(level, expected):
    vocab = spacy.blank("xx").vocab
    docs = [
        labelled_doc(vocab, ["Anna", "Berg", "\n", "sang"], ["B-PER", "I-PER", "O", "O"]),
        labelled_doc(vocab, [], []),
        labelled_doc(vocab, ["Sofia", "x", "y"], ["B-LOC", "-", "O"]),
    ]
    classes = pair_classes(map(as_example, docs), level)
    assert classes[2] == classes[5] == MISSING
    assert classes[3] == classes[6]
    assert len(set(classes) - {MISSING}) == expected
