"""Datasets by name on the Hugging Face hub, and parquet files: rows whose types are known."""

import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...errors import ConcnerError, Errors
from ...files import show_reason
from ..read_options import ReadOptions
from ..records import InvalidRecord, Place, Record, Rejected, Skipped
from .json_files import parse_record

LOGGERS = ("datasets", "huggingface_hub", "urllib3", "httpx")
PARQUET = ".parquet"


def read_dataset(source: str, options: ReadOptions) -> Iterator[Record | Skipped | Rejected]:
    """Read sentences from a dataset, streaming.

    source (str): A parquet file, a folder of such files, or a dataset on the hub as name,
        name/config or owner/name/config (`wikiann/bg`).
    options (ReadOptions): Split, fields, scheme, and names of tags instead of those that the
        dataset knows.
    YIELDS (Record | Skipped | Rejected): A record for each row.
    RAISES (ConcnerError): C126 if the hub does not give the dataset, C127 if local files
        cannot be read.
    """
    dataset = load_rows(source, options.split)
    names = options.tag_names or get_tag_names(
        getattr(dataset, "features", None), options.tags_field
    )
    options = replace(options, tag_names=names)
    for number, row in enumerate(_guard(dataset, source), start=1):
        place = Place(source, number, "row")
        raw = json.dumps(row, ensure_ascii=False, default=str)
        try:
            yield from parse_record(row, place, raw, options)
        except InvalidRecord as error:
            yield Rejected(error, raw)


def load_rows(source: str, split: str) -> Iterable[dict[str, Any]]:
    """Open a dataset, local or on the hub, as a stream of rows.

    source (str): Path, or name on the hub; a path that exists comes first.
    split (str): Split of a folder or of a dataset on the hub.
    RETURNS (Iterable[dict[str, Any]]): A `datasets.IterableDataset`.
    RAISES (ConcnerError): C126 if the hub does not give the dataset, C127 if local files
        cannot be read.
    """
    # `datasets` raises errors of its own, of pyarrow, of pandas, of its HTTP client and
    # plain ones: whatever it is, the dataset cannot be read.
    from datasets import load_dataset
    from datasets.exceptions import DatasetNotFoundError

    path = Path(source)
    if path.exists():
        try:
            if path.is_dir():
                return load_dataset(str(path), split=split, streaming=True)
            files = {split: str(path)}
            return load_dataset("parquet", data_files=files, split=split, streaming=True)
        except Exception as error:
            told = show_reason(error)
            raise ConcnerError(Errors.C127.format(source=source, reason=told)) from error
    reason: Exception | None = None
    for name, config in hub_names(source):
        try:
            with _quiet():
                return load_dataset(name, config, split=split, streaming=True)
        except DatasetNotFoundError as error:
            reason = reason or error
        except Exception as error:
            raise ConcnerError(
                Errors.C126.format(source=source, reason=show_reason(error))
            ) from error
    raise ConcnerError(Errors.C126.format(source=source, reason=show_reason(reason)))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the loggers of the hub silent: each retry would fill the screen."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def hub_names(source: str) -> list[tuple[str, str | None]]:
    """Give the names and configurations that a source may mean on the hub.

    source (str): "name", "name/config" or "owner/name", "owner/name/config".
    RETURNS (list[tuple[str, str | None]]): Name and configuration, the likeliest first.
    """
    parts = source.split("/")
    if len(parts) == 1:
        return [(source, None)]
    name, config = source.rsplit("/", 1)
    if len(parts) == 2:
        return [(name, config), (source, None)]
    return [(name, config)]


def get_tag_names(features: Any, tags_field: str) -> list[str] | None:
    """Give the names of numbered tags, or None where a dataset does not tell them.

    features (Any): The dataset's `datasets.Features`, or None.
    tags_field (str): Field with the tags.
    RETURNS (list[str] | None): Names in the order of the numbers.
    """
    feature = (features or {}).get(tags_field)
    feature = feature[0] if isinstance(feature, list) else getattr(feature, "feature", None)
    return getattr(feature, "names", None)


def _guard(rows: Iterable[dict[str, Any]], source: str) -> Iterator[dict[str, Any]]:
    """Give rows, and errors of `datasets` as coded ones."""
    iterator = iter(rows)
    while True:
        try:
            row = next(iterator)
        except StopIteration:
            return
        except Exception as error:
            told = show_reason(error)
            raise ConcnerError(Errors.C127.format(source=source, reason=told)) from error
        yield row
