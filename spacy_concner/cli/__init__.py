"""`spacy concner …`: one thin file per verb."""

from . import convert, encoder, label, translate  # noqa: F401  (registers the verbs)
from ._util import concner_cli

__all__ = ["concner_cli"]
