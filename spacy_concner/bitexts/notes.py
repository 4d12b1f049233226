"""What is noted with a bitext: how it came by the labels of its translation."""

from collections.abc import Iterable
from typing import Any

from spacy.tokens import Doc

from ..corpora.doc_to_json import TRANSLATION_KEY as NOTE_KEY

UNLABELLED = "none"
WIDENED = "entity widened to whole tokens"


def set_note(doc: Doc, strategy: str, problems: Iterable[str] = (), **details: Any) -> None:
    """Note how a bitext came by its labels.

    The note is a plain dictionary in `doc.user_data`, which `.spacy` files keep.

    doc (Doc): The bitext, changed in place.
    strategy (str): "placeholders", "markers", "alignment", or "none" for a translation
        whose annotation is missing.
    problems (Iterable[str]): What a person may want to look at, in words.
    details (Any): Further numbers and strings.
    """
    doc.user_data[NOTE_KEY] = {"strategy": strategy, "problems": list(problems), **details}


def get_note(doc: Doc) -> dict[str, Any] | None:
    """Give the note of how a bitext came by its labels.

    doc (Doc): Any Doc.
    RETURNS (dict[str, Any] | None): The note: "strategy", "problems" and details; None if
        there is none.
    """
    note = doc.user_data.get(NOTE_KEY)
    # Files give lists back as tuples.
    return None if note is None else {**note, "problems": list(note["problems"])}


def add_problems(doc: Doc, problems: Iterable[str]) -> None:
    """Add to the problems in the note of a bitext.

    doc (Doc): A bitext that has a note.
    problems (Iterable[str]): What a person may want to look at, in words.
    """
    note = doc.user_data[NOTE_KEY]
    doc.user_data[NOTE_KEY] = {**note, "problems": [*note["problems"], *problems]}
