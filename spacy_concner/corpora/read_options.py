"""How corpus files are read: the options of `convert` that concern the readers."""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import ConcnerError, Errors
from .spans import OFFSETS
from .tag_schemes import SCHEME_ALIASES, SCHEMES

TOKENS_FIELD = "tokens"
TAGS_FIELD = "ner_tags"


@dataclass(frozen=True)
class ReadOptions:
    """What a reader needs to know besides the file.

    token_column: column of the tokens in CoNLL files; negative ones count from the right.
    label_column: column of the tags in CoNLL files.
    scheme: scheme of the tags, one of `tag_schemes.SCHEMES`; "" for that of the format.
    strip_prefix: what is taken off the front of tokens, such as "en:".
    tokens_field: field of the tokens in rows.
    tags_field: field of the tags in rows; layer or feature in WebAnno TSV.
    sentence_field: field that tells sentences apart where a row is a token; "" to guess it.
    tag_names: names of numbered tags, in the order of the numbers; None if the data tells them.
    offsets: what offsets of spans count, one of `spans.OFFSETS`.
    encoding: encoding of text files; "" for UTF-8, or what a byte order mark says.
    split: split of a folder or of a dataset on the hub.
    unlabelled: leave the annotation unread.
    """

    token_column: int = 0
    label_column: int = -1
    scheme: str = ""
    strip_prefix: str = ""
    tokens_field: str = TOKENS_FIELD
    tags_field: str = TAGS_FIELD
    sentence_field: str = ""
    tag_names: Sequence[str] | None = None
    offsets: str = "characters"
    encoding: str = ""
    split: str = "train"
    unlabelled: bool = False

    def check(self) -> None:
        """Check the options.

        RAISES (ConcnerError): C132 for one that is none of its values.
        """
        schemes = ("", *SCHEMES, *SCHEME_ALIASES)
        apart = self.label_column != self.token_column
        check_setting("--scheme", self.scheme, self.scheme in schemes, one_of(schemes[1:]))
        check_setting("--label-column", self.label_column, apart, "another column")
        check_setting("--offsets", self.offsets, self.offsets in OFFSETS, one_of(OFFSETS))
        known = "the name of an encoding of text, such as utf-8 or windows-1252"
        check_setting("--encoding", self.encoding, _is_encoding(self.encoding), known)


def check_setting(setting: str, value: object, good: bool, expected: str) -> None:
    """Raise C132 for a setting that is not good.

    setting (str): The option.
    value (object): What it was given.
    good (bool): Whether that is good.
    expected (str): What would be.
    """
    if not good:
        values = {"setting": setting, "value": value, "expected": expected}
        raise ConcnerError(Errors.C132.format(**values))


def one_of(values: Sequence[str]) -> str:
    """Say that one of some values is expected."""
    return f"one of {', '.join(values)}"


def _is_encoding(name: str) -> bool:
    try:
        return not name or isinstance("".encode(codecs.lookup(name).name), bytes)
    except (LookupError, ValueError):
        return False
