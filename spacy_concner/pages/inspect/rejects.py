"""Rejects files of `translate` and `filter`, as a page shows them."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import ConcnerError, Errors

SHOWN = 100
TEXT_KEYS = (("text", "source"), ("translation", "translation"))


@dataclass
class Rejects:
    """What a rejects file holds.

    n_rows: Its rows.
    reasons: Rows by reason; one may have several.
    shown: The first rows: reasons, and texts by what they are.
    """

    n_rows: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    shown: list[tuple[list[str], list[tuple[str, str]]]] = field(default_factory=list)


def read_rejects(path: Path) -> Rejects:
    """Read a rejects file.

    path (Path): JSON lines with "reason" and "detail" (of translate), or "reasons" (of filter).
    RETURNS (Rejects): Counts and the first rows.
    RAISES (ConcnerError): C283 if it is none.
    """
    found = Rejects()
    try:
        with path.open(encoding="utf8") as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    _add(found, json.loads(line), f"{path}, line {number}")
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, ConcnerError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise ConcnerError(Errors.C283.format(place=path, reason=reason)) from error
    return found


def _add(found: Rejects, row: Any, place: str) -> None:
    if not isinstance(row, dict) or not ("reason" in row or "reasons" in row):
        raise ConcnerError(Errors.C283.format(place=place, reason="no reason in it"))
    if "reasons" in row:
        listed = row["reasons"]
        reasons = [str(reason) for reason in (listed if isinstance(listed, list) else [listed])]
    else:
        detail = row.get("detail")
        reasons = [f"{row['reason']}: {detail}" if detail else str(row["reason"])]
    found.n_rows += 1
    found.reasons.update({reason.partition(": ")[0] for reason in reasons})
    if len(found.shown) < SHOWN:
        texts = [(name, str(row[key])) for key, name in TEXT_KEYS if row.get(key)]
        found.shown.append((reasons, _split(row) or texts))


def _split(row: dict[str, Any]) -> list[tuple[str, str]]:
    """Give the texts of an exported bitext by language."""
    try:
        return [
            (str(segment["lang"]), str(row["text"])[segment["start"] : segment["end"]])
            for segment in row["segments"]
        ]
    except (KeyError, TypeError):
        return []
