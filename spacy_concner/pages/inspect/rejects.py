"""Rejects files of translate, bitext and filter, as a page shows them."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import ConcnerError, Errors
from ...files import show_reason

SHOWN = 100
TEXT_KEYS = (
    ("text", "source"),
    ("source", "source"),
    ("translation", "translation"),
    ("target", "translation"),
)
"""Keys of texts, and what they are."""


@dataclass(frozen=True)
class RejectedText:
    """A text of a rejected pair.

    name: What it is: "source" or "translation", or its language.
    text: The text.
    """

    name: str
    text: str


@dataclass(frozen=True)
class RejectedPair:
    """A row of a rejects file.

    reasons: Why it was turned down, with details.
    texts: Its texts.
    """

    reasons: list[str]
    texts: list[RejectedText]


@dataclass
class RejectsSummary:
    """What a rejects file holds.

    n_rows: Its rows.
    reasons: Rows by reason; one may have several.
    shown: The first rows.
    """

    n_rows: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    shown: list[RejectedPair] = field(default_factory=list)


def read_rejects(path: Path) -> RejectsSummary:
    """Read a rejects file.

    path (Path): JSON lines with "reason" and "detail" (of translate and bitext), or "reasons"
        (of filter).
    RETURNS (RejectsSummary): Counts and the first rows.
    RAISES (ConcnerError): C283 if it is none.
    """
    found = RejectsSummary()
    try:
        with path.open(encoding="utf8") as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    _add(found, _parse(line, f"{path}, line {number}"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConcnerError(Errors.C283.format(place=path, reason=show_reason(error))) from error
    return found


def _parse(line: str, place: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ConcnerError(Errors.C283.format(place=place, reason=show_reason(error))) from error
    if not isinstance(row, dict) or not ("reason" in row or "reasons" in row):
        raise ConcnerError(Errors.C283.format(place=place, reason="no reason in it"))
    return row


def _add(found: RejectsSummary, row: dict[str, Any]) -> None:
    if "reasons" in row:
        listed = row["reasons"]
        reasons = [str(reason) for reason in (listed if isinstance(listed, list) else [listed])]
    else:
        detail = row.get("detail")
        reasons = [f"{row['reason']}: {detail}" if detail else str(row["reason"])]
    found.n_rows += 1
    found.reasons.update({reason.partition(": ")[0] for reason in reasons})
    if len(found.shown) < SHOWN:
        found.shown.append(RejectedPair(reasons, _texts(row)))


def _texts(row: dict[str, Any]) -> list[RejectedText]:
    try:
        # An exported bitext, whose segments are offsets.
        return [
            RejectedText(str(segment["lang"]), str(row["text"])[segment["start"] : segment["end"]])
            for segment in row["segments"]
        ]
    except (KeyError, TypeError):
        return [RejectedText(name, str(row[key])) for key, name in TEXT_KEYS if row.get(key)]
