"""What losses learn from, and whether a corpus has it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from spacy.tokens import Doc
from spacy.training import Example

from ..corpora.segments import is_bitext
from ..corpora.soft_labels import get_soft_labels
from ..errors import ConcnerError, Errors


def _has_vectors(doc: Doc) -> bool:
    soft = get_soft_labels(doc)
    return soft is not None and soft.vectors is not None


@dataclass(frozen=True)
class Kind:
    """A kind of supervision.

    is_in: tells whether a document has it.
    title: how it is called.
    verb: what makes it.
    """

    is_in: Callable[[Doc], bool]
    title: str
    verb: str


# By what losses name as their `needs`.
SUPERVISION = {
    "entities": Kind(
        lambda doc: any(token.ent_iob for token in doc), "labelled text", "spacy concner convert"
    ),
    "bitexts": Kind(is_bitext, "bitexts", "spacy concner translate or spacy concner bitext"),
    "soft_labels": Kind(
        lambda doc: get_soft_labels(doc) is not None, "soft labels", "spacy concner label"
    ),
    "vectors": Kind(
        _has_vectors, "an evaluator's token vectors", "spacy concner label --evaluator PATH"
    ),
}


def check_trainable(losses: Mapping[str, Any], name: str) -> None:
    """Check that no loss is one that only earlier versions trained with.

    losses (Mapping[str, Callable]): The losses by name.
    name (str): Name of the component, for messages.
    RAISES (ConcnerError): C014 if one tells that it is gone (see `losses/removed.py`).
    """
    for key, loss in losses.items():
        gone = getattr(loss, "gone", "")
        if gone:
            raise ConcnerError(
                Errors.C014.format(key=key, name=name, gone=gone, instead=loss.instead)
            )


def check_needs(examples: Iterable[Example], losses: Mapping[str, Any], name: str) -> None:
    """Check that every loss has something to learn from.

    examples (Iterable[Example]): What will be trained on; read until every need is met, not
        at all if no loss has any.
    losses (Mapping[str, Callable]): The losses by name; those with weight zero need nothing.
    name (str): Name of the component, for messages.
    RAISES (ConcnerError): C043 if no document has what a loss needs, C046 if all losses have
        weight zero.
    """
    if losses and not any(loss.weight > 0 for loss in losses.values()):
        raise ConcnerError(Errors.C046.format(name=name, keys=list(losses)))
    needs: dict[str, str] = {}
    for key, loss in losses.items():
        need = getattr(loss, "needs", None)
        if need in SUPERVISION and loss.weight > 0:
            needs.setdefault(need, key)
    n_docs = 0
    for example in examples if needs else ():
        n_docs += 1
        for need in [need for need in needs if SUPERVISION[need].is_in(example.reference)]:
            del needs[need]
        if not needs:
            return
    for need, key in needs.items():
        kind = SUPERVISION[need]
        others = [other for other, loss in losses.items() if other != key and loss.weight > 0]
        off = f"--components.{name}.losses.{key}.weight 0"
        otherwise = f", or switch the loss off: {off}" if others else ""
        values = {"what": kind.title, "verb": kind.verb, "n_docs": n_docs, "otherwise": otherwise}
        raise ConcnerError(Errors.C043.format(key=key, name=name, **values))
