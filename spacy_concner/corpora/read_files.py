"""Files through the readers of their formats."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias

from ..errors import ConcnerError, Errors
from .detection import Source
from .formats.brat import read_brat
from .formats.conll import read_conll
from .formats.csv_files import read_csv
from .formats.hub import read_dataset
from .formats.inline_tags import read_inline_tags
from .formats.json_files import read_json
from .formats.plain_text import read_text
from .formats.webanno import read_webanno
from .lines import read_lines
from .read_options import ReadOptions
from .records import Record, Rejected, Skipped

Item: TypeAlias = Record | Skipped | Rejected


def read_records(sources: Sequence[Source], options: ReadOptions) -> Iterator[Item]:
    """Read the records of files, one file after the other.

    sources (Sequence[Source]): The files, as `find_sources` gives them.
    options (ReadOptions): How they are read.
    YIELDS (Item): The records, broken and skipped ones in their place.
    RAISES (ConcnerError): C103 for a file that cannot be read, and what a reader cannot skip.
    """
    for source in sources:
        if source.format == "datasets":
            yield from read_dataset(source.path, options)
        elif source.format == "brat":
            yield from read_brat(Path(source.path).with_suffix(".txt"), options)
        else:
            yield from _read_file(source, options)


def _read_file(source: Source, options: ReadOptions) -> Iterator[Item]:
    file, format = source.path, source.format
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(open(file, "rb"))
        except OSError as error:
            values = {"path": file, "reason": error.strerror or str(error), "format": format}
            raise ConcnerError(Errors.C103.format(**values)) from error
        if format == "csv":
            yield from read_csv(stream, file, options)
        elif format == "jsonl":
            yield from read_json(stream, file, options)
        else:
            readers = {
                "conll": read_conll,
                "inline": read_inline_tags,
                "text": read_text,
                "webanno": read_webanno,
            }
            lines = read_lines(stream, file, options.encoding)
            yield from readers[format](lines, file, options)
