"""What a run has left out and why: JSON lines beside its output, in every verb the same."""

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from ..files import File, json_line_with, whole_file

OPTION = "--rejects"
# Each row of a rejects file tells why it is there.
IS_REJECTS = json_line_with("reason", "reasons", "code")


def default_rejects(output: Path) -> Path:
    """Give the rejects file of an output: beside it, out.rejects.jsonl for out.spacy and out."""
    return output.with_suffix("").with_name(f"{output.stem}.rejects.jsonl")


def show_reasons(counts: Counter[str]) -> str:
    """Give counts of reasons for a message, the most frequent first.

    counts (Counter[str]): How often each reason came.
    RETURNS (str): Such as "too long (3), empty side (1)".
    """
    return ", ".join(f"{reason} ({n})" for reason, n in counts.most_common()) or "nothing there"


class Rejects:
    """A rejects file, open for a run; it is there once there is something in it.

    It comes under its name when the run ends, however that ends, and a run that leaves out nothing
    removes that of the run before.
    """

    def __init__(self, path: Path | None) -> None:
        """Name the file; nothing is written yet.

        path (Path): The file; None to write nothing.
        """
        self.path = path
        self._stream: IO[str] | None = None
        self._writing = ExitStack()

    @property
    def output(self) -> File | None:
        """The file as an output of a call, for `files.claim`."""
        return None if self.path is None else File(self.path, IS_REJECTS, disposable=True)

    def add(self, row: Mapping[str, Any]) -> None:
        """Write a row.

        row (Mapping[str, Any]): What was left out, and why.
        RAISES (ConcnerError): C129 if the file can't be written.
        """
        if self.path is None:
            return
        if self._stream is None:
            part = self._writing.enter_context(whole_file(self.path, OPTION))
            # Paths and raw text may hold bytes that are no UTF-8.
            self._stream = self._writing.enter_context(
                part.open("w", encoding="utf8", errors="backslashreplace", newline="\n")
            )
        self._stream.write(json.dumps(row, ensure_ascii=False) + "\n")

    def __enter__(self) -> "Rejects":
        """Give itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Bring the file under its name, whether the run went well or not."""
        if self._stream is not None:
            self._writing.close()
        elif self.path is not None and kind is None:
            self.path.unlink(missing_ok=True)
