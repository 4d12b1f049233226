"""Arithmetic on the rows of arrays that several rooms need (numpy alone)."""

import numpy as np

# A vector shorter than this is made no longer than one: its direction is noise.
MIN_LENGTH = 1e-6


def softmax(scores: np.ndarray) -> np.ndarray:
    """Turn scores into probabilities.

    scores (ndarray): `(n, n_columns)` floats.
    RETURNS (ndarray): `(n, n_columns)` of the same type, rows sum to one.
    """
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponents / exponents.sum(axis=1, keepdims=True)


def log_softmax(scores: np.ndarray) -> np.ndarray:
    """Turn scores into the logarithms of probabilities.

    scores (ndarray): `(n, n_columns)` floats.
    RETURNS (ndarray): `(n, n_columns)` float64.
    """
    # Column by column, for few columns: a loop over each row would take numpy four times longer.
    scores = np.asarray(scores, dtype="f8", order="F")
    scores = scores - scores.max(axis=-1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))


def unit_vectors(vectors: np.ndarray) -> np.ndarray:
    """Scale vectors to length one, for cosines.

    vectors (ndarray): `(n, width)` floats.
    RETURNS (ndarray): `(n, width)` of the same type; vectors of zeros stay so.
    """
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(min=MIN_LENGTH)
