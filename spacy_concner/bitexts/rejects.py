"""What a run has left out, on disk as it goes."""

import json
from pathlib import Path
from typing import IO

from ..corpora.formats import show_reason
from ..errors import ConcnerError, Errors


class Rejects:
    """A JSONL file that is there once there is something in it."""

    def __init__(self, path: Path | None) -> None:
        """Remove what an earlier run has left.

        path (Path): The file; None to write nothing.
        """
        self.path = path
        self._stream: IO[str] | None = None
        if path is not None:
            path.unlink(missing_ok=True)

    def add(self, row: dict[str, str | int]) -> None:
        """Write a row.

        row (dict[str, str | int]): The row.
        RAISES (ConcnerError): C134 if the file can't be written.
        """
        if self.path is None:
            return
        if self._stream is None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._stream = self.path.open("w", encoding="utf8", newline="\n")
            except OSError as error:
                raise ConcnerError(
                    Errors.C134.format(path=self.path, reason=show_reason(error))
                ) from error
        self._stream.write(json.dumps(row, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()
