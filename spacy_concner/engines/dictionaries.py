"""Bilingual dictionaries from files: tab-separated words, or FreeDict as Debian packs it."""

import gzip
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..errors import ConcnerError, Errors

DICT_SUFFIXES = (".dict.dz", ".dict", ".index")
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
# Between a headword and its translations stand its pronunciation and its part of speech.
HEADWORD_END = re.compile(r"\s+(?=/|<)|$")
NUMBERED = re.compile(r"\s*\d+\.\s+(?=\S)")
DANGLING_NUMBER = re.compile(r"\s*\d+\.\s*$")
REMARK = re.compile(r"\s+(see|Notes?|Synonyms?|Antonyms?):|\s+[\"“]|/")
BRACKETED = re.compile(r"<[^<>]*>|(?<!\[)\[[^\[\]]*\](?!\])|\([^()]*\)")
STRESS = re.compile("(?<=[\u0400-\u04ff])\u0301")


class Dictionary(Protocol):
    """Translations of words and phrases."""

    def look_up(self, phrase: str) -> str | None:
        """Give a translation.

        phrase (str): Word, or words with a space between them.
        RETURNS (str | None): Its translation; None if it is not known.
        """
        ...


def read_dictionary(path: Path) -> Dictionary:
    """Open a dictionary.

    path (Path): Tab-separated text of source and target; or a file of the dict server,
        `.dict.dz` or `.dict`, its `.index` beside it.
    RETURNS (Dictionary): The dictionary.
    RAISES (ConcnerError): C205 if a file is no such text, C217 if there is none, C255 for a
        line without a tab, C260 if there is no word in it.
    """
    is_dict = path.name.endswith(DICT_SUFFIXES)
    expected = "a dictionary: tab-separated text, or .dict.dz and .index of FreeDict"
    try:
        return FreeDict(path) if is_dict else Table(path)
    except FileNotFoundError as error:
        missing = error.filename or path
        raise ConcnerError(Errors.C217.format(path=missing, expected=expected)) from error
    except (OSError, UnicodeDecodeError, EOFError) as error:
        raise ConcnerError(Errors.C205.format(path=path, error=error)) from error


class Table:
    """Tab-separated words; of several translations of one the first counts."""

    def __init__(self, path: Path) -> None:
        """Read the file.

        path (Path): UTF-8 text: source, tab, target; further columns are left out.
        RAISES (ConcnerError): C255 for a line without a tab or with an empty side, C260 if
            there is no line.
        """
        self._exact: dict[str, str] = {}
        self._folded: dict[str, str] = {}
        for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), 1):
            if not line.strip():
                continue
            columns = [" ".join(column.split()) for column in line.split("\t")]
            if len(columns) < 2 or not columns[0] or not columns[1]:
                raise ConcnerError(Errors.C255.format(path=path, number=number, line=line))
            self._exact.setdefault(columns[0], columns[1])
            self._folded.setdefault(columns[0].casefold(), columns[1])
        if not self._exact:
            raise ConcnerError(Errors.C260.format(path=path))

    def look_up(self, phrase: str) -> str | None:
        """Give the translation of a phrase as it is written, or else in any case.

        phrase (str): Word or words.
        RETURNS (str | None): Its translation; None if it is not known.
        """
        return self._exact.get(phrase) or self._folded.get(phrase.casefold())


@dataclass(frozen=True)
class Entry:
    """An entry of a FreeDict dictionary.

    headword: The word or phrase.
    lines: What is said of it.
    """

    headword: str
    lines: list[str]


class FreeDict:
    """A FreeDict dictionary in the format of the dict server.

    Of several translations of a word the one that most senses name counts, then one with
    as many words, then the first of the longest entry, which is that of the commonest sense.
    """

    def __init__(self, path: Path) -> None:
        """Open the dictionary; entries are read when they are asked for.

        path (Path): The `.dict` or `.dict.dz` file, or the `.index`.
        RAISES (ConcnerError): C260 if it has no entry.
        """
        stem = next(path.name.removesuffix(end) for end in DICT_SUFFIXES if path.name.endswith(end))
        plain, packed = (path.with_name(stem + suffix) for suffix in (".dict", ".dict.dz"))
        with plain.open("rb") if plain.exists() else gzip.open(packed, "rb") as stream:
            self._content = stream.read()
        self._places: dict[str, list[tuple[str, str]]] = {}
        index = path.with_name(stem + ".index").read_text(encoding="utf-8")
        for line in index.split("\n"):
            columns = line.split("\t")
            if len(columns) >= 3 and not columns[0].startswith(("00database", "00-database")):
                key = _index_key(columns[0])
                self._places.setdefault(key, []).append((columns[1], columns[2].strip()))
        if not self._places:
            raise ConcnerError(Errors.C260.format(path=path))
        self._found: dict[str, str | None] = {}

    def look_up(self, phrase: str) -> str | None:
        """Give the translation of a phrase as it is written, or else in any case.

        phrase (str): Word or words.
        RETURNS (str | None): Its translation; None if it is not known.
        """
        if phrase not in self._found:
            entries = list(self._entries(phrase))
            exact = [entry for entry in entries if entry.headword == phrase]
            self._found[phrase] = _choose(phrase, exact or entries)
        return self._found[phrase]

    def _entries(self, phrase: str) -> Iterator[Entry]:
        for start, length in dict.fromkeys(self._places.get(_index_key(phrase), ())):
            first = _decode_number(start)
            entry = self._content[first : first + _decode_number(length)].decode("utf-8", "replace")
            head, *lines = entry.strip("\n").split("\n")
            headword = HEADWORD_END.split(head, maxsplit=1)[0].strip()
            if headword.casefold() == phrase.casefold():
                yield Entry(headword, lines)


def _index_key(headword: str) -> str:
    """Fold a headword as indexes do, which keep letters, digits and spaces alone."""
    return "".join(c for c in headword.casefold() if c.isalnum() or c == " ").strip()


def _decode_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 64 + BASE64.index(letter)
    return number


def _translations(lines: Iterable[str]) -> Iterator[str]:
    """Give the translations of an entry: those of numbered senses, or those of its first line."""
    rows = [line for line in lines if line.strip() and not REMARK.match(line)]
    numbered = [NUMBERED.sub("", row, count=1) for row in rows if NUMBERED.match(row)]
    for row in numbered or rows[:1]:
        text = BRACKETED.sub("", DANGLING_NUMBER.sub("", row))
        text = STRESS.sub("", text.replace("[[", "").replace("]]", ""))
        for item in re.split(r"[,;]|\s/\s", text):
            word = " ".join(item.split()).strip(".…!? ")
            if word and not word.startswith("/"):
                yield word


def _choose(phrase: str, entries: Sequence[Entry]) -> str | None:
    longest_first = sorted(entries, key=lambda entry: -len(entry.lines))
    ordered = [word for entry in longest_first for word in _translations(entry.lines)]
    votes = Counter(ordered)
    n_words = len(phrase.split())
    best = sorted(ordered, key=lambda word: (-votes[word], abs(len(word.split()) - n_words)))
    return best[0] if best else None
