"""Teachers: any spaCy pipelines that find entities, by name, with labels in common."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from spacy.language import Language

from ..corpora.json_values import read_json_object
from ..errors import ConcnerError, Errors
from ..files import show_reason
from ..pipelines import find_component, find_components, load_pipeline, pipeline_fingerprint
from .entity_opinions import OUTSIDE, entity_tags, find_entity_types
from .voting import DEFAULT_CONFIDENCE, Voting

NAMED = re.compile(r"([\w-]+)=(.+)")
# A new entity type: not the tag of no entity, and no white space, which tags cannot have.
NEW_TYPE = re.compile(r"(?!O$)\S+")
ALL_TEACHERS = "*"
OTHER_TYPES = "*"

# New entity types by teacher and old type, None for no entity.
LabelMap: TypeAlias = Mapping[str, Mapping[str, str | None]]


@dataclass(frozen=True)
class Teacher:
    """A pipeline that labels text softly.

    name: What it is called: the language it was trained on, as a rule.
    path: Pipeline folder or package.
    nlp: The pipeline.
    own_labels: BIO tags that it knows, before mapping.
    labels: BIO tags of its columns, after mapping, those that it does not know included.
    columns: `(n_own_labels, n_labels)` float32 zeros and ones that add the probabilities of
        its own labels up to those of `labels`.
    fingerprint: What identifies its weights and settings.
    has_probabilities: Whether it gives probabilities (`concner`), not entities alone.
    confidence: Probability of what it says where it gives none.
    partial: Whether it is silent where it finds nothing.
    """

    name: str
    path: str
    nlp: Language
    own_labels: list[str]
    labels: list[str]
    columns: np.ndarray
    fingerprint: str
    has_probabilities: bool = True
    confidence: float = DEFAULT_CONFIDENCE
    partial: bool = False

    @property
    def knows(self) -> np.ndarray:
        """Which of `labels` it knows, `(n_labels,)` booleans; no entity among them."""
        return self.columns.any(axis=0) | (np.asarray(self.labels) == OUTSIDE)

    @property
    def cache_key(self) -> list[str]:
        """What tells what it has said from what others have."""
        if self.has_probabilities:
            return [self.fingerprint]
        return [self.fingerprint, "entities", *self.own_labels]


def load_teacher(path: str | Path) -> Language:
    """Load a teacher: any spaCy pipeline that finds entities.

    path (str | Path): Pipeline folder or installed package.
    RETURNS (Language): The teacher.
    RAISES (ConcnerError): C515 if it cannot be loaded.
    """
    return load_pipeline(path, "Teacher")


def labels_of(nlp: Language, told: Iterable[str] = ()) -> list[str]:
    """Give the BIO tags that a teacher knows.

    nlp (Language): The teacher.
    told (Iterable[str]): Entity types of a pipeline that names none itself.
    RETURNS (list[str]): Those of its `concner`, or of the types that its components name.
    RAISES (ConcnerError): C431 if it has no `concner`, and no types are known.
    """
    if find_components(nlp):
        return list(nlp.get_pipe(find_component(nlp)).labels)  # type: ignore[attr-defined]
    types = find_entity_types(nlp) or sorted(told)
    if not types:
        raise ConcnerError(Errors.C431.format(path=nlp.path, pipes=nlp.pipe_names))
    return entity_tags(types)


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
    given: Sequence[str | Path] | Mapping[str, str | Path],
    mapping: LabelMap | None = None,
    voting: Voting | None = None,
) -> list[Teacher]:
    """Load teachers and bring their labels together.

    given (Sequence[str | Path] | Mapping[str, str | Path]): As `name_teachers` takes them.
    mapping (LabelMap): As `read_label_map` gives it.
    voting (Voting): How what they say counts.
    RETURNS (list[Teacher]): The teachers, all with the same labels.
    RAISES (ConcnerError): C431, C515 for a teacher, C403 if labels differ, C409 for names,
        C411 if the mapping names other teachers or labels than there are, C429, C430 for what is
        said of how they vote.
    """
    named = name_teachers(given)
    mapping, voting = mapping or {}, voting or Voting()
    voting.check(list(named))
    unknown = sorted(set(mapping) - {*named, ALL_TEACHERS})
    if unknown:
        raise ConcnerError(Errors.C411.format(kind="teachers", unknown=unknown, known=list(named)))
    pipelines = {name: load_teacher(path) for name, path in named.items()}
    told = {name: set(mapping.get(name, ())) - {OTHER_TYPES} for name in named}
    own = {name: labels_of(nlp, told[name]) for name, nlp in pipelines.items()}
    changes = {name: {**mapping.get(ALL_TEACHERS, {}), **mapping.get(name, {})} for name in named}
    types = {name: {label[2:] for label in own[name] if label != OUTSIDE} for name in named}
    everywhere = set().union(*types.values()) if types else set()
    for name in named:
        known = everywhere if not mapping.get(name) else types[name] | everywhere
        strange = sorted(set(changes[name]) - known - {OTHER_TYPES})
        if strange:
            raise ConcnerError(
                Errors.C411.format(kind="entity types", unknown=strange, known=sorted(known))
            )
    mapped = {
        name: sorted({map_label(label, changes[name]) for label in own[name]} | {OUTSIDE})
        for name in named
    }
    labels = common_labels(mapped, voting)
    return [
        Teacher(
            name,
            named[name],
            nlp,
            own[name],
            labels,
            columns=column_sums(own[name], labels, changes[name]),
            fingerprint=pipeline_fingerprint(nlp),
            has_probabilities=bool(find_components(nlp)),
            confidence=voting.confidence.get(name, DEFAULT_CONFIDENCE),
            partial=name in voting.partial,
        )
        for name, nlp in pipelines.items()
    ]


def common_labels(labels: Mapping[str, list[str]], voting: Voting) -> list[str]:
    """Give the labels that a student of teachers learns.

    labels (Mapping[str, list[str]]): Sorted BIO tags by teacher.
    voting (Voting): Which teachers are partial, and whether labels are joined.
    RETURNS (list[str]): The tags, sorted.
    RAISES (ConcnerError): C403 if teachers differ and labels are not joined; one that is partial
        may know fewer than the others.
    """
    if voting.join_labels:
        return sorted(set().union(*labels.values()))
    first = next((name for name in labels if name not in voting.partial), next(iter(labels), ""))
    for name, found in labels.items():
        fewer = name in voting.partial and set(found) <= set(labels[first])
        if found != labels[first] and not fewer:
            values = {"first": first, "expected": labels[first], "other": name, "found": found}
            raise ConcnerError(Errors.C403.format(**values))
    return labels.get(first, [])


def read_label_map(path: Path) -> dict[str, dict[str, str | None]]:
    """Read how labels of teachers become labels in common.

    path (Path): JSON file: `{"de": {"PERSON": "PER", "MISC": null}}` maps the entity types
        of teacher de, MISC to no entity; under `"*"` for all teachers. The type `"*"` stands for
        all that a teacher knows and the file does not name.
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
    if label == OUTSIDE:
        return label
    new = changes.get(label[2:], changes.get(OTHER_TYPES, label[2:]))
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
