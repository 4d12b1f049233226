"""Similarity of token pairs (MTMT): what the evaluator learns, and what it teaches.

Li et al. 2022, https://aclanthology.org/2022.acl-long.14. The similarity of two tokens is
sigmoid(cos(v_1, v_2)), which lies between 0.269 and 0.731.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.utils.checkpoint import checkpoint

from ..errors import ConcnerError, Errors
from .contrast import normalize
from .distillation import squared_distance
from .reduction import sum_of_document_means
from .settings import check_weight
from .types import Supervision, TaggerTensors


def pair_cross_entropy(
    vectors: torch.Tensor, first: torch.Tensor, second: torch.Tensor, same: torch.Tensor
) -> torch.Tensor:
    """Compute the loss of the similarity evaluator.

    The binary cross-entropy of sigmoid(cos(v_1, v_2)) against whether both tokens have the
    same label, averaged over the pairs.

    vectors (Tensor): `(n_tokens, width)` vectors.
    first (Tensor): `(n_pairs,)` int64 rows of the one token of each pair.
    second (Tensor): `(n_pairs,)` int64 rows of the other.
    same (Tensor): `(n_pairs,)` bool, whether the labels are the same.
    RETURNS (Tensor): Scalar; zero, still part of the graph, if there is no pair.
    """
    if not len(first):
        return vectors.sum() * 0.0
    unit = normalize(vectors)
    cosines = (unit[first] * unit[second]).sum(dim=-1)
    return binary_cross_entropy_with_logits(cosines, same.to(cosines.dtype))


@dataclass(frozen=True)
class PairTeachers:
    """What both teachers say of the tokens to learn from.

    vectors: `(n_tokens, width)` evaluator's vectors, of length one.
    probabilities: `(n_tokens, n_labels)` recogniser's probabilities, scaled to length one.
    """

    vectors: torch.Tensor
    probabilities: torch.Tensor

    def similarities(self, rows: slice) -> torch.Tensor:
        """Give s of some tokens with all tokens: `(n_rows, n_tokens)`."""
        return (self.vectors[rows] @ self.vectors.T).sigmoid()

    def agreement(self, rows: slice, similarities: torch.Tensor) -> torch.Tensor:
        """Give g = 1 - |sigmoid(cos(p_1, p_2)) - s|: `(n_rows, n_tokens)`."""
        expected = (self.probabilities[rows] @ self.probabilities.T).sigmoid()
        return 1 - (expected - similarities).abs()


def certainty(similarities: torch.Tensor) -> torch.Tensor:
    """Give b = min(1, (2s - 1)² + 0.5) of evaluator's similarities, in their shape."""
    return ((2 * similarities - 1).square() + 0.5).clamp(max=1.0)


@dataclass(frozen=True)
class SimilarityDistillation:
    """The student's loss of MTMT, over all pairs of the tokens of a batch.

    With s = sigmoid(cos(v_1, v_2)) of the evaluator's vectors, ŝ the same of the student's
    token vectors, p_i and q_i the recogniser's and the student's probabilities of token i,

        L = α · BCE(ŝ, s) · g · b + ν · ½ Σ_i ‖p_i - q_i‖² · g · a_i
        a_i = (max_c p_ic)²         the recogniser is sure of the token
        b = min(1, (2s - 1)² + 0.5)  the evaluator is sure of the pair
        g = 1 - |sigmoid(cos(p_1, p_2)) - s|  both teachers agree

    averaged over the partners of each token, then over the tokens of a document that have
    soft labels and evaluator's vectors, and summed over documents. The squared distance is
    summed over the labels, as in the authors' code. All pairs of a batch take the place of
    the paper's 500,000 sampled ones.

    Rows of pairs are worked through in blocks that are computed again for the gradients:
    memory is that of a few matrices of `block_size` times the tokens of the batch. Time
    grows with the square of the tokens.

    weight (float): Factor of the loss in the total.
    similarity_weight (float): α, 0.5 in the paper.
    entity_weight (float): ν, 1 in the paper; 0 leaves the recogniser's part to another
        loss such as `Distillation`.
    confidence (bool): Whether pairs are weighted by a, b and g, or all alike.
    block_size (int): Tokens whose pairs are computed at a time.
    RAISES (ConcnerError): If a setting is out of range.
    """

    weight: float = 1.0
    similarity_weight: float = 0.5
    entity_weight: float = 1.0
    confidence: bool = True
    block_size: int = 512

    # What the documents of a training must have for it, besides soft labels.
    needs: ClassVar[str] = "vectors"

    def __post_init__(self) -> None:
        """Check the settings."""
        for weight in (self.weight, self.similarity_weight, self.entity_weight):
            check_weight(weight)
        if self.block_size < 1:
            raise ConcnerError(
                Errors.C040.format(setting="block_size", value=self.block_size, least=1)
            )

    def __call__(self, output: TaggerTensors, supervision: Supervision) -> torch.Tensor:
        """Compute the loss of a batch.

        output (TaggerTensors): Output of the tagger.
        supervision (Supervision): What is known of the batch.
        RETURNS (Tensor): Unweighted scalar; zero if no two tokens have what it takes.
        """
        mask = supervision.soft_mask & supervision.vector_mask
        n_tokens = int(mask.sum())
        if n_tokens < 2:
            return (output.logits.sum() + output.token_vectors.sum()) * 0.0
        unit = normalize(output.token_vectors[mask])
        teacher = supervision.soft_labels[mask].detach().to(unit.dtype)
        distances = squared_distance(output.logits[mask], teacher)
        if self.confidence:
            distances = distances * teacher.amax(dim=-1).square()
        teachers = PairTeachers(
            normalize(supervision.vectors[mask].detach().to(unit.dtype)), normalize(teacher)
        )
        blocks = [
            slice(start, min(start + self.block_size, n_tokens))
            for start in range(0, n_tokens, self.block_size)
        ]
        if len(blocks) == 1:
            sums = [self._row_sums(unit, distances, teachers, blocks[0])]
        else:
            sums = [
                checkpoint(
                    self._row_sums,
                    unit,
                    distances,
                    teachers,
                    rows,
                    use_reentrant=False,
                    preserve_rng_state=False,
                )
                for rows in blocks
            ]
        return sum_of_document_means(torch.cat(sums) / (n_tokens - 1), supervision.token_docs[mask])

    def _row_sums(
        self, unit: torch.Tensor, distances: torch.Tensor, teachers: PairTeachers, rows: slice
    ) -> torch.Tensor:
        """Sum the losses of some tokens over all their partners: `(n_rows,)`."""
        with torch.no_grad():
            similarities = teachers.similarities(rows)
            # A token is no partner of itself.
            pairs = torch.ones_like(similarities)
            pairs[:, rows].fill_diagonal_(0)
            pair_weights = pairs
            if self.confidence:
                pairs = pairs * teachers.agreement(rows, similarities)
                pair_weights = pairs * certainty(similarities)
        losses = binary_cross_entropy_with_logits(
            unit[rows] @ unit.T, similarities, weight=pair_weights, reduction="none"
        )
        entity = distances[rows] * pairs.sum(dim=1) + pairs @ distances
        return self.similarity_weight * losses.sum(dim=1) + self.entity_weight / 2 * entity
