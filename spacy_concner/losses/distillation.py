"""Distillation: the student learns the probabilities of its teachers."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch.nn.functional import kl_div

from ..errors import ConcnerError, Errors
from .reduction import sum_of_document_means
from .settings import check_temperature, check_weight
from .types import Supervision, TaggerTensors


def squared_distance(logits: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """Compute ‖p_teacher - softmax(logits)‖² of each token.

    The squared error of probabilities of Wu et al. 2020, https://arxiv.org/abs/2004.12440,
    here summed and not averaged over the labels.

    logits (Tensor): `(n_tokens, n_labels)` scores of the student before softmax.
    teacher (Tensor): `(n_tokens, n_labels)` probabilities.
    RETURNS (Tensor): `(n_tokens,)` losses.
    """
    return (teacher - logits.softmax(dim=-1)).square().sum(dim=-1)


def tempered_divergence(
    logits: torch.Tensor, teacher: torch.Tensor, temperature: float = 1.0
) -> torch.Tensor:
    """Compute T² · KL(q ‖ softmax(logits/T)) of each token, where q ∝ p_teacher^(1/T).

    The distillation loss of Hinton et al. 2015, https://arxiv.org/abs/1503.02531; the factor
    T² keeps the size of the gradients.

    logits (Tensor): `(n_tokens, n_labels)` scores of the student before softmax.
    teacher (Tensor): `(n_tokens, n_labels)` probabilities.
    temperature (float): T, greater than zero.
    RETURNS (Tensor): `(n_tokens,)` losses.
    """
    # Over the largest first: a power of small probabilities alone would underflow.
    tiny = torch.finfo(teacher.dtype).tiny
    largest = teacher.amax(dim=-1, keepdim=True).clamp_min(tiny)
    tempered = (teacher / largest).pow(1 / temperature)
    target = tempered / tempered.sum(dim=-1, keepdim=True).clamp_min(tiny)
    student = (logits / temperature).log_softmax(dim=-1)
    return temperature**2 * kl_div(student, target, reduction="none").sum(dim=-1)


@dataclass(frozen=True)
class Distillation:
    """Distance from the teachers over the tokens with soft labels.

    Averaged over the softly labelled tokens of a document, summed over documents.

    weight (float): Factor of the loss in the total.
    loss (str): "mse", the squared distance of the probabilities, or "kl", their divergence.
    temperature (float): Softens student and teacher alike under "kl"; "mse" compares the
        probabilities as they are and takes no other temperature than 1.
    RAISES (ConcnerError): If a setting is out of range.
    """

    needs: ClassVar[str] = "soft_labels"
    weight: float = 1.0
    loss: Literal["mse", "kl"] = "mse"
    temperature: float = 1.0

    def __post_init__(self) -> None:
        """Check the settings."""
        check_weight(self.weight)
        check_temperature(self.temperature)
        if self.loss not in ("mse", "kl"):
            raise ConcnerError(Errors.C022.format(loss=self.loss))
        if self.loss == "mse" and self.temperature != 1:
            raise ConcnerError(Errors.C023.format(temperature=self.temperature))

    def __call__(self, output: TaggerTensors, supervision: Supervision) -> torch.Tensor:
        """Compute the loss of a batch.

        output (TaggerTensors): Output of the tagger.
        supervision (Supervision): What is known of the batch.
        RETURNS (Tensor): Unweighted scalar.
        """
        mask = supervision.soft_mask
        logits, teacher = output.logits[mask], supervision.soft_labels[mask].detach()
        if self.loss == "mse":
            losses = squared_distance(logits, teacher)
        else:
            losses = tempered_divergence(logits, teacher, self.temperature)
        return sum_of_document_means(losses, supervision.token_docs[mask])
