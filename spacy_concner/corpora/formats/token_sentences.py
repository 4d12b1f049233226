"""Sentences that come in tokens, checked: what CoNLL files, rows and tables have in common."""

from collections.abc import Sequence

from ...errors import Errors
from ..json_values import check_string
from ..read_options import ReadOptions
from ..records import InvalidRecord, Place, TokenRecord
from ..tag_schemes import to_iob2


def make_sentence(
    words: Sequence[str],
    tags: Sequence[str] | None,
    places: Sequence[Place],
    raw: str,
    *,
    options: ReadOptions,
    allow_missing: bool = False,
) -> TokenRecord:
    """Make a record of tokens and tags.

    words (Sequence[str]): The tokens.
    tags (Sequence[str] | None): Their tags in the scheme of the options (IOB2 if they name
        none), "-" where annotation is missing; None if the sentence has none.
    places (Sequence[Place]): Where each token stands.
    raw (str): The sentence as it stands in the source.
    options (ReadOptions): The scheme, and the prefix to strip.
    allow_missing (bool): Whether "-" is a tag: in CoNLL files it stands for something else.
    RETURNS (TokenRecord): The record.
    RAISES (InvalidRecord): C108 for a token without text, C116 for a
        sentence of white space only, C109 and C110 for tags, C122 and C146
        for characters that are none.
    """
    kept = [word.removeprefix(options.strip_prefix) for word in words]
    for word, place in zip(kept, places, strict=True):
        # White space other than plain spaces is a token like others, in every format.
        if not word.strip(" "):
            raise InvalidRecord(Errors.C108, place)
        check_string(word, "a token", place, blank=True)
    if not any(word.strip() for word in kept):
        raise InvalidRecord(Errors.C116, places[0], what="the sentence")
    if tags is not None:
        for tag, place in zip(tags, places, strict=True):
            check_string(tag, "a tag", place, blank=True)
        tags = to_iob2(tags, options.scheme or "iob2", places, allow_missing=allow_missing)
    return TokenRecord(kept, tags, places[0], raw)
