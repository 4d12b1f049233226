"""What teachers left in a Doc, in the order of the component's labels and tokens."""

from collections.abc import Sequence

import numpy as np
from spacy.tokens import Doc

from ..corpora.soft_labels import get_soft_labels
from ..errors import ConcnerError, Errors

# What float16 may take from or add to a sum of many probabilities.
SUM_TOLERANCE = 0.02


def aligned_soft_labels(
    reference: Doc, predicted: Doc, labels: Sequence[str], name: str
) -> np.ndarray | None:
    """Give the soft labels of a Doc with columns in the order of the component's labels.

    reference (Doc): The Doc that may carry soft labels.
    predicted (Doc): The Doc to train on: its tokens must be the same.
    labels (Sequence[str]): BIO tags of the component.
    name (str): Name of the component, for messages.
    RETURNS (ndarray | None): `(n_tokens, n_labels)` float32 probabilities, or None.
    RAISES (ConcnerError): C003 if the labels differ, C004 if the tokens do, C005 if a
        row is no distribution, C141 if there is not one column a label.
    """
    soft = get_soft_labels(reference)
    if soft is None:
        return None
    text = reference.text[:80]
    if set(soft.labels) != set(labels):
        raise ConcnerError(
            Errors.C003.format(found=soft.labels, name=name, expected=list(labels), text=text)
        )
    same_words = np.array_equal(reference.to_array("ORTH"), predicted.to_array("ORTH"))
    if not same_words or len(soft.probabilities) != len(predicted):
        raise ConcnerError(
            Errors.C004.format(
                rows=len(soft.probabilities),
                reference=len(reference),
                predicted=len(predicted),
                text=text,
            )
        )
    if soft.probabilities.shape[1:] != (len(soft.labels),):
        raise ConcnerError(
            Errors.C141.format(
                shape=soft.probabilities.shape,
                n_tokens=len(predicted),
                labels=soft.labels,
                text=text,
            )
        )
    columns = [soft.labels.index(label) for label in labels]
    probabilities = np.asarray(soft.probabilities, dtype="f4")[:, columns]
    sums = probabilities.sum(axis=1, keepdims=True)
    # float16 storage loses the last digits of the sum; a token without label has zeros.
    is_one_or_zero = (abs(sums - 1) < SUM_TOLERANCE) | (sums == 0)
    is_sound = is_one_or_zero[:, 0] & (probabilities >= 0).all(axis=1)
    if not is_sound.all():
        i = int(is_sound.argmin())
        found = [round(float(value), 3) for value in probabilities[i]]
        raise ConcnerError(Errors.C005.format(token=reference[i].text, found=found, text=text))
    return probabilities / sums.clip(min=1e-6)


def aligned_vectors(reference: Doc, predicted: Doc) -> np.ndarray | None:
    """Give the evaluator's vectors of a Doc with soft labels whose tokens were found to fit.

    reference (Doc): The Doc that may carry vectors.
    predicted (Doc): The Doc to train on.
    RETURNS (ndarray | None): `(n_tokens, width)` float32 vectors of length one, or None.
    RAISES (ConcnerError): C045 if the vectors do not fit the tokens or are no numbers.
    """
    soft = get_soft_labels(reference)
    if soft is None or soft.vectors is None:
        return None
    vectors = np.asarray(soft.vectors, dtype="f4")
    if vectors.ndim != 2 or len(vectors) != len(predicted) or not np.isfinite(vectors).all():
        raise ConcnerError(
            Errors.C045.format(
                shape=vectors.shape, n_tokens=len(predicted), text=reference.text[:80]
            )
        )
    return vectors
