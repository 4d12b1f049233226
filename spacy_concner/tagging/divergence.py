"""Training that has diverged: told at once, before what is left of the weights is stored."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from spacy.tokens import Doc

from ..errors import ConcnerError, Errors


class Diverged(ConcnerError):
    """A loss or a score that is not a number: the weights are worth nothing any more."""


def check_losses(losses: Mapping[str, float], name: str, step: int) -> None:
    """Check that losses are numbers.

    losses (Mapping[str, float]): Losses of a batch by name.
    name (str): Name of the component.
    step (int): Steps taken before.
    RAISES (Diverged): C052 if one is not.
    """
    for key, value in losses.items():
        if not math.isfinite(value):
            what = f"the loss {key!r} is {value}"
            raise Diverged(Errors.C052.format(name=name, step=step, what=what))


def check_scores(scores: np.ndarray, docs: Sequence[Doc], name: str, step: int) -> None:
    """Check that the scores of tokens are numbers: of others any entity would be made up.

    scores (np.ndarray): A row for each token of the Docs.
    docs (Sequence[Doc]): The Docs.
    name (str): Name of the component.
    step (int): Steps that it has been trained in this process; 0 if it is not in training.
    RAISES (Diverged): C017, or C052 in training, if one is not.
    """
    is_whole = np.isfinite(scores).all(axis=1)
    if is_whole.all():
        return
    ends = np.cumsum([len(doc) for doc in docs])
    text = docs[int(np.searchsorted(ends, np.argmin(is_whole), side="right"))].text[:80]
    if step:
        what = f"the scores of {text!r} are not numbers"
        raise Diverged(Errors.C052.format(name=name, step=step - 1, what=what))
    raise Diverged(Errors.C017.format(name=name, text=text))
