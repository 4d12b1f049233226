"""Loading pipelines, so that one that cannot be loaded is told of in the words of the caller."""

from importlib.util import find_spec
from pathlib import Path

import spacy
from spacy.language import Language

from .errors import ConcnerError

NEEDS_TRAIN = 'it has a transformer, which needs packages. Run: pip install "spacy-concner[train]"'


def load_pipeline(path: str | Path, unloadable: str) -> Language:
    """Load a pipeline.

    path (str | Path): Pipeline folder or installed package.
    unloadable (str): Message if it cannot be loaded, with {path} and {error}.
    RETURNS (Language): The pipeline.
    RAISES (ConcnerError): With that message.
    """
    try:
        return spacy.load(path)
    # Whatever a broken folder, or one of another version, may raise.
    except Exception as error:
        raise ConcnerError(unloadable.format(path=path, error=_reason(error))) from error


def _reason(error: Exception) -> str:
    """Give what went wrong, without the full stop that the message around it has."""
    text = str(error)
    if "factory for 'transformer'" in text and find_spec("spacy_transformers") is None:
        return NEEDS_TRAIN
    return text.rstrip(". ") or type(error).__name__
