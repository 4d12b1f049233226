"""A label contrast with a memory: tokens of the batches before are candidates, too."""

from dataclasses import dataclass, field

import torch

from ..errors import ConcnerError, Errors
from .label_contrast import ContrastTokens, LabelContrast
from .types import Supervision, TaggerTensors


@dataclass
class QueuedLabelContrast:
    """A label contrast over the tokens of a batch and those of the batches before.

    A small batch has few tokens of a rare class. The queue gives each anchor more positives
    and negatives without another pass of the encoder; no gradient flows into it, and its
    vectors are as old as their batch. After the queue of MoCo (He et al. 2020,
    https://arxiv.org/abs/1911.05722, section 3.2), without its second encoder. The queue is
    no part of a saved pipeline.

    loss (LabelContrast): The loss; its positives are "all".
    size (int): Tokens that the queue holds, the latest ones.
    RAISES (ConcnerError): C029 if the size is below 1 or the loss is none that can be queued.
    """

    loss: LabelContrast
    size: int = 1024
    _queue: ContrastTokens | None = field(default=None, init=False, repr=False, compare=False)
    _labels: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the settings."""
        can_queue = isinstance(self.loss, LabelContrast) and self.loss.positives == "all"
        if self.size < 1 or not can_queue:
            raise ConcnerError(Errors.C029.format(size=self.size, loss=self.loss))

    @property
    def needs(self) -> str:
        """What the loss learns from."""
        return self.loss.needs

    @property
    def weight(self) -> float:
        """Factor of the loss in the total."""
        return self.loss.weight

    def __call__(self, output: TaggerTensors, supervision: Supervision) -> torch.Tensor:
        """Compute the loss of a batch, then let its tokens into the queue.

        output (TaggerTensors): Output of the tagger.
        supervision (Supervision): What is known of the batch.
        RETURNS (Tensor): Unweighted scalar.
        """
        rows, classes = self.loss.choose(supervision)
        vectors = output.token_vectors[rows].detach()
        queue = self._queue
        # Classes are numbered by the labels: another tagger's tokens mean nothing here.
        if self._labels != supervision.labels or (
            queue is not None and queue.vectors.shape[1] != vectors.shape[1]
        ):
            queue, self._labels = None, list(supervision.labels)
        value = self.loss(output, supervision, queue)
        if queue is not None:
            vectors = torch.cat([queue.vectors.to(vectors), vectors])
            classes = torch.cat([queue.classes.to(classes), classes])
        self._queue = ContrastTokens(vectors[-self.size :], classes[-self.size :])
        return value
