"""How `label` resumes: shards in a folder that tells what they were made with.

The folder's `label.json` holds all that the labels depend on. A run with the same settings keeps
the shards that are whole and makes the others; a run with other settings stops, or starts anew.
Shards are made in a hidden folder and come to their places when all are there: what stood there
stands until then, and no reader takes a part for the whole.
"""

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from ..corpora.reader import read_docs
from ..corpora.soft_labels import get_soft_labels
from ..errors import ConcnerError, Errors
from ..files import whole_file
from ..folder_marker import MARKER, Marker, read_marker

VERB = "label"
MANIFEST = "label.json"
# What teachers said, kept apart from the shards that are mixed of it.
CACHE = "teachers"
WEIGHTING_FILE = "weighting.json"
SHARD = re.compile(r"\d{5,}\.spacy")
# Hidden, so that readers of corpora pass it over.
MAKING = ".making"


def shard_name(number: int) -> str:
    """Give the name of a shard, numbered from 1, without suffix."""
    return f"{number:05d}"


def check_folder(output: Path) -> None:
    """Check that a folder is there for soft labels, before any work is done for it.

    output (Path): The folder: new, empty, or made by an earlier run.
    RAISES (ConcnerError): C129 if it is a file or named like one, C408 if it holds something else
        than soft labels.
    """
    told = {"option": "OUTPUT", "path": output}
    if output.suffix == ".spacy" or (output.exists() and not output.is_dir()):
        reason = "soft labels are written to a folder, and this is a file or named like one"
        raise ConcnerError(Errors.C129.format(**told, reason=reason))
    marker = read_marker(output)
    if not output.exists() or (output / MANIFEST).exists() or (marker and marker.verb == VERB):
        return
    # Files of a user's must never be taken for, or mixed with, shards. What a run leaves that was
    # killed before it wrote its settings is none of them.
    if any(path.name not in (CACHE, MAKING) for path in output.iterdir()):
        reason = f"holds files and no {MANIFEST}: spacy concner label did not make them"
        raise ConcnerError(Errors.C408.format(**told, reason=reason))


class SoftLabelFolder:
    """The shards of a run of `label`: those of an earlier one, and those that are made."""

    def __init__(self, output: Path, settings: dict, force: bool) -> None:
        """Make the folder ready for a run.

        output (Path): The folder, as `check_folder` lets it pass.
        settings (dict): What the labels depend on; kept in `label.json`.
        force (bool): Replace the shards of a run with other settings, once there are new ones. No
            other file is touched.
        RAISES (ConcnerError): C405 if the folder was made with other settings, C129 if it cannot
            be written to.
        """
        self.output = output
        self.settings = settings
        before = _read_settings(output / MANIFEST)
        marker = read_marker(output)
        # Stopped while it was put into place: shards of two runs stand side by side.
        is_mixed = marker is not None and not marker.finished
        self._is_same = before == settings and not is_mixed
        goes_on = is_mixed and settings in (before, self._made_with())
        if not (self._is_same or force or goes_on) and self._shards():
            changed: list[str] = [f"settings (its {MANIFEST} cannot be read)"]
            if before:
                changed = sorted(key for key in settings if before.get(key) != settings[key])
            raise ConcnerError(Errors.C405.format(path=output, changed=changed))
        if not self._shards():
            self._mark(Marker(VERB, [], finished=False))
        if self._made_with() != settings:
            shutil.rmtree(self._making, ignore_errors=True)
            _write_json(self._making / MANIFEST, settings)

    def read(self, number: int, n_expected: int | None) -> list[Doc] | None:
        """Read a shard that an earlier run has written with the same settings.

        number (int): Its number, from 1.
        n_expected (int): How many softly labelled Docs it must hold; None for any number.
        RETURNS (list[Doc] | None): The Docs; None if it is missing, broken or lacks some.
        """
        places = [self._making, *([self.output] if self._is_same else [])]
        found = (
            read_shard(folder / f"{shard_name(number)}.spacy", n_expected) for folder in places
        )
        return next((docs for docs in found if docs is not None), None)

    def write(self, number: int, docs: Sequence[Doc]) -> None:
        """Write a shard whole or not at all.

        number (int): Its number, from 1.
        docs (Sequence[Doc]): Softly labelled Docs.
        RAISES (ConcnerError): C129 if it cannot be written.
        """
        with whole_file(self._making / f"{shard_name(number)}.spacy") as part:
            DocBin(docs=docs, store_user_data=True).to_disk(part)

    def finish(self, n_shards: int, summary: dict) -> list[Path]:
        """Put the shards into their places; a reader that comes meanwhile is told of it.

        n_shards (int): How many there are.
        summary (dict): How the teachers were weighed, for `weighting.json`.
        RETURNS (list[Path]): Their files.
        RAISES (ConcnerError): C129 if the folder cannot be written to.
        """
        files = [self.output / f"{shard_name(number + 1)}.spacy" for number in range(n_shards)]
        made = [Path(path.name) for path in [*files, self.output / MANIFEST]]
        made.append(Path(WEIGHTING_FILE))
        self._mark(Marker(VERB, [], finished=False))
        for shard in set(self._shards()) - set(files):
            shard.unlink()
        for file in files:
            new = self._making / file.name
            if new.exists():
                new.replace(file)
        _write_json(self.output / WEIGHTING_FILE, summary)
        _write_json(self.output / MANIFEST, self.settings)
        self._mark(Marker(VERB, made))
        shutil.rmtree(self._making, ignore_errors=True)
        return files

    @property
    def _making(self) -> Path:
        return self.output / MAKING

    def _made_with(self) -> dict:
        """Read the settings of the shards that are not in their places yet."""
        return _read_settings(self._making / MANIFEST)

    def _shards(self) -> list[Path]:
        return [path for path in self.output.glob("*.spacy") if SHARD.fullmatch(path.name)]

    def _mark(self, marker: Marker) -> None:
        with whole_file(self.output / MARKER) as part:
            marker.write(part)


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


def _read_settings(path: Path) -> dict:
    # The standard library keeps floats exactly, so that equal weights compare equal.
    try:
        return json.loads(path.read_text("utf8"))
    except (OSError, ValueError):
        return {}


def _write_json(path: Path, content: dict) -> None:
    with whole_file(path) as part:
        part.write_text(json.dumps(content, indent=2), encoding="utf8")
