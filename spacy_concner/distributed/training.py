"""What `spacy train` does otherwise on several ranks.

spaCy's loop tells its callbacks nothing between the gradients and the step, and gives each process
the output folder. So three of its functions are stood in for, in processes that torchrun has
started and that make our optimiser: the training as a whole, its steps, and the parts of a batch.
"""

import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.training import Example, loop
from spacy.util import fix_random_seed

from ..collectives import collect, find_least, find_most, spread
from ..errors import ConcnerError, Errors
from ..losses.across_ranks import wait_for_others
from ..training.random_states import OF_BATCHES, gather_states
from .corpus import parts_read, whole_read
from .ending import Ending, held_back
from .gradients import GradientSum
from .optimizer import TIMEOUT_MINUTES, DistributedOptimizer
from .ranks import Ranks, connect, find_ranks
from .same_start import spread_weights
from .steps import in_step

OPTIMIZER = "spacy-concner.DistributedAdam.v1"
READER = "spacy-concner.DistributedCorpus.v1"
CHECKPOINT = "spacy-concner.checkpoint.v1"


class TrainOnRanks:
    """Stands in for spaCy's training loop."""

    def __init__(self) -> None:
        """Note what it stands in for."""
        self.alone = loop.train
        self.steps_alone = loop.train_while_improving
        self.stands_in = False
        self.ending: Ending

    def stand_in(self) -> None:
        """Take the place of `spacy.training.loop.train`, for `spacy train` as well."""
        self.stands_in = True
        loop.train = self
        # Which has it by another name.
        command = sys.modules.get("spacy.cli.train")
        if command is not None:
            vars(command)["train_nlp"] = self

    def __call__(
        self, nlp: Language, output_path: Path | None = None, **settings: Any
    ) -> tuple[Language, Path | None]:
        """Train a pipeline: as spaCy's own, and where it is by our optimiser on all ranks.

        Rank 0 shows, evaluates and writes what spaCy does; the others write nothing.

        nlp (Language): The pipeline, initialised.
        output_path (Path): Output folder.
        settings (Any): Those of `spacy.training.loop.train`.
        RETURNS (tuple[Language, Path | None]): The pipeline and the folder of the last model,
            None on all ranks but the first.
        RAISES (ConcnerError): C662 if the training corpus gives ranks no parts, C667 if there is
            a checkpoint, C661, C666 and C672 as of `connect`, and what the steps raise.
        """
        ranks = find_ranks()
        config = nlp.config.interpolate()
        optimizer = config["training"]["optimizer"]
        if ranks.size == 1 or optimizer.get("@optimizers") != OPTIMIZER:
            return self.alone(nlp, output_path, **settings)
        check_settings(config, ranks)
        minutes = optimizer.get("timeout_minutes", TIMEOUT_MINUTES)
        with ExitStack() as stack:
            self.ending = stack.enter_context(held_back(ranks))
            stack.enter_context(connect(ranks, minutes))
            stack.enter_context(replaced(loop, train_while_improving=self.steps))
            numbers = spread(gather_states(OF_BATCHES))
            stack.enter_context(parts_read(nlp, numbers))
            # What a training that has failed leaves behind.
            stack.callback(vars(nlp).pop, "to_disk", None)
            if ranks.rank:
                output_path = None
                nowhere = stack.enter_context(Path(os.devnull).open("w", encoding="utf8"))
                settings |= {"stdout": nowhere, "stderr": nowhere}
                nlp.config["training"]["logger"] = {"@loggers": "spacy.ConsoleLogger.v1"}
            return self.alone(nlp, output_path, **settings)

    def steps(
        self,
        nlp: Language,
        optimizer: DistributedOptimizer,
        train_data: Iterable[tuple[int, Any]],
        evaluate: Callable[[], tuple[float, Any]],
        *,
        exclude: list[str],
        **settings: Any,
    ) -> Iterator[tuple[Any, dict[str, Any], bool | None]]:
        """Take the steps of all ranks together.

        nlp (Language): The pipeline in training.
        optimizer (DistributedOptimizer): The optimiser.
        train_data (Iterable[tuple[int, Any]]): Epochs and batches of this rank.
        evaluate (Callable[[], tuple[float, Any]]): Gives the scores that decide which model is
            best, and when to stop.
        exclude (list[str]): Names of components that are not trained.
        settings (Any): Those of `spacy.training.loop.train_while_improving`.
        YIELDS (tuple[Any, dict[str, Any], bool | None]): What spaCy's own yields; losses and words
            are those of all ranks.
        """
        rank = find_ranks().rank

        def evaluate_once() -> tuple[float, Any]:
            with whole_read(nlp):
                return spread(evaluate() if rank == 0 else None)

        try:
            spread_weights(nlp, exclude)
            seed = nlp.config.interpolate()["training"]["seed"]
            if seed is not None and rank:
                # Or all ranks would drop the same units.
                fix_random_seed(seed + rank)
            step = Step(nlp, optimizer, exclude, self.ending)
            with replaced(loop, subdivide_batch=step.subdivide):
                for batch, info, is_best in self.steps_alone(
                    nlp,
                    optimizer,
                    in_step(train_data, find_least),
                    evaluate_once,
                    exclude=exclude,
                    **settings,
                ):
                    if is_best is not None:
                        info |= add_up(info)
                    yield batch, info, is_best
        except Exception:
            keep_models(nlp)
            raise


