"""Softly labelled Docs: teachers' probabilities in `doc.user_data["concner"]`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from spacy.tokens import Doc

from ..arrays import unit_vectors
from ..errors import ConcnerError, Errors

USER_DATA_KEY = "concner"


@dataclass(frozen=True)
class SoftLabels:
    """Teachers' opinion of a Doc.

    labels: BIO tags of the columns.
    probabilities: `(n_tokens, n_labels)` float16, rows sum to one; a row of zeros is a token
        without label.
    vectors: `(n_tokens, width)` float16 token vectors of a similarity evaluator, of length
        one; None without.
    """

    labels: list[str]
    probabilities: np.ndarray
    vectors: np.ndarray | None = None


def set_soft_labels(
    doc: Doc,
    labels: Sequence[str],
    probabilities: np.ndarray,
    vectors: np.ndarray | None = None,
) -> None:
    """Store soft labels in a Doc, where `.spacy` files with user data keep them.

    doc (Doc): The Doc, changed in place.
    labels (Sequence[str]): BIO tags of the columns.
    probabilities (ndarray): `(n_tokens, n_labels)` floats; stored as float16.
    vectors (ndarray): `(n_tokens, width)` token vectors of a similarity evaluator; stored as
        float16, scaled to length one.
    RAISES (ConcnerError): C141 if the shape fits neither Doc nor labels, or a probability
        is not a number, C144 the same for the vectors.
    """
    if probabilities.shape != (len(doc), len(labels)) or not np.isfinite(probabilities).all():
        raise ConcnerError(
            Errors.C141.format(
                shape=probabilities.shape, n_tokens=len(doc), labels=labels, text=doc.text[:80]
            )
        )
    stored = {"labels": list(labels), "probabilities": probabilities.astype("f2")}
    if vectors is not None:
        if vectors.ndim != 2 or len(vectors) != len(doc) or not np.isfinite(vectors).all():
            raise ConcnerError(
                Errors.C144.format(shape=vectors.shape, n_tokens=len(doc), text=doc.text[:80])
            )
        stored["vectors"] = unit_vectors(vectors.astype("f4")).astype("f2")
    doc.user_data[USER_DATA_KEY] = stored


def get_soft_labels(doc: Doc) -> SoftLabels | None:
    """Give the soft labels of a Doc, None if it has none.

    RAISES (ConcnerError): C145 if what stands in their place is something else.
    """
    stored = doc.user_data.get(USER_DATA_KEY)
    if not stored:
        return None
    usable = isinstance(stored, dict) and isinstance(stored.get("probabilities"), np.ndarray)
    if not usable or "labels" not in stored:
        found = type(stored).__name__
        if isinstance(stored, dict):
            found = ", ".join(f"{key!r}: {type(stored[key]).__name__}" for key in sorted(stored))
        raise ConcnerError(Errors.C145.format(found=found, text=doc.text[:80]))
    return SoftLabels(list(stored["labels"]), stored["probabilities"], stored.get("vectors"))
