"""What a call may write: a file, a folder as a whole, or what runs add to."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias


@dataclass(frozen=True)
class File:
    """A file that a call writes.

    path: Where.
    is_ours: Tells by its first bytes whether a file that stands there is of the kind that is
        written, and may be replaced; None if that cannot be told, then none is replaced.
    disposable: Replaced without `--force`, as a report on one run is by that on the next.
    shared: Runs that do the work together may all write it, each whole and with the same content.
    """

    path: Path
    is_ours: Callable[[bytes], bool] | None = None
    disposable: bool = False
    shared: bool = False


@dataclass(frozen=True)
class Folder:
    """A folder that a call writes as a whole.

    path: Where.
    disposable: Replaced without `--force`, if the verb made all of it.
    """

    path: Path
    disposable: bool = False


@dataclass(frozen=True)
class Store:
    """A file or folder that runs add to, such as a cache; the verb itself judges its content.

    path: Where.
    parts: Folder in it that has a folder for each run that does a part of the work; empty if the
        work is never shared.
    part: Name of this run's folder there: runs of other parts may write at the same time. Empty
        for a run that does all of the work, and so is alone.
    """

    path: Path
    parts: str = ""
    part: str = ""


Output: TypeAlias = File | Folder | Store


def json_line_with(*keys: str) -> Callable[[bytes], bool]:
    """Make the test of a file of JSON lines of ours: its first object has one of these keys.

    keys (str): Keys that no other JSON lines are likely to have.
    RETURNS (Callable[[bytes], bool]): The test, which an empty file passes.
    """

    def is_ours(head: bytes) -> bool:
        first = head.partition(b"\n")[0]
        try:
            found = json.loads(first) if first.strip() else dict.fromkeys(keys)
        except ValueError:
            return False
        return isinstance(found, dict) and not found.keys().isdisjoint(keys)

    return is_ours


def is_doc_bin(head: bytes) -> bool:
    """Tell whether a file begins as `.spacy` files do, which are compressed by zlib."""
    return head[:1] == b"\x78"


def is_page(head: bytes) -> bool:
    """Tell whether a file begins as the pages of this package do."""
    return b'name="generator" content="spacy-concner' in head
