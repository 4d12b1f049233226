"""Docs with entities as the bytes of a shard: Docs, JSON lines or parquet."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import numpy as np
from spacy.tokens import Doc

from ..corpora.json_values import check_stored
from ..corpora.records import InvalidRecord
from ..corpora.shards import pack_docs
from ..corpora.soft_labels import USER_DATA_KEY
from ..entity_scores import get_score
from ..errors import ConcnerError, Errors
from .parquet import add_column, import_pyarrow, to_bytes
from .records import TEXT_FIELD, Record

ENTITIES_FIELD = "entities"
FIELDS_COLUMN = "fields"
SUFFIXES = {"spacy": ".spacy", "jsonl": ".jsonl", "parquet": ".parquet"}

Entity = dict[str, Any]


@dataclass(frozen=True)
class Layout:
    """How a shard is written.

    format: "spacy", "jsonl" or "parquet".
    text_field: Field of the text in rows.
    entities_field: Field of the entities in rows.
    """

    format: str = "spacy"
    text_field: str = TEXT_FIELD
    entities_field: str = ENTITIES_FIELD

    @property
    def suffix(self) -> str:
        """What the files end in."""
        return SUFFIXES[self.format]

    def keep(self, record: Record, doc: Doc) -> Any:
        """Give what the file takes of an annotated Doc, which may go then.

        record (Record): The record.
        doc (Doc): The Doc.
        RETURNS (Doc | list[dict[str, Any]]): The Doc, or its entities.
        RAISES (ConcnerError): C647, C650 for a field that cannot be kept.
        """
        return self._keep_doc(record, doc) if self.format == "spacy" else describe_entities(doc)

    def pack(self, records: Sequence[Record], kept: Sequence[Any], table: Any = None) -> bytes:
        """Give what the file holds.

        records (Sequence[Record]): The records.
        kept (Sequence[Any]): What was kept of each.
        table (pyarrow.Table): The records, where they come as such.
        RETURNS (bytes): The bytes, the same for the same records.
        RAISES (ConcnerError): C647 if a record has a field of the name of the entities, C650 for
            what JSON cannot hold.
        """
        if self.format == "spacy":
            return pack_docs(iter(kept), None) or pack_nothing()
        if self.format == "jsonl":
            lines = map(self._line, records, kept)
            return "".join(lines).encode("utf8")
        if table is None:
            table = self._table(records)
        for record in records:
            _check_free(self.entities_field, table.column_names, record)
        return to_bytes(add_column(table, self.entities_field, kept))

    def _keep_doc(self, record: Record, doc: Doc) -> Doc:
        """Give the Doc what its record carries, and take off what the pipeline has left in it."""
        # Vectors of an encoder, say, which would fill the memory.
        doc.tensor = np.zeros((0,), dtype="f4")
        fields = self._carried(record)
        if record.doc is None:
            _check_free(USER_DATA_KEY, fields, record)
            fields = {key: self._stored(key, value, record) for key, value in fields.items()}
        doc.user_data = fields
        return doc

    def _carried(self, record: Record) -> dict[str, Any]:
        """Give the fields of a record but its text."""
        if record.doc is not None:
            return record.fields
        return {key: value for key, value in record.fields.items() if key != self.text_field}

    def _stored(self, key: str, value: Any, record: Record) -> Any:
        try:
            return check_stored(as_json(value), f"the field {key!r}", record.place)
        except (InvalidRecord, TypeError) as error:
            raise self._unwritten(key, error, record) from error

    def _line(self, record: Record, entities: Sequence[Entity]) -> str:
        row = record.fields
        if record.doc is not None:
            row = {TEXT_FIELD: record.text, **_text_keys(row)}
        _check_free(self.entities_field, row, record)
        return f"{self._dump({**row, self.entities_field: entities}, record)}\n"

    def _table(self, records: Sequence[Record]) -> Any:
        """Give texts, and what they carry as JSON: its types may change from line to line."""
        pyarrow = import_pyarrow()
        texts = [record.text for record in records]
        rows = (_text_keys(self._carried(record)) for record in records)
        fields = [self._dump(row, record) for row, record in zip(rows, records, strict=True)]
        columns = {self.text_field: texts, FIELDS_COLUMN: fields}
        return pyarrow.table({k: pyarrow.array(v, pyarrow.string()) for k, v in columns.items()})

    def _dump(self, row: Mapping[str, Any], record: Record) -> str:
        try:
            text = json.dumps(row, ensure_ascii=False, default=as_json)
            text.encode("utf8")
        except UnicodeEncodeError:
            # Half a character in a field that nobody reads goes on as the escape that it was.
            return json.dumps(row, default=as_json)
        except (TypeError, ValueError) as error:
            name = next((key for key, value in row.items() if not _is_json(value)), "")
            raise self._unwritten(name, error, record) from error
        return text

    def _unwritten(self, key: str, error: Exception, record: Record) -> ConcnerError:
        values = {"place": record.place, "field": key, "format": self.format}
        return ConcnerError(Errors.C650.format(reason=str(error).rstrip("."), **values))


def describe_entities(doc: Doc) -> list[Entity]:
    """Give the entities of a Doc as JSON has them.

    doc (Doc): The Doc.
    RETURNS (list[dict[str, Any]]): For each, start and end in characters, the end exclusive, its
        type, its text, and the probability that a `concner` gave to exactly it, None without one.
    """
    return [
        {
            "start": ent.start_char,
            "end": ent.end_char,
            "label": ent.label_,
            "text": ent.text,
            "score": get_score(ent),
        }
        for ent in doc.ents
    ]


def as_json(value: Any) -> Any:
    """Give a value of a parquet file as JSON has it.

    value (Any): Dates and times as ISO 8601 writes them, decimals as their digits; others as they
        are.
    RETURNS (Any): The value.
    RAISES (TypeError): If JSON has nothing for it.
    """
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return {key: as_json(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(part) for part in value]
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"it is a {type(value).__name__}")


def pack_nothing() -> bytes:
    """Give a `.spacy` file without Docs, for a shard whose records are all broken."""
    from spacy.tokens import DocBin

    return DocBin(store_user_data=True).to_bytes()


def _text_keys(fields: Mapping[Any, Any]) -> dict[str, Any]:
    """Leave out what JSON has no key for: of a Doc's user data, that of extensions."""
    return {key: value for key, value in fields.items() if isinstance(key, str) and _is_json(value)}


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value, default=as_json)
    except (TypeError, ValueError):
        return False
    return True


def _check_free(name: str, fields: Sequence[str] | Mapping[str, Any], record: Record) -> None:
    if name in fields:
        raise ConcnerError(Errors.C647.format(place=record.place, field=name))
