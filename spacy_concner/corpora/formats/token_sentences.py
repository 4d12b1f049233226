"""Sentences that come in tokens, checked: what CoNLL files, rows and tables have in common."""

import re
from collections.abc import Sequence

from ...errors import Errors
from ..json_values import check_string
from ..read_options import ReadOptions
from ..records import InvalidRecord, Place, TokenRecord
from ..tag_schemes import TAG, to_iob2

SEVERAL = re.compile(r"[|,;/+] *(?:[BI]-.*|O)|[|,;] *[MLEUSW]-.*", re.DOTALL)
"""What a tag holds if another follows it after a delimiter."""
DELIMITERS = "|,;"


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
        for characters that are none, C169 for a tag that is several.
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
        for word, tag, place in zip(kept, tags, places, strict=True):
            _check_single(word, tag, place)
        tags = to_iob2(tags, options.scheme or "iob2", places, allow_missing=allow_missing)
    n_stripped = sum(one != other for one, other in zip(words, kept, strict=True))
    return TokenRecord(kept, tags, places[0], raw, n_stripped)


def _check_single(word: str, tag: str, place: Place) -> None:
    """Check that a tag is no several: C169. A type may have any name, and would take them in."""
    parts = tag.split()
    # Types may be of several words: those without prefix are tags if they are as many as tokens.
    is_sentence = "O" in parts and len(parts) == len(word.split())
    if len(parts) > 1 and (is_sentence or all(TAG.fullmatch(part) for part in parts)):
        fault = "is a row of several tags"
        advice = (
            "Give each token a line of its own; a file of a sentence a line needs names above "
            "its columns, such as tokens and ner_tags, and --format csv."
        )
    elif SEVERAL.search(tag):
        fault, advice = "holds several tags", "Keep one of them, or use --skip-invalid."
    elif TAG.fullmatch(tag) and tag[-1] in DELIMITERS:
        fault, advice = f"ends in {tag[-1]!r}", "Take it off, or use --skip-invalid."
    else:
        return
    raise InvalidRecord(Errors.C169, place, tag=tag, fault=fault, token=word, advice=advice)
