"""The losses of a batch, and the gradient of the tagger's output."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from thinc.types import Floats2d

from .architecture import TaggerOutput

if TYPE_CHECKING:
    import torch

    from ..losses.types import Supervision, TaggerTensors


@dataclass(frozen=True)
class BatchLosses:
    """What a batch gives to learn.

    values: the losses by name, unweighted.
    total: their weighted sum.
    gradient: gradient of the total with respect to the tagger's output.
    """

    values: dict[str, float]
    total: float
    gradient: TaggerOutput


def as_tensors(output: TaggerOutput) -> "TaggerTensors":
    """Give the tagger's output as torch tensors that gradients flow to.

    output (TaggerOutput): The model's output in training.
    RETURNS (TaggerTensors): The same numbers, on the same device.
    """
    from thinc.api import xp2torch

    from ..losses.types import TaggerTensors

    return TaggerTensors(
        xp2torch(output.logits, requires_grad=True),
        xp2torch(output.token_vectors, requires_grad=True),
        xp2torch(output.segment_vectors, requires_grad=True),
    )


def compute_losses(
    losses: Mapping[str, Any], tensors: "TaggerTensors", supervision: "Supervision"
) -> BatchLosses:
    """Find each loss of a batch, and the gradient of their weighted sum.

    losses (Mapping[str, Callable]): The losses by name, each with a `weight`.
    tensors (TaggerTensors): As of `as_tensors`.
    supervision (Supervision): What is known of the batch.
    RETURNS (BatchLosses): Losses and gradient.
    """
    values: dict[str, float] = {}
    total = tensors.logits.sum() * 0.0
    for key, loss in losses.items():
        value = loss(tensors, supervision)
        values[key] = float(value.detach())
        total = total + loss.weight * value
    total.backward()
    gradient = TaggerOutput(
        _gradient(tensors.logits),
        _gradient(tensors.token_vectors),
        _gradient(tensors.segment_vectors),
    )
    weighted = sum(value * losses[key].weight for key, value in values.items())
    return BatchLosses(values, weighted, gradient)


def _gradient(tensor: "torch.Tensor") -> Floats2d:
    import torch
    from thinc.api import torch2xp

    found = torch.zeros_like(tensor) if tensor.grad is None else tensor.grad
    return cast(Floats2d, torch2xp(found))
