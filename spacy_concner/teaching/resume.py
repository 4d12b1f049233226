"""How `label` resumes: shards of softly labelled Docs in a folder of shards."""

import json
from collections.abc import Sequence
from pathlib import Path

from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from ..corpora.reader import read_docs
from ..corpora.soft_labels import get_soft_labels
from ..errors import ConcnerError
from ..files import whole_file
from ..sharding.folder import FolderKind, ShardFolder

MANIFEST = "label.json"
# What teachers said, kept apart from the shards that are mixed of it.
CACHE = "teachers"
WEIGHTING_FILE = "weighting.json"
KIND = FolderKind("label", MANIFEST, (".spacy",), "soft labels", kept=(CACHE,))


class SoftLabelFolder(ShardFolder):
    """The shards of a run of `label`: those of an earlier one, and those that are made."""

    def __init__(self, output: Path, settings: dict, force: bool) -> None:
        """Make the folder ready for a run.

        output (Path): The folder, as `KIND.check` lets it pass.
        settings (dict): What the labels depend on; kept in `label.json`.
        force (bool): Replace the shards of a run with other settings, once there are new ones. No
            other file is touched.
        RAISES (ConcnerError): C405 if the folder was made with other settings, C129 if it cannot
            be written to.
        """
        super().__init__(output, KIND, settings, force=force)

    def read(self, number: int, n_expected: int | None) -> list[Doc] | None:
        """Read a shard that an earlier run has written with the same settings.

        number (int): Its number, from 1.
        n_expected (int): How many softly labelled Docs it must hold; None for any number.
        RETURNS (list[Doc] | None): The Docs; None if it is missing, broken or lacks some.
        """
        found = (read_shard(file, n_expected) for file in self.find(number))
        return next((docs for docs in found if docs is not None), None)

    def write(self, number: int, docs: Sequence[Doc]) -> None:
        """Write a shard whole or not at all.

        number (int): Its number, from 1.
        docs (Sequence[Doc]): Softly labelled Docs.
        RAISES (ConcnerError): C129 if it cannot be written.
        """
        with whole_file(self.making / self.file_name(number)) as part:
            DocBin(docs=docs, store_user_data=True).to_disk(part)

    def finish(self, n_shards: int, summary: dict) -> list[Path]:
        """Put the shards into their places; a reader that comes meanwhile is told of it.

        n_shards (int): How many there are.
        summary (dict): How the teachers were weighed, for `weighting.json`.
        RETURNS (list[Path]): Their files.
        RAISES (ConcnerError): C129 if the folder cannot be written to.
        """
        text = json.dumps(summary, indent=2)
        rest = {WEIGHTING_FILE: lambda path: path.write_text(text, encoding="utf8")}
        return self.put_into_place(n_shards, rest)


def read_shard(file: Path, n_expected: int | None) -> list[Doc] | None:
    """Read a shard that an earlier run has written.

    file (Path): The file.
    n_expected (int): How many softly labelled Docs it must hold; None for any number.
    RETURNS (list[Doc] | None): The Docs; None if the file is missing, broken or lacks some.
    """
    if not file.exists():
        return None
    try:
        docs = [doc for doc in read_docs(file, Vocab()) if get_soft_labels(doc) is not None]
    except ConcnerError:
        return None
    return docs if n_expected in (None, len(docs)) else None
