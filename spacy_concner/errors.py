"""Coded errors and warnings of spacy-concner.

Every message starts with its code and reads "what happened. what to do."
C0xx tagging and losses, C1xx corpora, C2xx translation, C3xx encoding,
C4xx teaching, C5xx training, scoring and the command line.
"""

from spacy.errors import ErrorsWithCodes


class ConcnerError(ValueError):
    """Bad input or settings, told by code: the message says what to do."""


class Errors(metaclass=ErrorsWithCodes):
    """Messages of `ConcnerError`, looked up as `Errors.C001`."""

    # tagging and losses

    # corpora
    C101 = (
        "A bitext needs two or more segments with text and a language code for each; found "
        "{n_segments} segments, {n_languages} codes, texts {texts}. Leave out empty "
        "translations and give one code a segment."
    )
    C102 = (
        "The segments in doc.spans['segments'] do not tile the document: token ranges {found} "
        "for {n_tokens} tokens of {text!r}. Make bitexts with "
        "spacy_concner.corpora.bitext.make_bitext."
    )

    # translation

    # encoding

    # teaching

    # training, scoring, command line


class Warnings(metaclass=ErrorsWithCodes):
    """Messages of warnings, looked up as `Warnings.W001`; numbered like the errors."""
