import torch

from spacy_concner.losses.reduction import sum_of_document_means


def test_means_of_documents_add_up():
    values = torch.tensor([1.0, 10.0, 3.0, 5.0])
    documents = torch.tensor([7, 2, 7, 7])
    assert sum_of_document_means(values, documents) == 13.0


def test_nothing_is_zero_within_the_graph():
    values = torch.zeros(0, requires_grad=True)
    total = sum_of_document_means(values, torch.zeros(0, dtype=torch.int64))
    total.backward()
    assert total == 0 and values.grad is not None
