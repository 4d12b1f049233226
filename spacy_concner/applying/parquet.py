"""Parquet by pyarrow, which is asked for where it is needed."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import ConcnerError, Errors


def import_pyarrow() -> Any:
    """Give the package pyarrow.

    RETURNS (module): The package.
    RAISES (ConcnerError): C649 if it is not there.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ConcnerError(Errors.C649.format(error=error)) from error
    return pyarrow


def entities_type() -> Any:
    """Give the type of a column of entities."""
    pyarrow = import_pyarrow()
    fields = [("start", pyarrow.int64()), ("end", pyarrow.int64())]
    fields += [("label", pyarrow.string()), ("text", pyarrow.string())]
    fields.append(("score", pyarrow.float32()))
    return pyarrow.list_(pyarrow.struct(fields))


def add_column(table: Any, name: str, entities: Sequence[Sequence[Mapping[str, Any]]]) -> Any:
    """Give a table with a column of entities after the others.

    table (pyarrow.Table): The table.
    name (str): Name of the column.
    entities (Sequence[Sequence[Mapping[str, Any]]]): The entities of each row.
    RETURNS (pyarrow.Table): The table with the column.
    """
    pyarrow = import_pyarrow()
    column = pyarrow.array([list(found) for found in entities], type=entities_type())
    return table.append_column(name, column)


def to_bytes(table: Any) -> bytes:
    """Write a table as a parquet file.

    table (pyarrow.Table): The table.
    RETURNS (bytes): What the file holds.
    """
    pyarrow = import_pyarrow()
    sink = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(table, sink)
    return sink.getvalue().to_pybytes()
