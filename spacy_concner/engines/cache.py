"""Translations on disk, so that an interrupted run loses nothing and nothing is asked twice."""

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..errors import ConcnerError, Errors

CREATE = (
    "CREATE TABLE IF NOT EXISTS translations (engine TEXT, text TEXT, translation TEXT, "
    "PRIMARY KEY (engine, text)) WITHOUT ROWID"
)
SELECT = "SELECT translation FROM translations WHERE engine = ? AND text = ?"
INSERT = "INSERT OR REPLACE INTO translations VALUES (?, ?, ?)"


class TranslationCache:
    """Translations of one engine in an SQLite file."""

    def __init__(self, path: Path | None = None, engine: str = "") -> None:
        """Open the cache; close it or use it as a context manager.

        path (Path): The file, made if it is not there; None for a temporary one.
        engine (str): What tells the engine's translations from those of others, such as
            its name, settings and languages.
        RAISES (ConcnerError): C213 if the file is not such a cache.
        """
        self.engine = engine
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = sqlite3.connect(path or "")
            self._connection.execute(CREATE)
            self._connection.execute(SELECT, ("", ""))
        except sqlite3.Error as error:
            raise ConcnerError(Errors.C213.format(path=path, error=error)) from error

    def get(self, texts: Iterable[str]) -> dict[str, str]:
        """Give the translations that are known.

        texts (Iterable[str]): Texts to look up.
        RETURNS (dict[str, str]): Text to translation, in the order asked, unknown ones left
            out.
        """
        known = {}
        for text in texts:
            row = self._connection.execute(SELECT, (self.engine, text)).fetchone()
            if row is not None:
                known[text] = row[0]
        return known

    def add(self, translations: Mapping[str, str]) -> None:
        """Write translations through to the disk.

        translations (Mapping[str, str]): Text to translation.
        """
        rows = [(self.engine, text, translation) for text, translation in translations.items()]
        with self._connection:
            self._connection.executemany(INSERT, rows)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> "TranslationCache":
        """Give the cache itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the file."""
        self.close()
