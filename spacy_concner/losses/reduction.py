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
