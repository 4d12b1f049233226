"""How the anchors of a batch become one number."""

import torch


def sum_of_document_means(values: torch.Tensor, documents: torch.Tensor) -> torch.Tensor:
    """Average a loss over the anchors of each document and add up the documents.

    Every document counts the same and the sum over documents is what gradient accumulation
    adds up, so that a batch handed over in parts gives the gradients of the whole batch.

    values (Tensor): `(n_anchors,)` losses of the anchors.
    documents (Tensor): `(n_anchors,)` int64 number of each anchor's document.
    RETURNS (Tensor): Scalar; zero, still part of the graph, if there is no anchor.
    """
    if not values.numel():
        return values.sum()
    _, rows, counts = torch.unique(documents, return_inverse=True, return_counts=True)
    return (values / counts[rows]).sum()


def sum_of_balanced_means(
    values: torch.Tensor, documents: torch.Tensor, classes: torch.Tensor
) -> torch.Tensor:
    """Like `sum_of_document_means`, every class of a document counting the same in its mean.

    values (Tensor): `(n_anchors,)` losses of the anchors.
    documents (Tensor): `(n_anchors,)` int64 number of each anchor's document.
    classes (Tensor): `(n_anchors,)` int64 class of each anchor.
    RETURNS (Tensor): Scalar; zero, still part of the graph, if there is no anchor.
    """
    if not values.numel():
        return values.sum()
    pairs = torch.stack([documents, classes], dim=1)
    groups, rows, counts = torch.unique(pairs, dim=0, return_inverse=True, return_counts=True)
    means = torch.zeros_like(counts, dtype=values.dtype).index_add(0, rows, values / counts[rows])
    return sum_of_document_means(means, groups[:, 0])
