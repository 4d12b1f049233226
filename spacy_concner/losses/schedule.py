"""A loss whose weight changes while the training goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ..errors import ConcnerError, Errors
from .types import Supervision, TaggerTensors


def loss_weight(loss: Any, step: int) -> float:
    """Give the weight of a loss at a step of the training.

    loss (Callable): A loss with a `weight`, and a `weight_at` if it is scheduled.
    step (int): Steps of the optimiser so far.
    RETURNS (float): Factor of the loss in the total.
    """
    return loss.weight_at(step) if hasattr(loss, "weight_at") else loss.weight


@dataclass(frozen=True)
class ScheduledLoss:
    """Another loss, its weight ramped in or out.

    The factor moves in straight lines from point to point and stays as it is before the
    first and after the last.

    loss (Callable): The loss; its `weight` is multiplied by the factor.
    points (Sequence[Sequence[float]]): Steps of the optimiser and factors, steps rising:
        [[0, 0.0], [200, 1.0]] ramps in, [[400, 1.0], [600, 0.0]] out.
    RAISES (ConcnerError): C028 if the points are out of order or range.
    """

    loss: Any
    points: Sequence[Sequence[float]]

    def __post_init__(self) -> None:
        """Check the points."""
        pairs = [tuple(point) for point in self.points]
        steps = [pair[0] for pair in pairs if len(pair) == 2]
        usable = len(steps) == len(pairs) > 0 and np.isfinite(pairs).all()
        if not usable or np.min(pairs) < 0 or (np.diff(steps) <= 0).any():
            raise ConcnerError(Errors.C028.format(points=self.points))

    @property
    def needs(self) -> str | None:
        """What the loss learns from."""
        return getattr(self.loss, "needs", None)

    @property
    def weight(self) -> float:
        """The weight of the loss where the factor is one."""
        return self.loss.weight

    def weight_at(self, step: int) -> float:
        """Give the weight at a step.

        step (int): Steps of the optimiser so far.
        RETURNS (float): Factor of the loss in the total.
        """
        steps, factors = zip(*self.points, strict=True)
        return self.weight * float(np.interp(step, steps, factors))

    def __call__(self, output: TaggerTensors, supervision: Supervision) -> torch.Tensor:
        """Compute the loss of a batch.

        output (TaggerTensors): Output of the tagger.
        supervision (Supervision): What is known of the batch.
        RETURNS (Tensor): Unweighted scalar.
        """
        return self.loss(output, supervision)
