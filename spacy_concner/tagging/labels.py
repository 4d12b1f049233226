"""BIO tags: a position and an entity type, kept apart whatever the type is called (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..errors import ConcnerError, Errors

OUTSIDE = "O"
BEGIN = "B-"
INSIDE = "I-"


def bio_tags(types: Iterable[str]) -> list[str]:
    """Give the sorted BIO tags of entity types.

    types (Iterable[str]): Entity types of any name, "O" and "B-CELL" among them.
    RETURNS (list[str]): "O" and both tags of every type, sorted; empty if there is no type.
    """
    names = set(types) - {""}
    if not names:
        return []
    return sorted([OUTSIDE, *(prefix + name for name in names for prefix in (BEGIN, INSIDE))])


def entity_type(tag: str) -> str:
    """Give the entity type of a BIO tag, empty for "O"."""
    return tag[2:] if tag != OUTSIDE else ""


def read_types(labels: Iterable[str], name: str) -> set[str]:
    """Give the entity types that labels from outside stand for.

    labels (Iterable[str]): Entity types, or a whole set of BIO tags as `spacy init labels`
        writes it, with or without "O".
    name (str): Name of the component, for messages.
    RETURNS (set[str]): Entity types.
    RAISES (ConcnerError): C015 if some labels look like tags and are no whole set: "B-CELL"
        may be the beginning of CELL or a type of that name.
    """
    found = set(labels)
    tags = {label for label in found if label == OUTSIDE or label[:2] in (BEGIN, INSIDE)}
    if not tags:
        return found
    types = {entity_type(tag) for tag in tags} - {""}
    if found | {OUTSIDE} != set(bio_tags(types)) | {OUTSIDE}:
        raise ConcnerError(
            Errors.C015.format(name=name, tags=sorted(tags), labels=sorted(found, key=str))
        )
    return types


@dataclass(frozen=True)
class TagColumns:
    """Which columns of the scores are which tags.

    types: entity types, in the order of their B- columns.
    begin: `(n_types,)` int64 columns of the types' B- tags.
    inside: `(n_types,)` int64 columns of their I- tags.
    n_columns: number of all columns.
    """

    types: tuple[str, ...]
    begin: np.ndarray
    inside: np.ndarray
    n_columns: int

    @classmethod
    def of(cls, tags: Sequence[str]) -> "TagColumns":
        """Find the columns of tags, which are a whole set, in any order."""
        columns = {tag: column for column, tag in enumerate(tags)}
        types = tuple(tag[2:] for tag in tags if tag.startswith(BEGIN))
        begin = [columns[BEGIN + name] for name in types]
        inside = [columns[INSIDE + name] for name in types]
        return cls(types, np.array(begin, dtype="i8"), np.array(inside, dtype="i8"), len(tags))

    @cached_property
    def is_inside(self) -> np.ndarray:
        """`(n_columns,)` bool, True for I- tags."""
        return np.isin(np.arange(self.n_columns), self.inside)

    @cached_property
    def is_begin(self) -> np.ndarray:
        """`(n_columns,)` bool, True for B- tags."""
        return np.isin(np.arange(self.n_columns), self.begin)

    @cached_property
    def type_numbers(self) -> np.ndarray:
        """`(n_columns,)` int64 number of each column's type, -1 for "O"."""
        numbers = np.full(self.n_columns, -1, dtype="i8")
        numbers[self.begin] = numbers[self.inside] = np.arange(len(self.types))
        return numbers


def as_slice(columns: np.ndarray) -> np.ndarray | slice:
    """Give columns as a slice if they follow each other: numpy takes that without a copy.

    columns (ndarray): `(n,)` int64 numbers of columns.
    RETURNS (ndarray | slice): The slice, or the columns as they are.
    """
    if len(columns) and (np.diff(columns) == 1).all():
        return slice(int(columns[0]), int(columns[-1]) + 1)
    return columns
