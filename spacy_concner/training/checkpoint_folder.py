"""The folder of a checkpoint: what is in it, written whole or not at all, and read with care."""

import json
import os
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from thinc.api import Optimizer

from ..errors import ConcnerError, Errors
from ..files import show_reason, whole_folder
from ..folder_marker import read_marker
from .random_states import States, gather_states
from .training_state import (
    check_arrays,
    describe_optimiser,
    read_arrays,
    restore_optimiser,
    restore_weights,
    write_arrays,
    write_means,
    write_weights,
)
from .weights import list_weights

VERB = "checkpoint"
OPTION = "[training.before_update] path"
PROGRESS = "progress.json"
WEIGHTS = "weights.npz"
MEANS = "optimizer.npz"
RANDOM = "random.npz"
BEST = "best.npz"
# What reading a damaged file may raise.
DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    RuntimeError,
    NotImplementedError,
)


@dataclass
class Evaluation:
    """An evaluation as spaCy's loop has made it.

    step: The step that it followed.
    score: What chooses the best model.
    scores: All scores by name.
    losses: Sums since the evaluation before.
    """

    step: int
    score: float
    scores: dict[str, Any]
    losses: dict[str, float]


@dataclass
class Progress:
    """How far a training has come, as JSON can hold it.

    step: The step that comes next.
    epoch: Passes over the corpus that are completed.
    batches: Checksum of the texts of all batches so far.
    losses: Sums since the last evaluation.
    evaluations: All evaluations so far.
    inputs: What the training is made of, by setting.
    optimiser: The part of its state that is no array.
    """

    step: int
    epoch: int
    batches: int
    losses: dict[str, float]
    evaluations: list[Evaluation]
    inputs: dict[str, Any]
    optimiser: dict[str, Any] = field(default_factory=dict)

    @property
    def best(self) -> Evaluation:
        """The evaluation whose model spaCy keeps: of equal ones the last."""
        return max(self.evaluations, key=lambda each: (each.score, each.step))


@dataclass
class RandomStates:
    """The states of random numbers.

    now: Before the next step.
    before: Before the batches of some steps were drawn: see `DrawnBatches`.
    """

    now: States
    before: dict[int, States]


class CheckpointFolder:
    """A folder that holds a checkpoint, or is to hold one."""

    def __init__(self, path: Path) -> None:
        """Take a folder.

        path (Path): Where it is.
        RAISES (ConcnerError): C055 if something else stands there.
        """
        self.path = path
        is_other = path.exists() and not path.is_dir()
        if not is_other and path.is_dir() and any(path.iterdir()):
            marker = read_marker(path)
            is_other = marker is None or marker.verb != VERB
        if is_other:
            raise ConcnerError(Errors.C055.format(path=path))

    def read_progress(self) -> Progress | None:
        """Read how far the training has come, and check that all files are as they were written.

        RETURNS (Progress | None): The progress; None if there is no checkpoint.
        RAISES (ConcnerError): C053 if the checkpoint is damaged.
        """
        if not self.path.is_dir() or not any(self.path.iterdir()):
            return None
        with self._told_if_damaged():
            content = json.loads((self.path / PROGRESS).read_text("utf8"))
            content["evaluations"] = [Evaluation(**each) for each in content["evaluations"]]
            for name in (WEIGHTS, MEANS, RANDOM, BEST):
                check_arrays(self.path / name)
            return Progress(**content)

    def read_random_states(self) -> RandomStates:
        """Read the states of random numbers.

        RAISES (ConcnerError): C053 if they are damaged.
        """
        found = RandomStates({}, {})
        with self._told_if_damaged():
            for name, state in read_arrays(self.path / RANDOM).items():
                step, _, kind = name.partition("/")
                states = found.now if step == "now" else found.before.setdefault(int(step), {})
                states[kind] = state
        return found

    def restore_best(self, nlp: Language, frozen: Sequence[str]) -> None:
        """Put the weights of the best evaluation into a pipeline.

        nlp (Language): The pipeline.
        frozen (Sequence[str]): Names of components that are not trained.
        RAISES (ConcnerError): C053 if they are damaged or of other weights.
        """
        with self._told_if_damaged():
            restore_weights(self.path / BEST, list_weights(nlp, frozen))

    def restore(
        self, progress: Progress, nlp: Language, optimizer: Optimizer, frozen: Sequence[str]
    ) -> None:
        """Put weights and the optimiser's state back.

        progress (Progress): What `read_progress` gave.
        nlp (Language): The pipeline.
        optimizer (Optimizer): The optimiser.
        frozen (Sequence[str]): Names of components that are not trained.
        RAISES (ConcnerError): C053 if they are damaged or of other weights.
        """
        weights = list_weights(nlp, frozen)
        with self._told_if_damaged():
            restore_weights(self.path / WEIGHTS, weights)
            restore_optimiser(self.path / MEANS, progress.optimiser, optimizer, weights)

    def write(
        self,
        progress: Progress,
        nlp: Language,
        optimizer: Optimizer,
        frozen: Sequence[str],
        before: Mapping[int, States],
    ) -> None:
        """Write a checkpoint in the place of the one that is there.

        progress (Progress): How far the training has come.
        nlp (Language): The pipeline.
        optimizer (Optimizer): The optimiser.
        frozen (Sequence[str]): Names of components that are not trained.
        before (Mapping[int, States]): What `DrawnBatches` has kept.
        RAISES (ConcnerError): C056 if the optimiser changes more than the components' models, C129
            if the folder cannot be written.
        """
        weights = list_weights(nlp, frozen)
        progress.optimiser = describe_optimiser(optimizer, weights)
        with whole_folder(self.path, VERB, OPTION) as folder:
            write_weights(folder / WEIGHTS, weights)
            write_means(folder / MEANS, optimizer, weights)
            write_arrays(folder / RANDOM, _name_states(gather_states(), before))
            if progress.best.step < progress.step - 1:
                _link(self.path / BEST, folder / BEST)
            elif optimizer.averages:
                with nlp.use_params(optimizer.averages):
                    write_weights(folder / BEST, list_weights(nlp, frozen))
            else:
                _link(folder / WEIGHTS, folder / BEST)
            text = json.dumps(asdict(progress), indent=1, default=_plain)
            (folder / PROGRESS).write_text(f"{text}\n", encoding="utf8")

    @contextmanager
    def _told_if_damaged(self) -> Iterator[None]:
        try:
            yield
        except DAMAGE as error:
            reason = show_reason(error)
            raise ConcnerError(Errors.C053.format(path=self.path, reason=reason)) from error


def _name_states(now: States, before: Mapping[int, States]) -> Iterator[tuple[str, np.ndarray]]:
    for step, states in [("now", now), *before.items()]:
        for kind, state in states.items():
            yield f"{step}/{kind}", state


def _link(file: Path, other: Path) -> None:
    """Give a file a second name, or copy it where files have but one."""
    try:
        os.link(file, other)
    except OSError:
        shutil.copyfile(file, other)


def _plain(value: Any) -> Any:
    """Give what JSON can hold of a score that it cannot."""
    return float(value) if hasattr(value, "__float__") else str(value)
