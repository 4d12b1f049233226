"""Streams of Docs into .spacy files: one file, or a folder of shards."""

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

import srsly
from spacy.tokens import Doc, DocBin

from ..errors import ConcnerError, Errors
from ..files import File, Folder, is_doc_bin, whole_file, whole_folder

SUFFIX = ".spacy"
NO_DATA = srsly.msgpack_dumps({})


def docs_output(path: Path) -> File | Folder:
    """Tell what Docs are written to, for `files.claim`.

    path (Path): File that ends in .spacy, or a folder for shards, whose name has no suffix.
    RETURNS (File | Folder): The output.
    RAISES (ConcnerError): C129 if a new path has another suffix: it would become a folder.
    """
    if path.suffix == SUFFIX:
        return File(path, is_doc_bin)
    if path.suffix and not path.is_dir():
        reason = f"a file of Docs ends in {SUFFIX}, and a new folder has no suffix"
        raise ConcnerError(Errors.C129.format(option="OUTPUT", path=path, reason=reason))
    return Folder(path)


def find_shards(folder: Path) -> list[Path]:
    """Give the .spacy files of a folder in order of their names."""
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if not path.name.startswith("."))


def write_docs(docs: Iterator[Doc], output: Path, shard_size: int, verb: str) -> list[Path]:
    """Write Docs to a file or to shards in a folder, whole or not at all; none if there are none.

    A file is packed in memory before it is written; of a folder, one shard is in memory at a time.

    docs (Iterator[Doc]): The Docs.
    output (Path): File that ends in .spacy, or a folder.
    shard_size (int): Docs in a shard; a single file takes all.
    verb (str): The verb that writes them, for the folder's marker.
    RETURNS (list[Path]): The files.
    RAISES (ConcnerError): C129 if they cannot be written.
    """
    if output.suffix == SUFFIX:
        if not (data := pack_docs(docs, None)):
            return []
        with whole_file(output) as part:
            part.write_bytes(data)
        return [output]
    names: list[str] = []
    # Without a Doc, what stood there before stays.
    if (first := next(docs, None)) is None:
        return []
    docs = chain([first], docs)
    with whole_folder(output, verb) as part:
        while data := pack_docs(docs, shard_size):
            names.append(f"{output.resolve().name}-{len(names) + 1:05d}{SUFFIX}")
            (part / names[-1]).write_bytes(data)
    return [output / name for name in names]


def pack_docs(docs: Iterator[Doc], n_docs: int | None) -> bytes:
    """Pack the next Docs as a `.spacy` file.

    docs (Iterator[Doc]): The Docs.
    n_docs (int | None): How many at most; None for all.
    RETURNS (bytes): What the file holds; empty if there are no Docs left.
    """
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
