"""Results of the benches: JSON lines, the first of which says what the others were made with."""

import json
import os
import platform
from collections.abc import Iterable, Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import srsly
from wasabi import msg

from spacy_concner.files import whole_file

VERSIONS = (
    "spacy",
    "spacy-transformers",
    "thinc",
    "torch",
    "transformers",
    "ctranslate2",
    "tokenizers",
    "spacy-concner",
)
DECIMALS = 6


class Rows:
    """A file of results: `{"provenance": …}` on the first line, then a row a line.

    All rows of a file have one provenance: versions, machine and settings. The file is read
    anew each time, so that runs can share it.
    """

    def __init__(self, path: Path, gpu_id: int = -1, **settings: object) -> None:
        """Name the file and what a run brings to it.

        path (Path): The file; it need not be there yet.
        gpu_id (int): GPU of the run, or -1.
        settings (object): What else is the same for all rows, such as the limit of sentences.
        """
        self.path = path
        gpu = "no GPU" if gpu_id < 0 else f"GPU {gpu_id}"
        self.own: dict[str, Any] = {
            "versions": {name: version(name) for name in VERSIONS},
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, {gpu}",
            **settings,
        }

    @property
    def provenance(self) -> dict[str, Any]:
        """What the rows were made with; of a file that is not there yet, what they would be."""
        if not self.path.exists():
            return {**self.own, "date": date.today().isoformat()}
        return next(srsly.read_jsonl(self.path))["provenance"]

    def read(self) -> list[dict[str, Any]]:
        """Give all rows."""
        if not self.path.exists():
            return []
        _, *rows = srsly.read_jsonl(self.path)
        return rows

    def find(self, **values: object) -> dict[str, Any] | None:
        """Give the first row with these values, None if there is none."""
        return next((row for row in self.read() if values.items() <= row.items()), None)

    def add(self, row: Mapping[str, object]) -> None:
        """Add a row to the end of the file at once."""
        self._check()
        if not self.path.exists():
            self.write([row])
            return
        with self.path.open("a", encoding="utf8") as stream:
            stream.write(_line(row))

    def write(self, rows: Iterable[Mapping[str, object]]) -> None:
        """Write the file anew, with what this run was made with as its provenance."""
        provenance = {**self.own, "date": date.today().isoformat()}
        with whole_file(self.path) as part:
            lines = [_line({"provenance": provenance}), *map(_line, rows)]
            part.write_text("".join(lines), encoding="utf8")

    def put(self, row: Mapping[str, object], *keys: str) -> None:
        """Add a row in the place of the one that has the same values of some keys."""
        self._check()
        others = [r for r in self.read() if any(r[key] != row[key] for key in keys)]
        self.write([*others, row])

    def _check(self) -> None:
        if not self.path.exists():
            return
        found = {name: value for name, value in self.provenance.items() if name != "date"}
        if found != self.own:
            msg.fail(
                f"{self.path} was made with other versions, settings or on another machine",
                f"There: {found}. Here: {self.own}. Move the file away, or name another with "
                "--results.",
                exits=1,
            )


def made_with(provenance: Mapping[str, Any]) -> str:
    """Show versions, machine and date of a file of results, those that are known."""
    versions = provenance.get("versions", {})
    parts = [", ".join(f"{name} {value}" for name, value in versions.items())]
    parts += [provenance.get("machine", ""), provenance["date"]]
    return "; ".join(filter(None, parts))


def _line(row: Mapping[str, object]) -> str:
    rounded = {k: round(v, DECIMALS) if isinstance(v, float) else v for k, v in row.items()}
    return json.dumps(rounded, ensure_ascii=False) + "\n"
