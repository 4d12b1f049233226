"""Pieces of files into records: a text or a Doc, and the fields that it carries along."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from ..corpora.doc_building import check_runs
from ..corpora.json_values import check_string, parse_json
from ..corpora.lines import Line
from ..corpora.records import InvalidRecord, Place, Rejected
from ..errors import ConcnerError, Errors
from .parquet import import_pyarrow
from .pieces import DocRange, Lines, Piece, Rows, load_docs

TEXT_FIELD = "text"
# What rejects files show of a record: it may be as long as a book.
SHOWN = 500
# What a DocBin keeps of each Doc.
COLUMNS = ("tokens", "spaces", "cats", "span_groups", "flags", "user_data")


@dataclass
class Record:
    """What a pipeline reads, and what goes with it.

    place: Where it stands.
    text: The text.
    fields: What it carries: of rows all fields, the text among them; of Docs their user data.
    doc: The Doc that it comes as; None for a text.
    """

    place: Place
    text: str
    fields: dict[str, Any] = field(default_factory=dict)
    doc: Doc | None = None


def read_piece(
    piece: Piece, text_field: str, max_length: int, vocab: Vocab
) -> Iterator[Record | Rejected]:
    """Read the records of a piece.

    piece (Piece): The piece.
    text_field (str): Field or column of the text.
    max_length (int): Characters that a text may have.
    vocab (Vocab): Vocabulary for Docs.
    YIELDS (Record | Rejected): A record, or what is wrong with it: C105, C122, C146, C152, C643,
        C644, C645.
    RAISES (ConcnerError): C646 if a parquet file has no such column.
    """
    if isinstance(piece, Lines):
        items = _read_lines(piece, text_field)
    elif isinstance(piece, Rows):
        items = _read_rows(piece, text_field)
    else:
        items = _read_docs(piece, vocab)
    for item in items:
        if isinstance(item, Record):
            try:
                _check_text(item, max_length)
            except InvalidRecord as error:
                item = Rejected(error, item.text)
        yield item


def _check_text(record: Record, max_length: int) -> None:
    if len(record.text) > max_length:
        values = {"found": len(record.text), "limit": max_length}
        raise InvalidRecord(Errors.C645, record.place, **values)
    if record.doc is None:
        check_runs(record.text, record.place)


def _read_lines(piece: Lines, text_field: str) -> Iterator[Record | Rejected]:
    for line in piece.lines:
        place = Place(piece.file, line.number)
        try:
            fields = _read_object(line, place) if piece.is_json else {text_field: line.read(place)}
            item: Record | Rejected = Record(place, _text_of(fields, text_field, place), fields)
        except InvalidRecord as error:
            item = Rejected(error, line.raw)
        yield item


def _read_object(line: Line, place: Place) -> dict[str, Any]:
    text = line.read(place)
    try:
        fields = parse_json(text)
    except ValueError as error:
        raise InvalidRecord(Errors.C643, place, reason=error) from None
    if not isinstance(fields, dict):
        reason = f"it is a {type(fields).__name__}"
        raise InvalidRecord(Errors.C643, place, reason=reason)
    return fields


def _read_rows(piece: Rows, text_field: str) -> Iterator[Record | Rejected]:
    types = import_pyarrow().types
    names = piece.table.column_names
    kind = piece.table.schema.field(text_field).type if names.count(text_field) == 1 else None
    if kind is None or not (types.is_string(kind) or types.is_large_string(kind)):
        values = {"path": piece.file, "field": text_field, "known": names}
        raise ConcnerError(Errors.C646.format(**values))
    for number, fields in enumerate(piece.table.to_pylist(), start=piece.first):
        place = Place(piece.file, number, "row")
        try:
            item: Record | Rejected = Record(place, _text_of(fields, text_field, place), fields)
        except InvalidRecord as error:
            item = Rejected(error, json.dumps(fields, ensure_ascii=False, default=str))
        yield item


def _read_docs(piece: DocRange, vocab: Vocab) -> Iterator[Record | Rejected]:
    for number, doc in enumerate(_docs_of(piece, vocab), start=piece.first):
        place = Place(piece.file, number, "record")
        yield Record(place, doc.text, dict(doc.user_data), doc)


def _docs_of(piece: DocRange, vocab: Vocab) -> Iterator[Doc]:
    """Give some of the Docs of a file, without making the others."""
    loaded = load_docs(piece.file, piece.sha256)
    first = piece.first - 1
    some = DocBin(store_user_data=loaded.store_user_data)
    some.attrs, some.strings = loaded.attrs, loaded.strings
    for name in COLUMNS:
        setattr(some, name, getattr(loaded, name)[first : first + len(piece)])
    yield from some.get_docs(vocab)


def _text_of(fields: dict[str, Any], text_field: str, place: Place) -> str:
    text = fields.get(text_field)
    if not isinstance(text, str):
        found = repr(text)[:80] if text_field in fields else "nothing"
        values = {"field": text_field, "found": found, "known": sorted(fields)[:20]}
        raise InvalidRecord(Errors.C644, place, **values)
    return check_string(text, f"the field {text_field!r}", place, blank=True)
