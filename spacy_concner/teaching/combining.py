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
    weights (ndarray): `(n_teachers,)` weights, not negative.
    knows (ndarray): `(n_teachers, n_labels)` booleans: which labels each teacher knows.
    outside (int): The column of no entity.
    RETURNS (ndarray): `(n_tokens, n_labels)` float32, rows sum to one; a row of zeros where all
        are silent.
    """
    votes = opinions.any(axis=2) * np.asarray(weights, dtype="f4")[:, None]
    known = knows.astype("f4")
    totals = np.einsum("tn,tnl->nl", votes, opinions.astype("f4") * known[:, None])
    shares = np.einsum("tn,tl->nl", votes, known)
    mixed = np.divide(totals, shares, out=np.zeros_like(totals), where=shares > 0)
    mixed[:, outside] = 0
    mixed /= mixed.sum(axis=1, keepdims=True).clip(min=1)
    # Rounding must not make a probability negative.
    mixed[:, outside] = (1 - mixed.sum(axis=1)).clip(min=0)
    mixed[~votes.any(axis=0)] = 0
    return mixed
