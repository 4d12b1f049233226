import numpy as np
import pytest

from spacy_concner.teaching.combining import combine_opinions

# Columns: O, PER, LOC.
ALL = [True, True, True]
PEOPLE, PLACES = [True, True, False], [True, False, True]


def combine(opinions, weights, knows):
    """Combine what teachers say of one token."""
    rows = np.array(opinions, dtype="f4")[:, None]
    return combine_opinions(rows, np.array(weights), np.array(knows), 0)[0]


@pytest.mark.parametrize("weights", [[0.5, 0.5], [0.75, 0.25], [1, 0]])
def test_teachers_of_the_same_labels_are_averaged(weights):
    generator = np.random.default_rng(0)
    rows = generator.dirichlet(np.ones(3), size=(2, 5)).astype("f4")
    found = combine_opinions(rows, np.array(weights), np.array([ALL, ALL]), 0)
    np.testing.assert_allclose(found, np.tensordot(weights, rows, axes=1), atol=1e-6)


def test_the_mean_of_teachers_of_the_same_labels_is_not_rounded_twice():
    generator = np.random.default_rng(3)
    rows = generator.dirichlet(np.ones(3), size=(3, 1000)).astype("f2")
    weights = np.full(3, 1 / 3, dtype="f4")
    mean = np.zeros((1000, 3), dtype="f4")
    for part in rows:
        mean += weights[0] * part.astype("f4")
    np.testing.assert_array_equal(combine_opinions(rows, weights, np.array([ALL] * 3), 0), mean)


def test_one_that_is_silent_takes_no_part():
    said = [0.2, 0.7, 0.1]
    np.testing.assert_allclose(combine([said, [0, 0, 0]], [0.1, 0.9], [ALL, ALL]), said, atol=1e-6)
    found = combine([said, [0, 0, 0], [0.8, 0.1, 0.1]], [0.2, 0.6, 0.2], [ALL] * 3)
    np.testing.assert_allclose(found, [0.5, 0.4, 0.1], atol=1e-6)


@pytest.mark.parametrize("weights", [[0.5, 0.5], [0, 1]])
def test_where_no_one_says_anything_there_is_nothing(weights):
    first = [0, 0, 0] if weights[0] else [0, 1, 0]
    assert not combine([first, [0, 0, 0]], weights, [ALL, ALL]).any()


def test_each_is_believed_in_what_it_knows():
    # One knows people, the other places: neither is against what the other finds.
    found = combine([[0.05, 0.95, 0], [0.99, 0, 0.01]], [0.5, 0.5], [PEOPLE, PLACES])
    np.testing.assert_allclose(found, [0.04, 0.95, 0.01], atol=1e-6)


def test_claims_of_more_than_everything_are_scaled():
    found = combine([[0.1, 0.9, 0], [0.4, 0, 0.6]], [0.5, 0.5], [PEOPLE, PLACES])
    np.testing.assert_allclose(found, [0, 0.6, 0.4], atol=1e-6)


def test_one_of_fewer_labels_changes_those_alone():
    found = combine([[0.5, 0.2, 0.3], [0.2, 0.8, 0]], [0.5, 0.5], [ALL, PEOPLE])
    np.testing.assert_allclose(found, [0.2, 0.5, 0.3], atol=1e-6)


def test_any_mix_is_a_distribution():
    generator = np.random.default_rng(1)
    knows = generator.random((4, 6)) < 0.5
    knows[:, 0] = True
    rows = generator.dirichlet(np.ones(6) / 3, size=(4, 300)) * knows[:, None]
    rows /= rows.sum(axis=2, keepdims=True)
    rows[generator.random((4, 300)) < 0.3] = 0
    found = combine_opinions(rows.astype("f4"), generator.dirichlet(np.ones(4)), knows, 0)
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(axis=1), rows.any(axis=(0, 2)), atol=1e-5)
