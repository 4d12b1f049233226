"""Sentences a line, each token with its tag after a bar: what spaCy's own converter calls IOB."""

import re
from collections.abc import Iterable, Iterator

from ...errors import Errors
from ..lines import Line
from ..read_options import ReadOptions
from ..records import DOCUMENT_MARK, InvalidRecord, Place, Rejected, TokenRecord
from ..tag_schemes import TAG
from .token_sentences import make_sentence

GAPS = re.compile("[ \t]+")
MARK = f"{DOCUMENT_MARK}|".encode()


def has_inline_tags(line: str) -> bool:
    """Tell whether every token of a line has a tag after a bar."""
    parts = [part.rpartition("|") for part in GAPS.split(line.strip())]
    return all(before and TAG.fullmatch(tag) for before, _, tag in parts)


def read_inline_tags(
    lines: Iterable[Line], file: str, options: ReadOptions
) -> Iterator[TokenRecord | Rejected]:
    """Read sentences such as `Anna|B-PER sings|O` or, with parts of speech, `Anna|NNP|B-PER`.

    lines (Iterable[Line]): Lines of the file.
    file (str): Name of the file in messages.
    options (ReadOptions): Scheme of the tags.
    YIELDS (TokenRecord | Rejected): A record for each line, blank ones and -DOCSTART- aside;
        C105, C107, C146 and the codes of `make_sentence`.
    """
    for line in lines:
        if line.is_blank or line.data.lstrip().startswith(MARK):
            continue
        place = Place(file, line.number)
        try:
            parts = [part.split("|") for part in GAPS.split(line.read(place).strip(" \t"))]
            n_columns = len(parts[0])
            for part in parts:
                if len(part) != n_columns or n_columns < 2:
                    expected = "a token and its tag, or with a part of speech between them"
                    raise InvalidRecord(Errors.C107, place, found=len(part), expected=expected)
            words = [word for word, *_ in parts]
            tags = None if options.unlabelled else [tag for *_, tag in parts]
            yield make_sentence(words, tags, [place] * len(words), line.raw, options=options)
        except InvalidRecord as error:
            yield Rejected(error, line.raw)
