"""A shipped pipeline checked as a whole before any of its parts is read."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from spacy.language import Language

from .folder_marker import check_sealed


def check_when_loaded(nlp: Language) -> None:
    """Let a pipeline check the digests of a folder before it is filled from there.

    Called by what makes its parts, tokenizer and component: spaCy asks nobody else before it reads
    the vocabulary, where a changed byte would be a fault without a name.

    nlp (Language): The pipeline, which is being made.
    """
    vars(nlp)["from_disk"] = partial(_from_disk, nlp)


def _from_disk(
    nlp: Language, path: str | Path, *, exclude: Iterable[str] = (), **settings: Any
) -> Language:
    check_sealed(Path(path))
    return type(nlp).from_disk(nlp, path, exclude=exclude, **settings)
