"""Teachers: any spaCy pipelines with a `concner` component, by name, with labels in common."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from spacy.language import Language

from ..corpora.json_values import read_json_object
from ..errors import ConcnerError, Errors
from ..files import show_reason
from ..pipelines import find_component, load_pipeline, pipeline_fingerprint

OUTSIDE = "O"
NAMED = re.compile(r"([\w-]+)=(.+)")
# A new entity type: not the tag of no entity, and no white space, which tags cannot have.
NEW_TYPE = re.compile(r"(?!O$)\S+")
ALL_TEACHERS = "*"

# New entity types by teacher and old type, None for no entity.
LabelMap: TypeAlias = Mapping[str, Mapping[str, str | None]]


@dataclass(frozen=True)
class Teacher:
    """A pipeline that labels text softly.

    name: What it is called: the language it was trained on, as a rule.
    path: Pipeline folder or package.
    nlp: The pipeline.
    labels: BIO tags of its columns, after mapping.
    columns: `(n_own_labels, n_labels)` float32 zeros and ones that add the probabilities of
        its own labels up to those of `labels`.
    fingerprint: What identifies its weights and settings.
    """

    name: str
    path: str
    nlp: Language
    labels: list[str]
    columns: np.ndarray
    fingerprint: str

    @property
    def recogniser(self) -> Any:
        """The pipeline's last `concner` component."""
        return self.nlp.get_pipe(find_component(self.nlp))


def load_teacher(path: str | Path) -> Language:
    """Load a teacher: any spaCy pipeline with a `concner` component.

    path (str | Path): Pipeline folder or installed package.
    RETURNS (Language): The teacher.
    RAISES (ConcnerError): C515 if it cannot be loaded, C510 if it has no `concner`.
    """
    nlp = load_pipeline(path, "Teacher")
    find_component(nlp)
    return nlp


def name_teachers(given: Sequence[str | Path] | Mapping[str, str | Path]) -> dict[str, str]:
    """Read names and paths of teachers, given as `en=PATH` or as a path alone.

    given (Sequence[str | Path] | Mapping[str, str | Path]): The teachers; a path without name is
        called by its path. Or paths by name.
    RETURNS (dict[str, str]): Paths by name, in order.
    RAISES (ConcnerError): C409 if two have one name, C424 if a name or a path is empty.
    """
    if isinstance(given, Mapping):
        return {name: str(path) for name, path in given.items()}
    named: dict[str, str] = {}
    for entry in map(str, given):
        if not entry or entry[0] == "=" or entry[-1] == "=":
            raise ConcnerError(Errors.C424.format(entry=entry))
        match = NAMED.fullmatch(entry)
        is_path = match is None or Path(entry).exists()
        name, path = (entry, entry) if is_path or match is None else match.groups()
        if name in named:
            raise ConcnerError(Errors.C409.format(name=name, first=named[name], second=path))
        named[name] = path
    return named


def load_teachers(
    given: Sequence[str | Path] | Mapping[str, str | Path], mapping: LabelMap | None = None
) -> list[Teacher]:
    """Load teachers and bring their labels together.

    given (Sequence[str | Path] | Mapping[str, str | Path]): As `name_teachers` takes them.
    mapping (LabelMap): As `read_label_map` gives it.
    RETURNS (list[Teacher]): The teachers, all with the same labels.
    RAISES (ConcnerError): C510, C515 for a teacher, C403 if labels differ, C409 for names,
        C411 if the mapping names other teachers or labels than there are.
    """
    named = name_teachers(given)
    mapping = mapping or {}
    unknown = sorted(set(mapping) - {*named, ALL_TEACHERS})
    if unknown:
        raise ConcnerError(Errors.C411.format(kind="teachers", unknown=unknown, known=list(named)))
    pipelines = {name: load_teacher(path) for name, path in named.items()}
    own = {
        name: list(nlp.get_pipe(find_component(nlp)).labels)  # type: ignore[attr-defined]
        for name, nlp in pipelines.items()
    }
    changes = {name: {**mapping.get(ALL_TEACHERS, {}), **mapping.get(name, {})} for name in named}
    types = {name: {label[2:] for label in own[name] if label != OUTSIDE} for name in named}
    everywhere = set().union(*types.values()) if types else set()
    for name in named:
        known = everywhere if not mapping.get(name) else types[name] | everywhere
        strange = sorted(set(changes[name]) - known)
        if strange:
            raise ConcnerError(
                Errors.C411.format(kind="entity types", unknown=strange, known=sorted(known))
            )
    mapped = {
        name: sorted({map_label(label, changes[name]) for label in own[name]} | {OUTSIDE})
        for name in named
    }
    first = next(iter(named), "")
    for name, labels in mapped.items():
        if labels != mapped[first]:
            raise ConcnerError(
                Errors.C403.format(first=first, expected=mapped[first], other=name, found=labels)
            )
    return [
        Teacher(
            name,
            named[name],
            nlp,
            mapped[name],
            column_sums(own[name], mapped[name], changes[name]),
            pipeline_fingerprint(nlp),
        )
        for name, nlp in pipelines.items()
    ]


def read_label_map(path: Path) -> dict[str, dict[str, str | None]]:
    """Read how labels of teachers become labels in common.

    path (Path): JSON file: `{"de": {"PERSON": "PER", "MISC": null}}` maps the entity types
        of teacher de, MISC to no entity; under `"*"` for all teachers.
    RETURNS (dict[str, dict[str, str | None]]): New entity types by teacher and type.
    RAISES (ConcnerError): C410 if the file cannot be read or holds something else.
    """
    try:
        content = read_json_object(path)
        for name, types in content.items():
            if not isinstance(types, dict):
                raise ValueError(f"what stands for {name!r} is no object")
            for old, new in types.items():
                if new is not None and not (isinstance(new, str) and NEW_TYPE.fullmatch(new)):
                    raise ValueError(f"{old!r} cannot become {new!r}")
    except (OSError, ValueError) as error:
        raise ConcnerError(Errors.C410.format(path=path, error=show_reason(error))) from error
    return content


def map_label(label: str, changes: Mapping[str, str | None]) -> str:
    """Give the BIO tag that a teacher's tag becomes."""
    if label == OUTSIDE or label[2:] not in changes:
        return label
    new = changes[label[2:]]
    return OUTSIDE if new is None else label[:2] + new


def column_sums(
    own: Sequence[str], labels: Sequence[str], changes: Mapping[str, str | None]
) -> np.ndarray:
    """Give the matrix that adds up probabilities of labels that become one.

    own (Sequence[str]): BIO tags of a teacher.
    labels (Sequence[str]): BIO tags in common.
    changes (Mapping[str, str | None]): New entity types, None for no entity.
    RETURNS (ndarray): `(len(own), len(labels))` float32 zeros and ones.
    """
    sums = np.zeros((len(own), len(labels)), dtype="f4")
    for i, label in enumerate(own):
        sums[i, labels.index(map_label(label, changes))] = 1
    return sums
