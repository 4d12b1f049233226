"""Softly labelled Docs: teachers' probabilities in `doc.user_data["concner"]`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from spacy.tokens import Doc

from ..errors import ConcnerError, Errors

USER_DATA_KEY = "concner"


@dataclass(frozen=True)
class SoftLabels:
    """Teachers' opinion of a Doc.

    labels: BIO tags of the columns.
    probabilities: `(n_tokens, n_labels)` float16, rows sum to one.
    """

    labels: list[str]
    probabilities: np.ndarray


def set_soft_labels(doc: Doc, labels: Sequence[str], probabilities: np.ndarray) -> None:
    """Store soft labels in a Doc, where `.spacy` files with user data keep them.

    doc (Doc): The Doc, changed in place.
    labels (Sequence[str]): BIO tags of the columns.
    probabilities (ndarray): `(n_tokens, n_labels)` floats; stored as float16.
    RAISES (ConcnerError): C141 if the shape fits neither Doc nor labels, or a probability
        is not a number.
    """
    if probabilities.shape != (len(doc), len(labels)) or not np.isfinite(probabilities).all():
        raise ConcnerError(
            Errors.C141.format(
                shape=probabilities.shape, n_tokens=len(doc), labels=labels, text=doc.text[:80]
            )
        )
    doc.user_data[USER_DATA_KEY] = {
        "labels": list(labels),
        "probabilities": probabilities.astype("f2"),
    }


def get_soft_labels(doc: Doc) -> SoftLabels | None:
    """Give the soft labels of a Doc, None if it has none."""
    stored = doc.user_data.get(USER_DATA_KEY)
    if not stored:
        return None
    return SoftLabels(list(stored["labels"]), stored["probabilities"])
