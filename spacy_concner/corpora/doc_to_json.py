"""Docs as JSON lines that annotation tools show and `formats.corrected_rows` reads back.

A bitext is one text, as these tools show it, with spans that they let people change. What
they carry along untouched says the rest:

    {"id": …, "text": "Anna lives here. Anna wohnt hier. ",
     "tokens": [{"text": "Anna", "start": 0, "end": 4, "id": 0, "ws": true}, …],
     "spans": [{"start": 0, "end": 4, "label": "PER", "token_start": 0, "token_end": 0}, …],
     "segments": [{"lang": "en", "start": 0, "end": 16}, {"lang": "de", "start": 17, "end": 33}],
     "unannotated": [[17, 33]],
     "meta": {"strategy": "alignment", "problems": [], …}}

Offsets are characters, ends exclusive. A plain Doc has one segment without a language. Where
an annotator puts an entity into a stretch of "unannotated", all of that stretch counts as
annotated. Without "tokens" the text is split anew, so whoever changes a text takes them out.
"""

import json
from typing import Any

from spacy.tokens import Doc, Token

from .json_values import ID_KEY
from .segments import SEGMENTS_KEY, get_segments, token_tag

TRANSLATION_KEY = "concner_translation"
STYLES = ("prodigy", "doccano")
ANNOTATIONS = ("TAG", "POS", "MORPH", "LEMMA", "DEP", "SENT_START")

Offsets = tuple[int, int]


def describe_doc(doc: Doc, style: str = "prodigy") -> dict[str, Any]:
    """Give a Doc as the object of a JSON line.

    doc (Doc): A bitext or a plain Doc, with text.
    style (str): "prodigy" for "spans" as objects, "doccano" for "label" as lists of start,
        end and type.
    RETURNS (dict[str, Any]): The object.
    RAISES (ConcnerError): C102 if the segments do not tile the Doc.
    """
    known, _ = _sort_user_data(doc)
    number = known.get(ID_KEY)
    is_id = isinstance(number, str | int | float) and not isinstance(number, bool)
    row: dict[str, Any] = {ID_KEY: number} if is_id else {}
    row["text"] = doc.text
    row["tokens"] = [
        {
            "text": token.text,
            "start": token.idx,
            "end": token.idx + len(token),
            "id": token.i,
            "ws": bool(token.whitespace_),
        }
        for token in doc
    ]
    if style == "doccano":
        row["label"] = [[ent.start_char, ent.end_char, ent.label_] for ent in doc.ents]
    else:
        row["spans"] = [
            {
                "start": ent.start_char,
                "end": ent.end_char,
                "label": ent.label_,
                "token_start": ent.start,
                "token_end": ent.end - 1,
            }
            for ent in doc.ents
        ]
    segments = get_segments(doc)
    row["segments"] = [
        {"lang": segment.label_, "start": segment.start_char, "end": segment.end_char}
        for segment in segments
    ]
    ranges = (_unannotated(list(segment)) for segment in segments)
    row["unannotated"] = [list(offsets) for found in ranges for offsets in found]
    if doc.has_unknown_spaces:
        row["unknown_spaces"] = True
    if isinstance(known.get(TRANSLATION_KEY), dict):
        row["meta"] = known.pop(TRANSLATION_KEY)
    rest = {key: value for key, value in known.items() if key != ID_KEY or "id" not in row}
    if rest:
        row["user_data"] = rest
    return row


def list_unexported(doc: Doc) -> list[str]:
    """Tell what a Doc carries that `describe_doc` leaves out.

    doc (Doc): The Doc.
    RETURNS (list[str]): In words, such as "user_data 'concner'" for soft labels.
    """
    _, unknown = _sort_user_data(doc)
    found = [f"user_data {key!r}" for key in unknown]
    found += [f"spans {key!r}" for key in doc.spans if key != SEGMENTS_KEY and doc.spans[key]]
    found += [name for name in ANNOTATIONS if doc.has_annotation(name)]
    if any(ent.kb_id or ent.id for ent in doc.ents):
        found.append("ids of entities")
    return found


def _unannotated(tokens: list[Token]) -> list[Offsets]:
    """Give the stretches of a segment whose annotation is missing."""
    found: list[Offsets] = []
    follows = False
    for token in tokens:
        missing = token_tag(token) == "-"
        if missing:
            start = found.pop()[0] if follows else token.idx
            found.append((start, token.idx + len(token)))
        follows = missing
    return found


def _sort_user_data(doc: Doc) -> tuple[dict[str, Any], list[Any]]:
    """Give the user data that JSON can hold, and the keys of all other."""
    known: dict[str, Any] = {}
    unknown: list[Any] = []
    for key, value in doc.user_data.items():
        value = _as_lists(value)
        try:
            same = json.loads(json.dumps(value)) == value
            json.dumps(value, ensure_ascii=False).encode("utf8")
        except (TypeError, ValueError, RecursionError):
            same = False
        if same and isinstance(key, str):
            known[key] = value
        else:
            unknown.append(key)
    return known, unknown


def _as_lists(value: Any) -> Any:
    """Turn tuples, as which `.spacy` files give back lists, into lists."""
    if isinstance(value, dict):
        return {key: _as_lists(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_as_lists(part) for part in value]
    return value
