"""spacy-concner: cross-lingual named entity recognition inside `spacy train`."""

__version__ = "0.3.0"

from .entity_scores import register_score_extension

# Wherever a Doc with entities of ours is read, `span._.concner_score` is there.
register_score_extension()
