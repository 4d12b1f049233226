"""The folder that soft labels are written to: whose it is, and whether a run may go on in it."""

import json
import os
import re
from pathlib import Path

from ..errors import ConcnerError, Errors

MANIFEST = "label.json"
# What teachers said, kept apart from the shards that are mixed of it.
CACHE = "teachers"
SHARD = re.compile(r"\d{5,}\.spacy")


def shard_path(output: Path, number: int) -> Path:
    """Give the file of a shard, numbered from 1."""
    return output / f"{number:05d}.spacy"


def check_output(output: Path) -> None:
    """Check that a folder may be written to, before any work is done for it.

    output (Path): The folder: new, empty, or made by an earlier run.
    RAISES (ConcnerError): C408 if it is a file, named like one, or holds something else than
        soft labels, C420 if nothing can be written there.
    """
    # Other files of a user's must never be taken for, or mixed with, shards.
    strange = output.suffix == ".spacy" or (output.exists() and not output.is_dir())
    if not strange and output.exists() and not (output / MANIFEST).exists():
        # A run that was killed early may have left these.
        strange = any(
            path.suffix != ".unfinished" and path.name != CACHE for path in output.iterdir()
        )
    if strange:
        raise ConcnerError(Errors.C408.format(path=output))
    check_writable(output)


def check_writable(folder: Path) -> None:
    """Check that a folder can be made, or written to if it is there.

    folder (Path): The folder.
    RAISES (ConcnerError): C420 if not.
    """
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        raise ConcnerError(Errors.C420.format(path=folder, reason=f"{there} is no folder"))
    if not os.access(there, os.W_OK):
        raise ConcnerError(Errors.C420.format(path=folder, reason=f"{there} is read-only"))


def prepare_output(output: Path, settings: dict, force: bool) -> None:
    """Make the folder ready for a run with these settings.

    output (Path): The folder, as `check_output` lets it pass.
    settings (dict): What the labels depend on; kept in `label.json`.
    force (bool): Remove the shards of a run with other settings. No other file is touched.
    RAISES (ConcnerError): C405 if the folder was made with other settings, C420 if it cannot
        be written to.
    """
    manifest = output / MANIFEST
    before = _read_manifest(manifest)
    shards = [path for path in sorted(output.glob("*.spacy")) if SHARD.fullmatch(path.name)]
    if shards and before != settings:
        if not force:
            changed: object = "settings (its label.json cannot be read)"
            if before:
                changed = sorted(key for key in settings if before.get(key) != settings[key])
            raise ConcnerError(Errors.C405.format(path=output, changed=changed))
        for shard in shards:
            shard.unlink()
    if before != settings:
        unfinished = manifest.with_suffix(".unfinished")
        try:
            output.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(json.dumps(settings, indent=2), encoding="utf8")
        except OSError as error:
            reason = error.strerror or error
            raise ConcnerError(Errors.C420.format(path=output, reason=reason)) from error
        unfinished.replace(manifest)


def _read_manifest(path: Path) -> dict:
    # The standard library keeps floats exactly, so that equal weights compare equal.
    try:
        return json.loads(path.read_text("utf8"))
    except (OSError, ValueError):
        return {}
