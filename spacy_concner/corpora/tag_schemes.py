"""Tag schemes: IOB2 (BIO), IOB1 and BILUO (BILOU, BIOES), checked and turned into IOB2."""

import re
from collections.abc import Sequence

from spacy.training import biluo_to_iob, iob_to_biluo

from ..errors import Errors
from .records import InvalidRecord, Place

SCHEMES = ("iob2", "iob1", "bilou")
SCHEME_ALIASES = {"bio": "iob2", "bioes": "bilou", "biluo": "bilou"}
"""Other names of the schemes."""

MISSING_TAG = "-"
FORMS = {
    "iob2": (re.compile(r"O|[BI]-\S+"), "O, B-TYPE or I-TYPE"),
    "iob1": (re.compile(r"O|[BI]-\S+"), "O, I-TYPE or B-TYPE"),
    "bilou": (re.compile(r"O|[BILUES]-\S+"), "O, B-, I-, L-, U- (or E-, S-) and a type"),
}


def is_tag(text: str, scheme: str) -> bool:
    """Tell whether a text has the form of a tag of a scheme."""
    return FORMS[scheme][0].fullmatch(text) is not None


def to_iob2(
    tags: Sequence[str], scheme: str, places: Sequence[Place], *, allow_missing: bool = False
) -> list[str]:
    """Check the tags of a sentence and give them in IOB2.

    tags (Sequence[str]): A tag for each token.
    scheme (str): One of `SCHEMES`.
    places (Sequence[Place]): Where each tag stands.
    allow_missing (bool): Leave "-" (annotation missing) as it is; for IOB2 only.
    RETURNS (list[str]): Valid IOB2 tags.
    RAISES (InvalidRecord): C109 for a tag of unknown form, C110 for one that cannot follow
        the tag before it.
    """
    for tag, place in zip(tags, places, strict=True):
        if not is_tag(tag, scheme) and not (allow_missing and tag == MISSING_TAG):
            expected = FORMS[scheme][1]
            raise InvalidRecord(Errors.C109, place, tag=tag, scheme=scheme, expected=expected)
    if scheme == "iob1":
        return biluo_to_iob(iob_to_biluo(tags))
    if scheme == "bilou":
        tags = [re.sub("^E-", "L-", re.sub("^S-", "U-", tag)) for tag in tags]
    previous = "O"
    for number, (tag, place) in enumerate(zip(tags, places, strict=True)):
        if not _may_follow(previous, tag, scheme):
            shown = previous if number else "the start of the sentence"
            raise _wrong_order(tag, shown, scheme, place)
        previous = tag
    if scheme == "bilou":
        if previous[:2] in ("B-", "I-"):
            end = "the end of the sentence"
            raise _wrong_order(end, previous, scheme, places[-1])
        return biluo_to_iob(tags)
    return list(tags)


def _wrong_order(tag: str, previous: str, scheme: str, place: Place) -> InvalidRecord:
    others = " or ".join(other for other in SCHEMES if other != scheme)
    values = {"tag": tag, "previous": previous, "scheme": scheme, "others": others}
    return InvalidRecord(Errors.C110, place, **values)


def _may_follow(previous: str, tag: str, scheme: str) -> bool:
    """Tell whether a tag of the scheme IOB2 or BILUO may follow another."""
    inside = tag[:2] in ("I-", "L-")
    if inside and (previous[:2] not in ("B-", "I-") or previous[2:] != tag[2:]):
        return False
    is_open = scheme == "bilou" and previous[:2] in ("B-", "I-")
    return inside or not is_open
