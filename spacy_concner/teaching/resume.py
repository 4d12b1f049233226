"""How `label` resumes: shards in a folder that tells what they were made with.

The folder's `label.json` holds all that the labels depend on. A run with the same settings keeps
the shards that are whole and makes the others; a run with other settings stops, or starts anew.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from ..corpora.reader import read_docs
from ..corpora.soft_labels import get_soft_labels
from ..errors import ConcnerError, Errors
from ..files import PART, whole_file

MANIFEST = "label.json"
# What teachers said, kept apart from the shards that are mixed of it.
CACHE = "teachers"
SHARD = re.compile(r"\d{5,}\.spacy")


def shard_path(output: Path, number: int) -> Path:
    """Give the file of a shard, numbered from 1."""
    return output / f"{number:05d}.spacy"


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
    if not output.exists() or (output / MANIFEST).exists():
        return
    # Files of a user's must never be taken for, or mixed with, shards. What a run leaves that was
    # killed before it wrote its settings is none of them.
    if any(path.suffix != PART and path.name != CACHE for path in output.iterdir()):
        reason = f"holds files and no {MANIFEST}: spacy concner label did not make them"
        raise ConcnerError(Errors.C408.format(**told, reason=reason))


def prepare_folder(output: Path, settings: dict, force: bool) -> None:
    """Make the folder ready for a run with these settings.

    output (Path): The folder, as `check_folder` lets it pass.
    settings (dict): What the labels depend on; kept in `label.json`.
    force (bool): Remove the shards of a run with other settings. No other file is touched.
    RAISES (ConcnerError): C405 if the folder was made with other settings, C129 if it cannot
        be written to.
    """
    for left in output.glob(f".*{PART}"):
        left.unlink()
    manifest = output / MANIFEST
    before = _read_settings(manifest)
    if before == settings:
        return
    shards = [path for path in sorted(output.glob("*.spacy")) if SHARD.fullmatch(path.name)]
    if shards and not force:
        changed: list[str] = [f"settings (its {MANIFEST} cannot be read)"]
        if before:
            changed = sorted(key for key in settings if before.get(key) != settings[key])
        raise ConcnerError(Errors.C405.format(path=output, changed=changed))
    for shard in shards:
        shard.unlink()
    with whole_file(manifest) as part:
        part.write_text(json.dumps(settings, indent=2), encoding="utf8")


def write_shard(file: Path, docs: Sequence[Doc]) -> None:
    """Write a shard whole or not at all.

    file (Path): The file.
    docs (Sequence[Doc]): Softly labelled Docs.
    RAISES (ConcnerError): C129 if it cannot be written.
    """
    with whole_file(file) as part:
        DocBin(docs=docs, store_user_data=True).to_disk(part)


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
