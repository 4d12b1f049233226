import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spacy_concner.arrays import log_softmax, softmax, unit_vectors

ROWS = st.lists(st.lists(st.floats(-30, 30), min_size=3, max_size=3), max_size=5).map(
    lambda rows: np.array(rows, dtype="f8").reshape(-1, 3)
)


@given(ROWS)
def test_softmax_sums_to_one_and_keeps_ratios(scores):
    found = softmax(scores)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    np.testing.assert_allclose(found[:, 0] / found[:, 1], np.exp(scores[:, 0] - scores[:, 1]))
    np.testing.assert_allclose(np.log(found), log_softmax(scores), atol=1e-9)
    assert softmax(scores.astype("f4")).dtype == np.float32


def test_great_scores_stay_finite():
    np.testing.assert_allclose(softmax(np.array([[1e5, 0.0]])), [[1, 0]])
    np.testing.assert_allclose(log_softmax(np.array([[1e5, 0.0]])), [[0, -1e5]])


@given(ROWS)
def test_unit_vectors_have_length_one_or_none(vectors):
    lengths = np.linalg.norm(vectors, axis=1)
    found = np.linalg.norm(unit_vectors(vectors), axis=1)
    np.testing.assert_allclose(found, np.where(lengths > 1e-6, 1, lengths / 1e-6), atol=1e-12)
    assert unit_vectors(vectors.astype("f4")).dtype == np.float32
