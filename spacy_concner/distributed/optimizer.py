"""`spacy-concner.DistributedAdam.v1`: Adam by the gradients of all ranks."""

from typing import Any

from thinc.optimizers import ADAM_DEFAULTS, Adam, FloatOrSeq, Optimizer

from ..errors import ConcnerError, Errors
from .ranks import find_ranks

TIMEOUT_MINUTES = 30.0


def create_distributed_adam(
    learn_rate: FloatOrSeq = 0.001,
    *,
    L2: FloatOrSeq = ADAM_DEFAULTS["L2"],
    beta1: FloatOrSeq = ADAM_DEFAULTS["beta1"],
    beta2: FloatOrSeq = ADAM_DEFAULTS["beta2"],
    eps: FloatOrSeq = ADAM_DEFAULTS["eps"],
    grad_clip: FloatOrSeq = ADAM_DEFAULTS["grad_clip"],
    L2_is_weight_decay: bool = True,
    use_averages: bool = True,
    bucket_mb: float = 25,
    timeout_minutes: float = TIMEOUT_MINUTES,
) -> Optimizer:
    """Create an optimiser for `spacy train` in the processes that torchrun starts.

    Before each step the gradients of all ranks are added up, so that all take the same step: that
    of one process on the batches of all. Added up and not averaged, for the losses of this
    package, and most of spaCy's, are sums over the documents of a batch; it is what
    `accumulate_gradient` does with the parts of a batch. A loss that is an average over the batch,
    as that of `concner_evaluator` is, gives the sum of the ranks' averages, as it does there. A
    rank without a gradient for a weight adds nothing. Clipping, weight decay and averages follow,
    as thinc computes them.

    In a process alone it is thinc's Adam, to the bit.

    learn_rate (float): Learning rate, or a schedule.
    L2 (float): Weight decay.
    beta1 (float): Decay of the mean of gradients.
    beta2 (float): Decay of the mean of their squares.
    eps (float): What keeps Adam from dividing by zero.
    grad_clip (float): Most length of a weight's gradient, added up over the ranks.
    L2_is_weight_decay (bool): Whether L2 decays weights, or is added to gradients.
    use_averages (bool): Whether to evaluate and save the averages of weights.
    bucket_mb (float): Megabytes of gradients that go together.
    timeout_minutes (float): How long ranks wait for each other at most; rank 0 evaluates in
        this time.
    RETURNS (Optimizer): The optimiser.
    RAISES (ConcnerError): C670 for a setting that is 0 or less.
    """
    for name, value in (("bucket_mb", bucket_mb), ("timeout_minutes", timeout_minutes)):
        if not value > 0:
            raise ConcnerError(
                Errors.C670.format(setting=f"[training.optimizer] {name}", value=value)
            )
    settings: dict[str, Any] = {
        "L2": L2,
        "beta1": beta1,
        "beta2": beta2,
        "eps": eps,
        "grad_clip": grad_clip,
        "L2_is_weight_decay": L2_is_weight_decay,
        "use_averages": use_averages,
    }
    if find_ranks().size == 1:
        return Adam(learn_rate, **settings)
    from .training import train_on_ranks

    train_on_ranks.stand_in()
    optimizer = DistributedOptimizer(learn_rate, **settings)
    optimizer.bucket_mb = bucket_mb
    return optimizer


class DistributedOptimizer(Optimizer):
    """thinc's optimiser, which takes no step by the gradients of one rank alone.

    bucket_mb: Megabytes of gradients that go together.
    has_all_gradients: Whether those of all ranks have been added up for the next step.
    """

    __slots__ = ["bucket_mb", "has_all_gradients"]

    bucket_mb: float
    has_all_gradients: bool

    def __init__(self, *args: Any, **settings: Any) -> None:
        """Take thinc's settings."""
        super().__init__(*args, **settings)
        self.has_all_gradients = False

    def __call__(self, *args: Any, **settings: Any) -> Any:
        """Change a weight.

        RAISES (ConcnerError): C669 if nothing has added up the gradients of all ranks.
        """
        if not self.has_all_gradients:
            raise ConcnerError(Errors.C669)
        return super().__call__(*args, **settings)

    def step_schedules(self) -> None:
        """End a step."""
        super().step_schedules()
        self.has_all_gradients = False
