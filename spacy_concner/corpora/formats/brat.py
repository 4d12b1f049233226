"""brat's standoff format: a text file, and a file of annotations that ends in .ann."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ...errors import ConcnerError, Errors
from ..json_values import check_string
from ..lines import read_characters, read_lines
from ..read_options import ReadOptions
from ..records import InvalidRecord, Place, Rejected, TextRecord
from ..spans import RawSpan, advise_offsets, check_spans

ENTITY = re.compile(r"(T[^\t]*)\t([^\t ]+) ([0-9 ;]+)\t(.*)", re.DOTALL)
SUFFIX = ".ann"
Piece = TypeVar("Piece")
OTHER_KINDS = ("R", "E", "M", "A", "N", "#", "*")
"""First letters of what is no entity: relations, events, attributes, links, notes."""
LINE_BREAK = re.compile(r"\r{0,2}\n|\r")


@dataclass(frozen=True, slots=True)
class _Entity:
    """An entity: its place, its span from the first part to the last, and what is wrong with it."""

    place: Place
    span: RawSpan
    n_parts: int = 1
    fault: InvalidRecord | None = None


def read_brat(text_file: Path, options: ReadOptions) -> Iterator[TextRecord | Rejected]:
    """Read sentences from a text and its annotations: a record for each line of the text.

    Lines that an entity goes over are one record. A text without a file of annotations lacks
    annotation. A faulty annotation breaks the record in which it stands, or, where that cannot be
    told, the whole text.

    text_file (Path): The text; its annotations stand beside it.
    options (ReadOptions): What offsets count, encoding, whether annotations are read.
    YIELDS (TextRecord | Rejected): The records; C155 and C156 for annotations that cannot be
        read, and the codes of `check_spans`.
    RAISES (ConcnerError): C103 if a file cannot be read.
    """
    text = "".join(_open(text_file, read_characters, options))
    notes = text_file.with_suffix(SUFFIX)
    entities: list[_Entity] | None = None
    if notes.is_file() and not options.unlabelled:
        try:
            entities = _fit(_read_entities(notes, options), text, options)
        except InvalidRecord as error:
            yield Rejected(error, text)
            return
    yield from _cut(text, entities, text_file)


def _open(
    path: Path, reader: Callable[..., Iterator[Piece]], options: ReadOptions
) -> Iterator[Piece]:
    try:
        with path.open("rb") as stream:
            yield from reader(stream, str(path), options.encoding)
    except OSError as error:
        values = {"path": path, "reason": error.strerror or str(error), "format": "brat"}
        raise ConcnerError(Errors.C103.format(**values)) from error


def _read_entities(notes: Path, options: ReadOptions) -> list[_Entity]:
    entities: list[_Entity] = []
    for line in _open(notes, read_lines, options):
        place = Place(str(notes), line.number)
        entities += _read_entity(line.read(place), place)
    return entities


def _read_entity(line: str, place: Place) -> list[_Entity]:
    """Give the entity of a line, none if it is about something else."""
    if not line.strip() or line[:1] in OTHER_KINDS:
        return []
    match = ENTITY.fullmatch(line)
    if match is None:
        raise InvalidRecord(Errors.C155, place, line=line[:80])
    _, label, offsets, told = match.groups()
    parts = [part.split() for part in offsets.split(";")]
    if not all(len(part) == 2 and all(len(n) < 10 for n in part) for part in parts):
        raise InvalidRecord(Errors.C155, place, line=line[:80])
    check_string(label, "the type", place)
    (start, _), (_, end) = parts[0], parts[-1]
    span = RawSpan(int(start), int(end), label, told)
    return [_Entity(place, span, n_parts=len(parts))]


def _fit(entities: Sequence[_Entity], text: str, options: ReadOptions) -> list[_Entity]:
    """Give the entities in characters and in order, those that do not fit the text with why.

    RAISES (InvalidRecord): C117, C118 and C148 for one that has no place in the text.
    """
    spans = [entity.span for entity in entities]
    found: list[_Entity] = []
    hint = ""
    for entity in entities:
        span, fault = entity.span, None
        bare = RawSpan(span.start, span.end, span.label)
        (fitting,) = check_spans([bare], text, entity.place, options.offsets)
        try:
            check_spans([span], text, entity.place, options.offsets)
        except InvalidRecord:
            # One entity alone may fit by chance in another way to count.
            hint = hint or advise_offsets(spans, text, options.offsets)
            values = {"start": span.start, "end": span.end, "label": span.label}
            shown = text[fitting.start : fitting.end]
            fault = InvalidRecord(
                Errors.C147, entity.place, found=shown, told=span.text, hint=hint, **values
            )
            if entity.n_parts > 1:
                told = str(span.text)[:80]
                fault = InvalidRecord(Errors.C156, entity.place, label=span.label, told=told)
        found.append(_Entity(entity.place, RawSpan(*fitting), fault=fault))
    return sorted(found, key=lambda entity: (entity.span.start, entity.span.end))


def _cut(
    text: str, entities: Sequence[_Entity] | None, file: Path
) -> Iterator[TextRecord | Rejected]:
    """Cut a text at the line breaks that no entity goes over."""
    rest = list(entities or [])[::-1]
    start, number, first, last = 0, 1, 1, 0
    inside: list[_Entity] = []
    breaks = [(match.start(), match.end()) for match in LINE_BREAK.finditer(text)]
    for end, after in [*breaks, (len(text), len(text))]:
        while rest and rest[-1].span.start < after:
            last = max(last, rest[-1].span.end)
            inside.append(rest.pop())
        number += 1
        if last > end and end < len(text):
            continue
        line = text[start:end]
        place = Place(str(file), first)
        if line.strip():
            spans = [
                RawSpan(e.span.start - start, e.span.end - start, e.span.label) for e in inside
            ]
            fault = next((entity.fault for entity in inside if entity.fault), None)
            try:
                if fault is not None:
                    raise fault
                check_string(line, "the text", place)
                found = None if entities is None else check_spans(spans, line, place)
                yield TextRecord(line, found, place, line)
            except InvalidRecord as error:
                yield Rejected(error, line)
        start, first, inside = after, number, []
