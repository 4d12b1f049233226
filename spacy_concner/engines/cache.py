"""Translations on disk, so that an interrupted run loses nothing and nothing is asked twice."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spacy.util import minibatch

from ..errors import ConcnerError, Errors
from ..files import show_reason
from .own_code import tell_fault
from .protocol import Translator

# How long another program may hold the file.
PATIENCE = 30
# What SQLite says when it is not the file that is at fault; the codes come with Python 3.11.
LOCKED = "locked"
DISK_FAULTS = ("disk is full", "readonly database", "disk i/o error", "unable to open")
CREATE = (
    "CREATE TABLE IF NOT EXISTS translations (engine TEXT, text TEXT, translation TEXT, "
    "PRIMARY KEY (engine, text)) WITHOUT ROWID"
)
SELECT = "SELECT translation FROM translations WHERE engine = ? AND text = ?"
INSERT = "INSERT OR REPLACE INTO translations VALUES (?, ?, ?)"


def cache_key(name: str, settings: Mapping[str, Any], translator: Translator) -> str:
    """Write what tells the translations of an engine from those of others.

    name (str): The engine in the registry.
    settings (Mapping[str, Any]): Its settings; those that change no translation do not count.
    translator (Translator): The engine, with its languages and, if it has one, the fingerprint of
        the files that it translates by.
    RETURNS (str): The key.
    """
    speed_settings = getattr(translator, "speed_settings", ())
    parts = [f"{key}={settings[key]!r}" for key in sorted(settings) if key not in speed_settings]
    fingerprint = getattr(translator, "fingerprint", "")
    languages = f"{translator.source}-{translator.target}"
    return " ".join([name, *parts, *([fingerprint] if fingerprint else []), languages])


class TranslationCache:
    """Translations in an SQLite file, those of several engines side by side."""

    def __init__(self, path: Path | None = None, key: str = "") -> None:
        """Open the cache; close it or use it as a context manager.

        path (Path): The file, made if it is not there; None for a temporary one.
        key (str): What tells the engine's translations from those of others: its `cache_key`.
        RAISES (ConcnerError): C213 if the file is not such a cache, C603 if another program holds
            it, C129 if it cannot be written.
        """
        self.key = key
        self._path = path
        with self._told():
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path or "", timeout=PATIENCE)
            self._connection.execute(CREATE)
            self._connection.execute(SELECT, ("", ""))

    def get(self, texts: Iterable[str]) -> dict[str, str]:
        """Give the translations that are known.

        texts (Iterable[str]): Texts to look up.
        RETURNS (dict[str, str]): Text to translation, in the order asked, unknown ones left
            out.
        RAISES (ConcnerError): C213, C603 and C129, as when it is opened.
        """
        known = {}
        with self._told():
            for text in texts:
                for (translation,) in self._connection.execute(SELECT, (self.key, text)):
                    known[text] = translation
        return known

    def add(self, translations: Mapping[str, str]) -> None:
        """Write translations through to the disk.

        translations (Mapping[str, str]): Text to translation.
        RAISES (ConcnerError): C213, C603 and C129, as when it is opened.
        """
        rows = [(self.key, text, translation) for text, translation in translations.items()]
        with self._told(), self._connection:
            self._connection.executemany(INSERT, rows)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell what SQLite and the disk find fault with."""
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            path = self._path or "a temporary file"
            reason = show_reason(error)
            if LOCKED in reason.lower():
                message = Errors.C603.format(path=path, seconds=PATIENCE)
            elif isinstance(error, OSError) or any(it in reason.lower() for it in DISK_FAULTS):
                message = Errors.C129.format(option="--cache", path=path, reason=reason)
            else:
                message = Errors.C213.format(path=path, error=reason)
            raise ConcnerError(message) from error

    def __enter__(self) -> "TranslationCache":
        """Give the cache itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the file."""
        self.close()


class CachedTranslator:
    """An engine that is asked for nothing that the cache has."""

    def __init__(self, translator: Translator, cache: TranslationCache, batch_size: int) -> None:
        """Put a cache before an engine.

        translator (Translator): The engine.
        cache (TranslationCache): Where translations are looked up and kept.
        batch_size (int): Texts that the engine gets at once.
        """
        self.translator = translator
        self.n_translated = 0
        self._cache = cache
        self._batch_size = batch_size

    def translate(self, texts: Iterable[str]) -> dict[str, str]:
        """Translate texts.

        texts (Iterable[str]): The texts; each is asked for once.
        RETURNS (dict[str, str]): Text to translation, white space folded.
        RAISES (ConcnerError): C206, C207 and C264 for the engine.
        """
        wanted = list(dict.fromkeys(texts))
        known = self._cache.get(wanted)
        unknown = [text for text in wanted if text not in known]
        for batch in minibatch(unknown, self._batch_size):
            answers = self._ask(batch)
            # An empty answer is none: it is asked for again in the next run.
            self._cache.add({text: answer for text, answer in answers.items() if answer})
            known.update(answers)
            self.n_translated += len(batch)
        return known

    def _ask(self, texts: list[str]) -> dict[str, str]:
        values = {"name": type(self.translator).__name__, "text": texts[0]}
        try:
            found = self.translator.translate(texts)
        except ConcnerError:
            raise
        except Exception as error:
            told = tell_fault(error, self.translator)
            message = Errors.C207.format(error=told, done=self.n_translated, **values)
            raise ConcnerError(message) from error
        if not isinstance(found, list | tuple):
            kind = {"found": type(found).__name__, "expected": "a list of texts"}
            raise ConcnerError(Errors.C264.format(**kind, **values))
        if len(found) != len(texts):
            counts = {"found": len(found), "expected": len(texts)}
            raise ConcnerError(Errors.C206.format(**counts, **values))
        for text, answer in zip(texts, found, strict=True):
            if not isinstance(answer, str):
                kind = {"found": type(answer).__name__, "expected": "a text", "text": text}
                raise ConcnerError(Errors.C264.format(**{**values, **kind}))
        return {text: " ".join(answer.split()) for text, answer in zip(texts, found, strict=True)}