train_on_ranks = TrainOnRanks()


class Step:
    """A step on all ranks: what spaCy's loop does with a batch, and the sum of the gradients."""

    def __init__(
        self,
        nlp: Language,
        optimizer: DistributedOptimizer,
        frozen: Collection[str],
        ending: Ending,
    ) -> None:
        """Take the parts of a training, as for `TrainOnRanks.steps`."""
        self.number = 0
        self.optimizer = optimizer
        self.ending = ending
        self.sum_gradients = GradientSum(nlp, frozen, optimizer.bucket_mb)
        self.subdivide_alone = loop.subdivide_batch
        pipes: list[Any] = [pipe for name, pipe in nlp.pipeline if name not in frozen]
        # Their contrast asks for what other ranks hold: all ranks compute it as often.
        self.waiting = [
            pipe
            for pipe in pipes
            if hasattr(pipe, "wait_for_others") and wait_for_others(pipe.loss_functions())
        ]

    def subdivide(self, batch: list[Example], accumulate_gradient: int) -> Iterator[list[Example]]:
        """Give the parts of a batch; when all are learned from, add up the gradients.

        batch (list[Example]): The batch.
        accumulate_gradient (int): How many parts to make.
        YIELDS (list[Example]): The parts, to compute gradients from.
        """
        self.ending.check()
        parts = list(self.subdivide_alone(batch, accumulate_gradient))
        (n_parts,) = find_most([len(parts)]) if self.waiting else [len(parts)]
        yield from parts
        for _ in range(n_parts - len(parts)):
            for pipe in self.waiting:
                pipe.wait_for_others()
        self.sum_gradients(self.number)
        self.optimizer.has_all_gradients = True
        self.number += 1


def check_settings(config: Any, ranks: Ranks) -> None:
    """Check what a config says of a training on several ranks.

    config (Config): The config, interpolated.
    ranks (Ranks): How many there are.
    RAISES (ConcnerError): C662, C667 as of `TrainOnRanks`.
    """
    name = config["training"]["train_corpus"].removeprefix("corpora.")
    reader = config["corpora"].get(name, {}).get("@readers")
    if reader != READER:
        raise ConcnerError(Errors.C662.format(name=name, reader=reader, size=ranks.size))
    callback = config["training"].get("before_update") or {}
    if callback.get("@callbacks") == CHECKPOINT and callback.get("path") is not None:
        raise ConcnerError(Errors.C667.format(size=ranks.size, path=callback["path"]))


def add_up(info: Mapping[str, Any]) -> dict[str, Any]:
    """Add up over the ranks what each has counted since the last evaluation, or in all.

    info (Mapping[str, Any]): What spaCy tells of a step: "losses" by name, and "words".
    RETURNS (dict[str, Any]): The sums of both.
    """
    own = {name: float(value) for name, value in info["losses"].items()}
    losses: dict[str, float] = {}
    words = 0
    for other, n_words in collect((own, info["words"])):
        words += n_words
        for name, value in other.items():
            losses[name] = losses.get(name, 0.0) + value
    return {"losses": losses, "words": words}


def keep_models(nlp: Language) -> None:
    """Let spaCy write no further model, as it would at the end of a training that has failed.

    nlp (Language): The pipeline.
    """
    vars(nlp)["to_disk"] = lambda *args, **settings: None


@contextmanager
def replaced(module: Any, **functions: Any) -> Iterator[None]:
    """Put functions in the place of a module's own, for a time.

    module (Module): The module.
    functions (Any): The functions by name.
    """
    before = {name: getattr(module, name) for name in functions}
    vars(module).update(functions)
    try:
        yield
    finally:
        vars(module).update(before)
