"""spacy-concner: cross-lingual named entity recognition inside `spacy train`."""

__version__ = "0.2.0"
