"""What several teachers say of the same tokens, combined: arithmetic alone."""

import numpy as np


def combine_opinions(
    opinions: np.ndarray, weights: np.ndarray, knows: np.ndarray, outside: int
) -> np.ndarray:
    """Combine the probabilities of teachers, which may be silent or know different labels.

    The probability of an entity's label is the weighted mean over the teachers that know it and
    are not silent, and no entity has what is left. So every teacher is believed in what it knows:
    one that knows no places says nothing against one that finds a place. If all know the same
    labels, that is the weighted mean of their probabilities. Where teachers with different labels
    claim more than everything together, the claims are scaled down to one.

    opinions (ndarray): `(n_teachers, n_tokens, n_labels)` probabilities; a row of zeros is silence.
    weights (ndarray): `(n_teachers,)` weights, not negative; they sum to one.
    knows (ndarray): `(n_teachers, n_labels)` booleans: which labels each teacher knows.
    outside (int): The column of no entity.
    RETURNS (ndarray): `(n_tokens, n_labels)` float32, rows sum to one; a row of zeros where all
        are silent.
    """
    says: np.ndarray = np.any(opinions, axis=2)
    known = knows.astype("f4")
    mixed = np.zeros(opinions.shape[1:], dtype="f4")
    shares = np.zeros_like(mixed)
    for k, weight in enumerate(np.asarray(weights, dtype="f4")):
        mixed += weight * opinions[k].astype("f4") * known[k]
        shares += (weight * says[k])[:, None] * known[k]
    # Where all know all and speak, that is the mean. It must not change by rounding: half
    # precision, in which it is stored, makes more of that.
    parted = np.full(len(mixed), True) if not knows.all() else ~says.all(axis=0)
    claims, of = mixed[parted], shares[parted]
    claims = np.divide(claims, of, out=np.zeros_like(claims), where=of > 0)
    claims[:, outside] = 0
    claims /= claims.sum(axis=1, keepdims=True).clip(min=1)
    # Rounding must not make a probability negative.
    claims[:, outside] = (1 - claims.sum(axis=1)).clip(min=0)
    claims[of[:, outside] <= 0] = 0
    mixed[parted] = claims
    return mixed
