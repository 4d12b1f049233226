"""What the contrastive losses share: cosines of vectors, positives against candidates."""

import torch

# Below this length the direction of a vector is noise and its gradient would explode.
MIN_LENGTH = 1e-6


def normalize(vectors: torch.Tensor) -> torch.Tensor:
    """Scale vectors to length one; (near) zero vectors become zero, without gradient.

    vectors (Tensor): `(n, width)` vectors.
    RETURNS (Tensor): `(n, width)` vectors of length one or zero.
    """
    lengths = torch.linalg.vector_norm(vectors, dim=-1, keepdim=True)
    unit = vectors / lengths.clamp_min(MIN_LENGTH)
    return torch.where(lengths > MIN_LENGTH, unit, torch.zeros_like(unit))


def contrast_anchors(
    vectors: torch.Tensor,
    positives: torch.Tensor,
    candidates: torch.Tensor,
    temperature: float,
    own: slice | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Contrast each anchor's positives with all of its candidates.

    With z the vectors scaled to length one, P(a) the positives and C(a) the candidates of
    anchor a, positives included, the loss of a is

        -1/|P(a)| Σ_{p∈P(a)} log( exp(z_a·z_p/τ) / Σ_{b∈C(a)} exp(z_a·z_b/τ) )

    which is the supervised contrastive loss (L_out) of Khosla et al. 2020,
    https://arxiv.org/abs/2004.11362; with one positive it is NT-Xent of Chen et al. 2020,
    https://arxiv.org/abs/2002.05709.

    vectors (Tensor): `(n, width)` vectors.
    positives (Tensor): `(n, n)` bool, row a is True at P(a); rows without positives are
        no anchors. The diagonal must be False.
    candidates (Tensor): `(n, n)` bool, row a is True at C(a), at least at P(a).
    temperature (float): τ, greater than zero.
    own (slice): The rows that may be anchors; None for all.
    RETURNS (tuple[Tensor, Tensor]): Losses of the anchors `(n_anchors,)` and the rows of
        the anchors `(n_anchors,)` int64.
    """
    anchors = positives.any(dim=-1).nonzero()[:, 0]
    if own is not None:
        anchors = anchors[(own.start <= anchors) & (anchors < own.stop)]
    positives = positives[anchors]
    unit = normalize(vectors)
    scores = unit[anchors] @ unit.T / temperature
    # Every row keeps its positives, so no row is -inf throughout and none becomes NaN.
    log_shares = scores.masked_fill(~candidates[anchors], -torch.inf).log_softmax(dim=-1)
    sums = log_shares.masked_fill(~positives, 0.0).sum(dim=-1)
    return -sums / positives.sum(dim=-1), anchors
