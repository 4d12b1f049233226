"""Streams of Docs into .spacy files: one file, or a folder of shards."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import srsly
from spacy.tokens import Doc, DocBin

from ..errors import ConcnerError, Errors
from .formats import show_reason

SUFFIX = ".spacy"
NO_DATA = srsly.msgpack_dumps({})


def check_output(output: Path, force: bool = False) -> None:
    """Check that Docs may be written to a path, before any work is done.

    output (Path): File that ends in .spacy (replaced if it exists), or folder; a new folder
        has no suffix, since it would be taken for a file.
    force (bool): Allow a folder that already holds .spacy files.
    RAISES (ConcnerError): C128 if the folder already holds .spacy files, C129 if the path is
        of the wrong kind.
    """
    if output.suffix == SUFFIX:
        if output.is_dir():
            raise ConcnerError(Errors.C129.format(path=output, reason="it is a folder"))
    elif output.exists() and not output.is_dir():
        raise ConcnerError(Errors.C129.format(path=output, reason="it is no folder"))
    elif output.suffix and not output.exists():
        reason = f"there is no such folder, and a file of Docs does not end in {output.suffix}"
        raise ConcnerError(Errors.C129.format(path=output, reason=reason))
    elif not force and (found := find_shards(output)):
        values = {"folder": output, "n_files": len(found), "example": found[0].name}
        raise ConcnerError(Errors.C128.format(**values))


def find_shards(folder: Path) -> list[Path]:
    """Give the .spacy files of a folder in order of their names."""
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if not path.name.startswith("."))


def write_docs(docs: Iterator[Doc], output: Path, shard_size: int) -> list[Path]:
    """Write Docs to a file or to shards in a folder, nothing if there are none.

    A file is packed in memory before it is written; of a folder, one shard is in memory at a
    time. Files come under their final names only once all Docs are written; until then they
    stand in a hidden folder beside them, and what stood there before is left alone.

    docs (Iterator[Doc]): The Docs.
    output (Path): File that ends in .spacy, or a folder, whose old .spacy files go.
    shard_size (int): Docs in a shard; a single file takes all.
    RETURNS (list[Path]): The files.
    RAISES (ConcnerError): C129 if the files cannot be written.
    """
    single = output.suffix == SUFFIX
    folder = output.parent if single else output
    n_docs = None if single else shard_size
    try:
        folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder))
    except OSError as error:
        raise ConcnerError(Errors.C129.format(path=output, reason=show_reason(error))) from error
    try:
        names: list[str] = []
        while data := _pack(docs, n_docs):
            number = len(names) + 1
            name = output.name if single else f"{folder.resolve().name}-{number:05d}{SUFFIX}"
            (staging / name).write_bytes(data)
            names.append(name)
            del data
        if names and not single:
            for path in find_shards(folder):
                path.unlink()
        for name in names:
            os.replace(staging / name, folder / name)
    except OSError as error:
        raise ConcnerError(Errors.C129.format(path=output, reason=show_reason(error))) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return [folder / name for name in names]


def _pack(docs: Iterator[Doc], n_docs: int | None) -> bytes:
    """Pack the next Docs, empty if there are none left."""
    doc_bin = DocBin()
    user_data: list[bytes | None] = []
    for doc in islice(docs, n_docs):
        doc_bin.add(doc)
        user_data.append(srsly.msgpack_dumps(doc.user_data) if doc.user_data else NO_DATA)
    # What DocBin(store_user_data=True) does; but srsly looks through every registered
    # function for each Doc, which takes longer than all the rest.
    doc_bin.store_user_data = True
    doc_bin.user_data = user_data
    return doc_bin.to_bytes() if len(doc_bin) else b""
