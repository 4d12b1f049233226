"""Plain text: one sentence a line, without annotation."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from ...errors import Errors
from ..lines import SEPARATORS, Line
from ..read_options import ReadOptions
from ..records import InvalidRecord, Place, Rejected, TextRecord


def read_text(
    lines: Iterable[Line], file: str, options: ReadOptions
) -> Iterator[TextRecord | Rejected]:
    """Read sentences from plain text; blank lines are skipped.

    lines (Iterable[Line]): Lines of the file.
    file (str): Name of the file in messages.
    options (ReadOptions): Nothing of them matters here.
    YIELDS (TextRecord | Rejected): A record for each line that is not blank; C105, C146, and C165
        for a file of one line that other line ends part.
    """
    lines = iter(lines)
    begin = list(islice(lines, 2))
    for line in chain(begin, lines):
        place = Place(file, line.number)
        try:
            text = line.read(place).strip()
            if len(begin) == 1 and any(separator in text for separator in SEPARATORS):
                raise InvalidRecord(Errors.C165, place)
        except InvalidRecord as error:
            yield Rejected(error, line.raw)
            continue
        if text:
            yield TextRecord(text, None, place, text)
