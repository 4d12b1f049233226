"""`spacy-concner.checkpoint.v1`: a training that is killed goes on, to the end it would have had.

A checkpoint holds what the loop of `spacy train` has changed, and where it was. When the same
training is started again, the loop runs through the steps before it without updates: batches are
drawn, evaluations give what they gave, and the best model is saved once more. So epochs, schedules,
patience and the logger's rows are those of a training that was never stopped.
"""

import time
import zlib
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from spacy.language import Language
from spacy.training import Example
from spacy.training.loop import create_evaluation_callback
from spacy.util import logger
from thinc.api import CupyOps, Optimizer, get_current_ops

from ..errors import ConcnerError, Errors
from ..files import Folder, check_apart, claim
from .checkpoint_folder import OPTION, VERB, CheckpointFolder, Evaluation, Progress
from .inputs import TrainingInputs, describe_inputs
from .random_states import DrawnBatches

MINUTE = 60


def create_checkpoint(
    path: Path | str | None = None, minutes: float = 10
) -> Callable[[Language, dict[str, Any]], None]:
    """Create a callback for `[training.before_update]`.

    With a folder, `spacy train` writes there what it needs to go on: after each evaluation, and
    between evaluations when some minutes have passed. The same command goes on from there. What
    another training has left is replaced, and said.

    path (Path): The folder, None for no checkpoints.
    minutes (float): Minutes after which the next checkpoint is written at the latest.
    RETURNS (Callable[[Language, dict[str, Any]], None]): The callback.
    """
    return _do_nothing if path is None else Checkpoint(Path(path), minutes)


def is_replayed(nlp: Language) -> bool:
    """Tell whether a training runs through steps that an earlier run has computed.

    nlp (Language): The pipeline in training.
    RETURNS (bool): Whether it does.
    """
    owner = getattr(nlp.update, "__self__", None)
    return isinstance(owner, Checkpoint) and owner.ahead is not None


def _do_nothing(nlp: Language, info: dict[str, Any]) -> None:
    pass


