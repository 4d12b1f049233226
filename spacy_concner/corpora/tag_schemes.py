"""Tag schemes, checked and turned into IOB2: IOB1, BILOU and its kin, plain types.

BILOU, BILUO, BIOES, BMES and BMEWO are one scheme whose letters differ: B begins, I or M goes on,
L or E ends, U, S or W is alone. Where annotation may be missing, "-" says so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import Errors
from .records import InvalidRecord, Place

SCHEMES = ("iob2", "iob1", "bilou", "io")
SCHEME_ALIASES = {
    "bio": "iob2",
    "biluo": "bilou",
    "bioes": "bilou",
    "iobes": "bilou",
    "bmes": "bilou",
    "bmewo": "bilou",
    "types": "io",
}
"""Other names of the schemes."""

CHOOSE = "--label-column (in CoNLL) or --tags-field (in rows)"
MISSING_TAG = "-"
TYPE = r"\S(?:.*\S)?"


@dataclass(frozen=True)
class _Form:
    """The tags of a scheme: the pattern that they fit, and how a message describes them."""

    pattern: re.Pattern[str]
    expected: str


FORMS = {
    "iob2": _Form(re.compile(rf"O|[BI]-{TYPE}"), "O, B-TYPE or I-TYPE"),
    "iob1": _Form(re.compile(rf"O|[BI]-{TYPE}"), "O, I-TYPE or B-TYPE"),
    "bilou": _Form(
        re.compile(rf"O|[BIMLEUSW]-{TYPE}"),
        "O, B-, I- (or M-), L- (or E-), U- (or S-, W-) and a type",
    ),
    # A zero, a dash or a small o stands for O elsewhere: it would become a type.
    "io": _Form(
        re.compile(rf"(?![BIMLEUSW]-|[oO]$)(?=.*[^\W\d_]){TYPE}|O"), "O or the name of a type"
    ),
}
LETTERS = {"M": "I", "E": "L", "S": "U", "W": "U"}
TAG = FORMS["bilou"].pattern


def is_tag(text: str, scheme: str) -> bool:
    """Tell whether a text has the form of a tag of a scheme."""
    return FORMS[scheme].pattern.fullmatch(text) is not None


def to_iob2(
    tags: Sequence[str], scheme: str, places: Sequence[Place], *, allow_missing: bool = False
) -> list[str]:
    """Check the tags of a sentence and give them in IOB2.

    tags (Sequence[str]): A tag for each token.
    scheme (str): One of `SCHEMES`.
    places (Sequence[Place]): Where each tag stands.
    allow_missing (bool): Leave "-" (annotation missing) as it is.
    RETURNS (list[str]): Valid IOB2 tags.
    RAISES (InvalidRecord): C109 for a tag of unknown form, C110 for one that cannot follow
        the tag before it.
    """
    for tag, place in zip(tags, places, strict=True):
        if not is_tag(tag, scheme) and not (allow_missing and tag == MISSING_TAG):
            values = {"tag": tag, "scheme": scheme, "expected": FORMS[scheme].expected}
            raise InvalidRecord(Errors.C109, place, advice=_advise(tag, scheme), **values)
    if scheme == "io":
        tags = [tag if tag in ("O", MISSING_TAG) else f"I-{tag}" for tag in tags]
    if scheme in ("io", "iob1"):
        return _begin_types(tags)
    if scheme == "bilou":
        tags = [tag if tag == "O" else LETTERS.get(tag[0], tag[0]) + tag[1:] for tag in tags]
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
        return [{"L": "I", "U": "B"}.get(tag[0], tag[0]) + tag[1:] for tag in tags]
    return list(tags)


def _begin_types(tags: Sequence[str]) -> list[str]:
    """Let an entity of IOB1 begin with B: an I that follows no tag of its type begins one."""
    found: list[str] = []
    previous = "O"
    for tag in tags:
        begins = tag[:2] == "I-" and previous[2:] != tag[2:]
        found.append(f"B-{tag[2:]}" if begins else tag)
        previous = tag
    return found


def _advise(tag: str, scheme: str) -> str:
    """Say which scheme a tag is of, if it is of one: to skip sentences would keep those without it.

    Nearly anything can be a type: that tags are types alone is said of capitals alone, such as PER.
    """
    is_type = tag.isalpha() and tag.isupper()
    others = [other for other in SCHEMES if other != scheme and is_tag(tag, other)]
    fits = [other for other in others if other != "io" or is_type]
    if fits:
        return f"It may be one of --scheme {fits[0]}: name it, or choose other tags with {CHOOSE}."
    return f"Choose the tags with {CHOOSE} or their scheme with --scheme, or use --skip-invalid."


def _wrong_order(tag: str, previous: str, scheme: str, place: Place) -> InvalidRecord:
    others = [other for other in SCHEMES if other not in (scheme, "io")]
    values = {"tag": tag, "previous": previous, "scheme": scheme, "others": " or ".join(others)}
    return InvalidRecord(Errors.C110, place, **values)


def _may_follow(previous: str, tag: str, scheme: str) -> bool:
    """Tell whether a tag of the scheme IOB2 or BILUO may follow another."""
    inside = tag[:2] in ("I-", "L-")
    if inside and (previous[:2] not in ("B-", "I-") or previous[2:] != tag[2:]):
        return False
    is_open = scheme == "bilou" and previous[:2] in ("B-", "I-")
    return inside or not is_open
