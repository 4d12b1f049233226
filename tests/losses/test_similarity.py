import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_concner.losses.similarity import SimilarityDistillation, pair_cross_entropy
from tests.losses.batches import gradients, random_batch


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def cosine(a, b):
    a, b = a.detach(), b.detach()
    return float(a @ b / a.norm() / b.norm())


def naive(output, supervision, similarity_weight, entity_weight, confidence):
    known = [i for i in range(len(supervision.tags)) if supervision.soft_mask[i]]
    known = [i for i in known if supervision.vector_mask[i]]
    student = output.logits.detach().softmax(dim=-1)
    teacher = supervision.soft_labels
    by_doc: dict[int, list[float]] = {}
    for i in known:
        total = 0.0
        for j in known:
            if i == j:
                continue
            s = sigmoid(cosine(supervision.vectors[i], supervision.vectors[j]))
            found = sigmoid(cosine(output.token_vectors[i], output.token_vectors[j]))
            entropy = -(s * math.log(found) + (1 - s) * math.log(1 - found))
            g = 1 - abs(sigmoid(cosine(teacher[i], teacher[j])) - s) if confidence else 1.0
            b = min(1.0, (2 * s - 1) ** 2 + 0.5) if confidence else 1.0
            total += similarity_weight * entropy * g * b
            for k in (i, j):
                a = float(teacher[k].max()) ** 2 if confidence else 1.0
                total += entity_weight / 2 * float(((teacher[k] - student[k]) ** 2).sum()) * g * a
        if len(known) > 1:
            by_doc.setdefault(int(supervision.token_docs[i]), []).append(total / (len(known) - 1))
    return sum(sum(losses) / len(losses) for losses in by_doc.values())


@settings(max_examples=25, deadline=None)
@given(
    lengths=st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=3), max_size=4),
    seed=st.integers(0, 10**6),
    options=st.sampled_from([(0.5, 1.0, True), (0.5, 0.0, True), (0.0, 2.0, False)]),
    block_size=st.sampled_from([1, 4, 1000]),
)
def test_equals_a_naive_loop(lengths, seed, options, block_size):
    batch = random_batch(seed, lengths)
    loss = SimilarityDistillation(1.0, *options, block_size=block_size)
    assert loss(*batch).item() == pytest.approx(naive(*batch, *options), rel=1e-6)


@pytest.mark.parametrize("block_size", [1, 5, 7])
def test_blocks_change_neither_loss_nor_gradient(block_size):
    batch = random_batch(0, vectors=1.0, soft=1.0)
    whole = SimilarityDistillation(block_size=1000)
    blocks = SimilarityDistillation(block_size=block_size)
    torch.testing.assert_close(blocks(*batch), whole(*batch))
    torch.testing.assert_close(vars(gradients(blocks, batch)), vars(gradients(whole, batch)))


def test_memory_is_that_of_a_block():
    """What autograd keeps must not grow with the square of the tokens."""
    output, supervision = random_batch(0, [(100,)] * 6, vectors=1.0, soft=1.0)
    sizes = []

    def keep(tensor):
        sizes.append(tensor.numel())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        SimilarityDistillation(block_size=20)(output, supervision)
    assert max(sizes) < 600 * 20


def test_without_vectors_there_is_nothing_to_learn():
    batch = random_batch(0, vectors=0.0)
    loss = SimilarityDistillation()
    assert loss(*batch).item() == 0
    assert not gradients(loss, batch).logits.any()


@pytest.mark.slow
def test_student_takes_over_the_similarities():
    output, supervision = random_batch(2, vectors=1.0, soft=1.0, width=3)
    loss = SimilarityDistillation(entity_weight=0.0)
    optimizer = torch.optim.Adam([output.token_vectors], lr=0.05)
    for _ in range(400):
        optimizer.zero_grad()
        loss(output, supervision).backward()
        optimizer.step()
    unit = torch.nn.functional.normalize(output.token_vectors.detach(), dim=-1)
    expected = supervision.vectors @ supervision.vectors.T
    assert (unit @ unit.T - expected).abs().max() < 0.05


def test_pair_cross_entropy_of_known_cosines():
    vectors = torch.tensor([[2.0, 0.0], [3.0, 0.0], [0.0, 1.0], [-1.0, 0.0]], requires_grad=True)
    first, second = torch.tensor([0, 0, 0]), torch.tensor([1, 2, 3])
    same = torch.tensor([True, False, False])
    found = pair_cross_entropy(vectors, first, second, same)
    expected = (-math.log(sigmoid(1)) - math.log(sigmoid(0)) - math.log(sigmoid(1))) / 3
    assert found.item() == pytest.approx(expected, rel=1e-6)


def test_gradient_of_pair_cross_entropy():
    vectors = random_batch(0)[0].token_vectors
    first, second = torch.tensor([0, 1, 5, 2]), torch.tensor([3, 4, 6, 9])
    same = torch.tensor([True, True, False, False])
    assert torch.autograd.gradcheck(
        lambda v: pair_cross_entropy(v, first, second, same), (vectors,)
    )


def test_no_pairs_have_no_loss():
    vectors = torch.ones(3, 2, requires_grad=True)
    nothing = torch.zeros(0, dtype=torch.int64)
    loss = pair_cross_entropy(vectors, nothing, nothing, nothing.bool())
    loss.backward()
    assert loss.item() == 0 and not vectors.grad.any()
