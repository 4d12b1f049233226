"""What a distillation is made of, and what each of its steps is made of."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..pipelines import identify
from .rounds import Pairs, Round, Step
from .teachers import ALL_TEACHERS, LabelMap
from .voting import Voting

# spaCy takes changes of any config from there.
OVERRIDES = "SPACY_CONFIG_OVERRIDES"


@dataclass(frozen=True)
class Training:
    """How pipelines of a kind are trained.

    config: Config of `spacy train`.
    steps: Training steps, to which the learning rate falls to zero.
    """

    config: Path
    steps: int


@dataclass(frozen=True)
class ParallelText:
    """Parallel text, and the teacher that learns from it.

    texts: Files with lines of source, tab, target, by the target's language.
    bitexts: Labelled bitexts that it joins: a `.spacy` file or a folder of them.
    training: How the teacher is trained.
    source: Language of the source.
    """

    texts: Mapping[str, Path]
    bitexts: Path
    training: Training
    source: str = "en"


@dataclass(frozen=True)
class DistillationInputs:
    """All that a distillation reads.

    raw: Raw text by language.
    teachers: Pipelines by name.
    student: How students are trained.
    dev: Development corpus.
    encoder: Encoder folder.
    voting: What the teachers' silence means, and how sure they are.
    map_labels: Changes of their labels.
    parallel: Parallel text; None without.
    seed: Random seed of the trainings.
    limit: Raw sentences of each language that are labelled; 0 for all.
    """

    raw: Mapping[str, Path]
    teachers: Mapping[str, str]
    student: Training
    dev: Path
    encoder: Path
    voting: Voting
    map_labels: LabelMap
    parallel: ParallelText | None
    seed: int
    limit: int = 0

    @property
    def texts(self) -> Mapping[str, Path]:
        """Parallel text by language."""
        return self.parallel.texts if self.parallel else {}

    def describe(self, plan: Sequence[Step]) -> dict[str, dict[str, Any]]:
        """Tell what each step is made of; a step before stands for what it makes.

        plan (Sequence[Step]): The steps.
        RETURNS (dict[str, dict[str, Any]]): What identifies it all, by step.
        """
        made = {name: identify(path) for name, path in self.teachers.items()}
        shared = {
            "dev": identify(self.dev),
            "encoder": identify(self.encoder),
            "seed": self.seed,
            "overrides": os.environ.get(OVERRIDES, ""),
        }
        raw = {language: identify(path) for language, path in self.raw.items()}
        inputs: dict[str, dict[str, Any]] = {}
        for step in plan:
            if isinstance(step, Round):
                told = {
                    "raw": raw,
                    "teachers": {name: made[name] for name in step.teachers},
                    "start": step.start,
                    "min_confidence": step.min_confidence,
                    **({"limit": self.limit} if self.limit else {}),
                    **self._votes(step),
                    **self._describe_training(self.student),
                    **shared,
                }
            elif isinstance(step, Pairs):
                assert self.parallel is not None
                told = {
                    "parallel": {lang: identify(path) for lang, path in self.texts.items()},
                    "bitexts": identify(self.parallel.bitexts),
                    "source": self.parallel.source,
                    "student": made[step.student],
                }
            else:
                assert self.parallel is not None
                told = {
                    "pairs": made[Pairs.name],
                    "start": made[step.start],
                    **self._describe_training(self.parallel.training),
                    **shared,
                }
            inputs[step.name] = told
            text = json.dumps(told, sort_keys=True)
            made[step.name] = hashlib.sha256(text.encode("utf8")).hexdigest()
        return inputs

    def _describe_training(self, training: Training) -> dict[str, Any]:
        return {"config": identify(training.config), "steps": training.steps}

    def map_labels_of(self, step: Round) -> LabelMap:
        """Give the changes of labels for the teachers of a round; students need none.

        step (Round): The round.
        RETURNS (LabelMap): By teacher.
        """
        names = {*step.teachers, ALL_TEACHERS} if {*step.teachers} & {*self.teachers} else set()
        return {name: types for name, types in self.map_labels.items() if name in names}

    def _votes(self, step: Round) -> dict[str, Any]:
        """Tell how the teachers of a round vote, where it is not as it was before they could."""
        votes = {
            "voting": self.voting.among(step.teachers).to_json(),
            "map_labels": self.map_labels_of(step),
        }
        usual = {"voting": Voting().to_json(), "map_labels": {}}
        return {key: told for key, told in votes.items() if told != usual[key]}
