"""Tasks of Label Studio, as its export JSON has them."""

from collections.abc import Mapping
from typing import Any

from ...errors import Errors
from ..json_values import as_list, check_string, get_value, read_user_data, wrong_type
from ..read_options import ReadOptions
from ..records import InvalidRecord, Place, Skipped, TextRecord
from ..spans import RawSpan, check_spans
from .text_and_spans import read_label

ANNOTATION_KEYS = ("annotations", "completions")
SPAN_TYPES = ("labels", "hypertextlabels")


def is_task(data: Mapping[str, Any]) -> bool:
    """Tell whether an object is a task of Label Studio."""
    has_data = isinstance(data.get("data"), Mapping)
    return has_data and any(isinstance(data.get(key), list) for key in ANNOTATION_KEYS)


def parse_task(
    data: Mapping[str, Any], place: Place, raw: str, options: ReadOptions
) -> TextRecord | Skipped:
    """Make a record of a task.

    Its text is that of the field that the spans name, or the only text there is. A task with no
    annotation lacks annotation, and so does one whose annotations are all of another kind, such as
    choices; predictions are not read.

    data (Mapping[str, Any]): The task.
    place (Place): Where it stands.
    raw (str): The task as it stands in the source.
    options (ReadOptions): What offsets count, and whether spans are read.
    RETURNS (TextRecord | Skipped): The record; skipped if its annotations are all cancelled.
    RAISES (InvalidRecord): C114, C115, C116 for values, C161 for annotations that differ, and
        the codes of `check_spans`.
    """
    text = _find_text(data["data"], place)
    key = next(key for key in ANNOTATION_KEYS if isinstance(data.get(key), list))
    given = [_as_object(item, "an annotation", place) for item in data[key]]
    kept = [item for item in given if not (item.get("was_cancelled") or item.get("skipped"))]
    if given and not kept:
        return Skipped("cancelled")
    record = TextRecord(text, None, place, raw, user_data=read_user_data(data, place))
    if options.unlabelled or not kept:
        return record
    best = [item for item in kept if item.get("ground_truth")] or kept
    if not any(_is_about_spans(item) for item in best):
        return record
    found = [_read_spans(item, text, place, options) for item in best]
    if any(spans != found[0] for spans in found):
        raise InvalidRecord(Errors.C161, place, n=len(found))
    record.spans = found[0]
    return record


def _find_text(fields: Mapping[str, Any], place: Place) -> str:
    texts = {name: value for name, value in fields.items() if isinstance(value, str)}
    if "text" in texts:
        return check_string(texts["text"], "the text of the task", place)
    if len(texts) != 1:
        found = ", ".join(map(str, fields)) or "none"
        raise InvalidRecord(
            Errors.C114, place, what="the data of the task", expected="text", found=found
        )
    (text,) = texts.values()
    return check_string(text, "the text of the task", place)


def _is_about_spans(annotation: Mapping[str, Any]) -> bool:
    """Tell whether an annotation has spans or says that there are none."""
    parts = annotation.get("result") or []
    kinds = [part.get("type", "labels") for part in parts if isinstance(part, Mapping)]
    return not kinds or any(kind in SPAN_TYPES for kind in kinds)


def _read_spans(annotation: Mapping[str, Any], text: str, place: Place, options: ReadOptions):
    spans: list[RawSpan] = []
    for item in as_list(annotation.get("result") or [], "the result", place):
        result = _as_object(item, "a part of the result", place)
        if result.get("type", "labels") not in SPAN_TYPES:
            continue
        what = f"span {len(spans) + 1}"
        value = _as_object(result.get("value"), what, place)
        label = read_label(value, what, place)
        told = value.get("text")
        if told is not None and not isinstance(told, str):
            wrong_type(f"the text of {what}", told, "a string", place)
        offsets = _as_object(value.get("globalOffsets") or value, what, place)
        expected = "a whole number"
        start = get_value(offsets, ("start",), what, place, expected=expected)
        end = get_value(offsets, ("end",), what, place, expected=expected)
        for name, number in (("start", start), ("end", end)):
            if type(number) is not int:
                wrong_type(f"the {name} of {what}", number, expected, place)
        spans.append(RawSpan(start, end, label, told))
    return check_spans(spans, text, place, options.offsets)


def _as_object(value: Any, what: str, place: Place) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        wrong_type(what, value, "an object", place)
    return value
