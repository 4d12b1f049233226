"""How `distil` resumes: its folder tells what each step was made of.

A run keeps the steps that an earlier one has finished of the same inputs. What was made of others,
or is a step no more, goes, and nothing is mixed of both.
"""

import json
import shutil
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..errors import ConcnerError, Errors
from ..files import whole_file
from ..folder_marker import check_complete

MANIFEST = "distil.json"


class MadeSteps:
    """The steps that are made in a folder, each a folder in it."""

    def __init__(self, output: Path, inputs: Mapping[str, Mapping[str, Any]], force: bool) -> None:
        """Find what an earlier run has finished, and clear away what is of other inputs.

        output (Path): The folder: new, empty, or of an earlier run.
        inputs (Mapping[str, Mapping[str, Any]]): What each step is to be made of, by name.
        force (bool): Whether what is of other inputs may go.
        RAISES (ConcnerError): C129 if the folder is a file or cannot be written to, C408 if it
            holds something else, C405 if it is of other inputs and `force` is not set.
        """
        self.output, self.inputs = output, inputs
        before = _read(output)
        before_inputs = before.get("inputs", {})
        changed = _find_change(before_inputs, inputs)
        # Of a run that has made nothing there is nothing to keep.
        if changed and before.get("finished") and not force:
            raise ConcnerError(Errors.C405.format(path=output, changed=changed))
        self._made = [
            name
            for name in before.get("finished", [])
            if before_inputs.get(name) == inputs.get(name) and is_whole(output / name)
        ]
        # What the copied student was made of: the step that it is of may no longer be the last.
        self._copied: Mapping[str, Any] | None = before.get("student")
        self._write()
        self.gone = {*before_inputs} - {*self._made}
        for name in self.gone:
            shutil.rmtree(output / name, ignore_errors=True)

    def __contains__(self, name: str) -> bool:
        """Tell whether a step is made."""
        return name in self._made

    def add(self, name: str) -> None:
        """Note that a step is made."""
        self._made.append(name)
        self._write()

    def is_copied(self, name: str, copy: Path) -> bool:
        """Tell whether a folder is the copy of a step as it is now."""
        return is_whole(copy) and self._copied == self.inputs[name]

    def note_copy(self, name: str) -> None:
        """Note which step the copy is of."""
        self._copied = self.inputs[name]
        self._write()

    def _write(self) -> None:
        content = {"inputs": self.inputs, "finished": self._made, "student": self._copied}
        with whole_file(self.output / MANIFEST) as part:
            part.write_text(json.dumps(content, indent=2) + "\n", encoding="utf8")


def keep_only(folder: Path, names: Collection[str]) -> None:
    """Remove the folders in a folder that have none of these names."""
    for place in folder.glob("*"):
        if place.name not in names:
            shutil.rmtree(place)


def is_whole(folder: Path) -> bool:
    """Tell whether a folder is there with all the files that were written to it."""
    if not folder.is_dir():
        return False
    try:
        check_complete(folder)
    except ConcnerError:
        return False
    return True


def _read(output: Path) -> dict[str, Any]:
    """Read what an earlier run was made of."""
    told = {"option": "OUTPUT", "path": output}
    if output.exists() and not output.is_dir():
        raise ConcnerError(Errors.C129.format(**told, reason="it is no folder but a file"))
    with suppress(OSError, ValueError):
        return json.loads((output / MANIFEST).read_text("utf8"))
    if output.exists() and any(output.iterdir()):
        reason = f"holds files, and no {MANIFEST} tells that spacy concner distil made them"
        raise ConcnerError(Errors.C408.format(**told, reason=reason))
    return {}


def _find_change(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Say what the first step is made of that was made of something else; empty if none was."""
    for name, inputs in before.items():
        if name not in now:
            return f"rounds: {name} is no longer one of them"
        keys = {*inputs, *now[name]}
        if changed := sorted(key for key in keys if inputs.get(key) != now[name].get(key)):
            return f"inputs of {name}: {', '.join(changed)}"
    return ""
