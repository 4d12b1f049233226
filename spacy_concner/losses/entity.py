"""Entity cross-entropy: the tagger learns from labelled tokens."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch.nn.functional import cross_entropy

from ..errors import ConcnerError, Errors
from .reduction import sum_of_document_means
from .settings import check_weight
from .types import MISSING, Supervision, TaggerTensors


def entity_cross_entropy(
    logits: torch.Tensor,
    tags: torch.Tensor,
    documents: torch.Tensor,
    label_smoothing: float = 0.0,
) -> torch.Tensor:
    """Compute the cross-entropy of the labelled tokens.

    The loss of a token with tag y is -Σ_c q_c log softmax(logits)_c, where q puts 1 - ε + ε/C
    on y and ε/C on each other of the C labels (ε is the label smoothing of Szegedy et al.
    2016, https://arxiv.org/abs/1512.00567). Averaged over the labelled tokens of a document,
    summed over documents.

    logits (Tensor): `(n_tokens, n_labels)` scores before softmax.
    tags (Tensor): `(n_tokens,)` int64 columns of the gold tags, `MISSING` where unknown.
    documents (Tensor): `(n_tokens,)` int64 number of each token's document.
    label_smoothing (float): ε, from 0 up to but not including 1.
    RETURNS (Tensor): Scalar; zero if no token is labelled.
    """
    known = tags != MISSING
    losses = cross_entropy(
        logits[known], tags[known], reduction="none", label_smoothing=label_smoothing
    )
    return sum_of_document_means(losses, documents[known])


@dataclass(frozen=True)
class EntityCrossEntropy:
    """Cross-entropy over the tokens whose entity annotation is known.

    weight (float): Factor of the loss in the total.
    label_smoothing (float): Share of the target spread evenly over all labels.
    RAISES (ConcnerError): If a setting is out of range.
    """

    needs: ClassVar[str] = "entities"
    weight: float = 1.0
    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        """Check the settings."""
        check_weight(self.weight)
        if not 0 <= self.label_smoothing < 1:
            raise ConcnerError(Errors.C024.format(value=self.label_smoothing))

    def __call__(self, output: TaggerTensors, supervision: Supervision) -> torch.Tensor:
        """Compute the loss of a batch.

        output (TaggerTensors): Output of the tagger.
        supervision (Supervision): What is known of the batch.
        RETURNS (Tensor): Unweighted scalar.
        """
        return entity_cross_entropy(
            output.logits, supervision.tags, supervision.token_docs, self.label_smoothing
        )
