"""Losses of earlier versions that no training takes any more, so that what they trained loads.

A pipeline keeps the settings of its losses in its config. What is here resolves them, and
tells who trains the pipeline further what to set instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

INSTEAD = "the settings of its own block 'loss' alone"


@dataclass(frozen=True)
class GoneLoss:
    """A loss that is kept by name alone.

    gone: what is gone, as a message tells it.
    instead: what to set instead.
    weight: factor that the loss had in the total.
    """

    gone: str
    instead: str
    weight: float


def create_scheduled_loss(loss: Any, points: Sequence[Sequence[float]]) -> GoneLoss:
    """Stand for the scheduled loss of 0.2.0: `spacy-concner.ScheduledLoss.v1`.

    loss (Callable): The loss whose weight was ramped in or out.
    points (Sequence[Sequence[float]]): Steps of the optimiser and factors of the weight.
    RETURNS (GoneLoss): What loads, and cannot train.
    """
    return GoneLoss("a schedule (ScheduledLoss)", INSTEAD, loss.weight)


def create_queued_label_contrast(loss: Any, size: int = 1024) -> GoneLoss:
    """Stand for the label contrast with a queue of 0.2.0: `spacy-concner.QueuedLabelContrast.v1`.

    loss (Callable): The label contrast.
    size (int): Tokens that the queue held.
    RETURNS (GoneLoss): What loads, and cannot train.
    """
    return GoneLoss("a queue (QueuedLabelContrast)", INSTEAD, loss.weight)