class Checkpoint:
    """Writes the checkpoints of one training, and lets it go on from what an earlier one wrote.

    spaCy hands the callback neither its optimiser nor scores and losses. So three methods of the
    pipeline are wrapped while it trains, and `finish_update` of its components for one step.
    """

    def __init__(self, path: Path, minutes: float) -> None:
        """Take settings, as for `create_checkpoint`."""
        self.path = path
        self.minutes = minutes
        self.optimizer: Optimizer | None = None
        self.evaluations: list[Evaluation] = []
        self.losses: dict[str, Any] = {}
        self.batches = 0
        self.step = 0
        # Where an earlier run had come to, until this one is there.
        self.ahead: Progress | None = None
        self._held = ExitStack()
        self._own: dict[str, Callable] = {}
        self._is_saved = True
        self._written = time.monotonic()

    def __call__(self, nlp: Language, info: dict[str, Any]) -> None:
        """Do what there is to do before a step.

        nlp (Language): The pipeline in training.
        info (dict[str, Any]): Its "step" and "epoch".
        RAISES (ConcnerError): C053 for a damaged checkpoint, C054 without a seed, C055 if something
            else stands in its place, C056 if the optimiser's state cannot be kept, C057 if
            batches are not those of before; C129, C407 and C601 for the folder.
        """
        self.step = info["step"]
        try:
            if not self.step:
                self._begin(nlp)
            if self.ahead is None:
                self.drawn.note_batch(self.step)
                if self._is_due():
                    self._write(info["epoch"])
            elif self.step == self.ahead.step:
                self._go_on(self.ahead, info["epoch"])
        except BaseException:
            self._unwrap()
            raise
        ops = get_current_ops()
        if isinstance(ops, CupyOps):
            # The state of its random numbers can be set, but not asked for.
            ops.xp.random.seed(zlib.crc32(f"{self.seed} {self.step}".encode()))

    def _begin(self, nlp: Language) -> None:
        config = nlp.config.interpolate()
        training = config["training"]
        self.seed = training["seed"]
        if self.seed is None:
            raise ConcnerError(Errors.C054.format(path=self.path))
        self.nlp = nlp
        self.frozen = training["frozen_components"]
        self.folder = CheckpointFolder(self.path)
        self.inputs = describe_inputs(config)
        place = Folder(self.path)
        self._held.enter_context(
            claim(VERB, inputs={"config": self.inputs.paths}, outputs={OPTION: place}, force=True)
        )
        self._score = create_evaluation_callback(
            SimpleNamespace(evaluate=lambda scores: scores, pipe_names=nlp.pipe_names),  # type: ignore[arg-type]
            lambda _: self._found,
            training["score_weights"],
        )
        self.drawn = DrawnBatches()
        self.ahead = self._find_earlier(self.inputs)
        if self.ahead is not None:
            self.drawn.before = self.folder.read_random_states().before
            self.folder.restore_best(nlp, self.frozen)
        self._wrap()

    def _find_earlier(self, inputs: TrainingInputs) -> Progress | None:
        earlier = self.folder.read_progress()
        if earlier is None:
            return None
        keys = sorted({*earlier.inputs, *inputs.described})
        changed = [key for key in keys if earlier.inputs.get(key) != inputs.described.get(key)]
        if changed:
            logger.warning(
                "The checkpoint %s is of another training (%s): this one starts anew",
                self.path,
                ", ".join(changed),
            )
            return None
        logger.info("Training goes on at step %d from %s", earlier.step, self.path)
        return earlier

    def _wrap(self) -> None:
        """Put our methods in the place of the pipeline's and its components' own."""
        methods = vars(self.nlp)
        self._own = {name: getattr(self.nlp, name) for name in ("update", "evaluate", "to_disk")}
        methods.update(update=self._update, evaluate=self._evaluate, to_disk=self._to_disk)
        pipes = [pipe for _, pipe in self.nlp.pipeline if hasattr(pipe, "finish_update")]
        pipes = [pipe for pipe in pipes if hasattr(pipe, "__dict__")]

        def note_optimizer(own: Callable) -> Callable[[Optimizer], None]:
            def finish_update(sgd: Optimizer) -> None:
                self.optimizer = sgd
                for pipe in pipes:
                    vars(pipe).pop("finish_update", None)
                own(sgd)

            return finish_update

        for pipe in pipes:
            vars(pipe)["finish_update"] = note_optimizer(pipe.finish_update)

    def _unwrap(self) -> None:
        """Leave the pipeline as it was: the training has ended."""
        for name in self._own:
            vars(self.nlp).pop(name, None)
        self._held.close()

    def _update(
        self, examples: Iterable[Example], *args: Any, losses: dict[str, Any], **settings: Any
    ) -> dict[str, Any]:
        examples = list(examples)
        for example in examples:
            self.batches = zlib.crc32(example.text.encode("utf8"), self.batches)
        self.losses = losses
        if self.ahead is None:
            self._own["update"](examples, *args, losses=losses, **settings)
            self.drawn.end_step()
        else:
            left = self.ahead.evaluations[len(self.evaluations) :]
            losses.update(left[0].losses if left else self.ahead.losses)
            self.drawn.replay(self.step + 1)
        return losses

    def _evaluate(self, examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
        if self.ahead is not None:
            left = self.ahead.evaluations[len(self.evaluations) :]
            if not left or left[0].step != self.step:
                raise ConcnerError(Errors.C057.format(path=self.path, step=self.step))
            self.evaluations.append(left[0])
            self._is_saved = False
            return left[0].scores
        self._found = scores = self._own["evaluate"](examples, **settings)
        losses = {name: float(value) for name, value in self.losses.items()}
        self.evaluations.append(Evaluation(self.step, self._score()[0], scores, losses))
        self.drawn.end_step()
        self._is_saved = False
        return scores

    def _to_disk(self, path: Path | str, **settings: Any) -> None:
        if self._is_saved:
            # Without an evaluation spaCy saves once more when the training has ended.
            self._unwrap()
        self._is_saved = True
        if self.ahead is not None and self.step != self.ahead.best.step:
            # Not the model of this evaluation; spaCy copies the folder if it was the best so far.
            Path(path).mkdir(parents=True, exist_ok=True)
            return
        self._own["to_disk"](path, **settings)
        check_apart({"--output": path}, {OPTION: self.path})

    def _is_due(self) -> bool:
        if not self.step:
            return False
        is_evaluated = self.evaluations[-1].step == self.step - 1
        return is_evaluated or time.monotonic() - self._written >= self.minutes * MINUTE

    def _write(self, epoch: int) -> None:
        is_evaluated = self.evaluations[-1].step == self.step - 1
        losses = {} if is_evaluated else self.losses
        progress = Progress(
            step=self.step,
            epoch=epoch,
            batches=self.batches,
            losses={name: float(value) for name, value in losses.items()},
            evaluations=self.evaluations,
            inputs=self.inputs.described,
        )
        optimizer = self._optimizer()
        self.folder.write(progress, self.nlp, optimizer, self.frozen, self.drawn.before)
        self._written = time.monotonic()

    def _go_on(self, earlier: Progress, epoch: int) -> None:
        if (earlier.epoch, earlier.batches) != (epoch, self.batches):
            raise ConcnerError(Errors.C057.format(path=self.path, step=self.step))
        self.folder.restore(earlier, self.nlp, self._optimizer(), self.frozen)
        self.drawn.go_on(self.folder.read_random_states().now)
        self.ahead = None
        self._written = time.monotonic()

    def _optimizer(self) -> Optimizer:
        if self.optimizer is None:
            what = f"none of {self.nlp.pipe_names} has told which optimiser it takes its steps with"
            raise ConcnerError(Errors.C056.format(what=what))
        return self.optimizer
