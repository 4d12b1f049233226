"""What a worker does: load the pipeline once, then make shards of entities."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spacy.tokens import Doc

from ..corpora.records import Rejected
from ..corpora.segments import copy_tokens
from ..errors import ConcnerError, Errors
from ..files import show_reason, write_whole
from ..pipelines import load_pipeline
from ..sharding.folder import shard_name
from ..tagging.memory_zone import is_sparse, rebuild_index
from .formats import Layout
from .notes import Note, note_name
from .parquet import import_pyarrow
from .pieces import Rows
from .records import SHOWN, Record, read_piece
from .shards import Shard


@dataclass(frozen=True)
class Work:
    """What workers are told.

    pipeline: Pipeline folder or installed package.
    folder: Where shards are made.
    layout: How they are written.
    text_field: Field or column of the text.
    max_length: Characters that a text may have; 0 for what the pipeline allows.
    batch_size: Texts a batch.
    skip_invalid: Leave broken records out instead of stopping.
    gpu_id: GPU, or -1 for the CPU.
    """

    pipeline: str
    folder: Path
    layout: Layout
    text_field: str
    max_length: int
    batch_size: int
    skip_invalid: bool
    gpu_id: int = -1


class Worker:
    """A pipeline, and the making of shards by it."""

    def __init__(self, work: Work) -> None:
        """Load the pipeline.

        work (Work): What is to be done.
        RAISES (ConcnerError): C515, C607 if the pipeline cannot be loaded.
        """
        if work.gpu_id >= 0:
            from thinc.api import require_gpu

            require_gpu(work.gpu_id)
        self._work = work
        self._nlp = load_pipeline(work.pipeline)
        self._limit = work.max_length or self._nlp.max_length
        self._nlp.max_length = max(self._limit, self._nlp.max_length)

    def __call__(self, shard: Shard) -> Note:
        """Make a shard: its file, and a note beside it.

        shard (Shard): The shard.
        RETURNS (Note): The note.
        RAISES (ConcnerError): For a broken record unless they are skipped; C129 if a file cannot
            be written, C648 if the pipeline fails, those of `Layout.pack`.
        """
        work = self._work
        note = Note(shard.number, shard.sha256, records=len(shard))
        # The words of a shard are forgotten with it, so that memory does not grow.
        with self._nlp.memory_zone():
            records, table = self._read(shard, note)
            kept = self._annotate(records, note)
            data = work.layout.pack(records, kept, table)
        # Our components do this themselves; pipelines without any have an index that grows, too.
        if is_sparse(self._nlp.vocab):
            rebuild_index(self._nlp.vocab)
        note.docs = len(records)
        note.sha256, note.size = hashlib.sha256(data).hexdigest(), len(data)
        name = f"{shard_name(shard.number)}{work.layout.suffix}"
        write_whole(work.folder / name, data)
        note.write(work.folder / note_name(shard.number))
        return note

    def _read(self, shard: Shard, note: Note) -> tuple[list[Record], Any]:
        """Give the records that are whole, and those of parquet as the rows that they are."""
        work = self._work
        records: list[Record] = []
        tables = []
        for piece in shard.pieces:
            rows = []
            items = read_piece(piece, work.text_field, self._limit, self._nlp.vocab)
            for row, item in enumerate(items):
                if isinstance(item, Record):
                    records.append(item)
                    rows.append(row)
                else:
                    self._reject(item, note)
            if isinstance(piece, Rows) and work.layout.format == "parquet":
                tables.append(piece.table.take(rows))
        return records, _join(tables, shard)

    def _reject(self, item: Rejected, note: Note) -> None:
        error = item.error
        if not self._work.skip_invalid:
            raise ConcnerError(str(error))
        note.rejects.append(
            {
                "file": error.place.file,
                "line": error.place.line,
                "code": error.code,
                "message": str(error),
                "raw": item.raw[:SHOWN],
            }
        )

    def _annotate(self, records: Sequence[Record], note: Note) -> list[Any]:
        """Run the pipeline, texts of like length together, and keep what the shard needs."""
        nlp, work = self._nlp, self._work
        kept: list[Any] = [None] * len(records)
        # Each is let go of as it is read: what a pipeline leaves in a Doc may be large.
        docs: dict[int, Doc] = {}
        for i, record in enumerate(records):
            doc = self._make_doc(record)
            if len(doc):
                docs[i] = doc
            else:
                kept[i] = work.layout.keep(record, doc)
        order = sorted(docs, key=lambda i: len(docs[i]))
        try:
            annotated = nlp.pipe((docs.pop(i) for i in order), batch_size=work.batch_size)
            for i, doc in zip(order, annotated, strict=True):
                kept[i] = work.layout.keep(records[i], doc)
                note.words += len(doc)
                note.entities.update(ent.label_ for ent in doc.ents)
        except ConcnerError:
            raise
        # Whatever a component may raise.
        except Exception as error:
            values = {"pipeline": work.pipeline, "error": show_reason(error)}
            first, last = records[0].place, records[-1].place
            raise ConcnerError(Errors.C648.format(first=first, last=last, **values)) from error
        return kept

    def _make_doc(self, record: Record) -> Doc:
        if record.doc is None:
            return self._nlp.make_doc(record.text)
        return copy_tokens(record.doc, self._nlp.vocab)


def _join(tables: Sequence[Any], shard: Shard) -> Any:
    """Give tables as one; None if there is none. C652 if they differ in their columns."""
    if not tables:
        return None
    first, *others = tables
    for table, piece in zip(others, shard.pieces[1:], strict=True):
        if not table.schema.equals(first.schema):
            values = {"path": piece.file, "found": table.column_names}
            raise ConcnerError(Errors.C652.format(expected=first.column_names, **values))
    return import_pyarrow().concat_tables(tables) if others else first
