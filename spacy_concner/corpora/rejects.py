"""What a run has left out and why: JSON lines beside its output, in every verb the same."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Any, TypeVar

from ..files import File, json_line_with, whole_file
from ..remote import remove

T = TypeVar("T")
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

    It comes under its name before what is made of the rest does, or when the run fails, and a run
    that leaves out nothing removes that of the run before.
    """

    def __init__(self, path: Path | None) -> None:
        """Name the file; nothing is written yet.

        path (Path): The file; None to write nothing.
        """
        self.path = path
        self._stream: IO[str] | None = None
        self._writing = ExitStack()
        self._is_done = False

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

    def before_the_end_of(self, docs: Iterable[T]) -> Iterator[T]:
        """Pass on what a run keeps, and bring the file under its name after the last of it.

        An output is whole once it has got all, and a run that is killed then must not have left
        its rejects behind.

        docs (Iterable[T]): What is kept.
        YIELDS (T): The same.
        """
        yield from docs
        self._finish()

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
        if kind is None:
            self._finish()
        else:
            self._writing.close()

    def _finish(self) -> None:
        if self._is_done:
            return
        self._is_done = True
        if self._stream is not None:
            self._writing.close()
        elif self.path is not None:
            remove(self.path)
