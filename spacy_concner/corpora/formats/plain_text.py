"""Plain text: one sentence a line, without annotation."""

from collections.abc import Iterable, Iterator

from ..records import InvalidRecord, Place, Rejected, TextRecord, decode, show_raw, without_mark


def read_text(lines: Iterable[bytes], file: str) -> Iterator[TextRecord | Rejected]:
    """Read sentences from plain text; blank lines are skipped.

    lines (Iterable[bytes]): Lines of the file, with their line ends.
    file (str): Name of the file in messages.
    YIELDS (TextRecord | Rejected): A record for each line that is not blank; C105.
    """
    for number, line in enumerate(without_mark(iter(lines)), start=1):
        place = Place(file, number)
        try:
            text = decode(line, place).strip()
        except InvalidRecord as error:
            yield Rejected(error, show_raw([line]))
            continue
        if text:
            yield TextRecord(text, None, place, text)
