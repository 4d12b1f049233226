"""BIO label sets (pure)."""

from collections.abc import Iterable

OUTSIDE = "O"


def is_tag(label: str) -> bool:
    """Tell whether a label is a BIO tag: "O", "B-TYPE" or "I-TYPE"."""
    return label == OUTSIDE or (label[:2] in ("B-", "I-") and len(label) > 2)


def entity_type(tag: str) -> str:
    """Give the entity type of a BIO tag, empty for "O"."""
    return tag[2:] if tag != OUTSIDE else ""


def label_set(labels: Iterable[str]) -> list[str]:
    """Give the sorted BIO tags for entity types, tags, or a mixture of them.

    labels (Iterable[str]): Entity types ("PER") or tags ("B-PER", "O").
    RETURNS (list[str]): "O" and both tags of every type, sorted; empty if there is no type.
    """
    types = {entity_type(label) if is_tag(label) else label for label in labels} - {""}
    if not types:
        return []
    return sorted([OUTSIDE, *(f"{prefix}-{name}" for name in types for prefix in "BI")])
