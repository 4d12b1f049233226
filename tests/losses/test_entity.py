import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_concner.losses.entity import EntityCrossEntropy
from spacy_concner.losses.types import MISSING
from tests.losses.batches import gradients, random_batch


def naive(output, supervision, smoothing):
    total = 0.0
    for doc in sorted(set(supervision.token_docs.tolist())):
        losses = []
        for i, tag in enumerate(supervision.tags.tolist()):
            if supervision.token_docs[i] == doc and tag != MISSING:
                scores = output.logits[i].tolist()
                log_sum = math.log(sum(math.exp(score) for score in scores))
                logs = [score - log_sum for score in scores]
                losses.append(-(1 - smoothing) * logs[tag] - smoothing * sum(logs) / len(logs))
        total += sum(losses) / len(losses) if losses else 0.0
    return total


@settings(max_examples=40, deadline=None)
@given(
    lengths=st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=3), max_size=4),
    seed=st.integers(0, 10**6),
    smoothing=st.sampled_from([0.0, 0.1, 0.5]),
)
def test_equals_a_naive_loop(lengths, seed, smoothing):
    batch = random_batch(seed, lengths, missing=0.4)
    found = EntityCrossEntropy(label_smoothing=smoothing)(*batch)
    assert found.item() == pytest.approx(naive(*batch, smoothing))


def test_documents_count_the_same_whatever_their_length():
    batch = random_batch(0, [(1,), (30,)], missing=0.0)
    batch[0].logits.data.zero_()
    assert EntityCrossEntropy()(*batch).item() == pytest.approx(2 * math.log(5))
    found = gradients(EntityCrossEntropy(), batch).logits.abs().sum(dim=1)
    assert found[0].item() == pytest.approx(found[1:].sum().item())


def test_training_on_it_gives_the_tags():
    output, supervision = random_batch(1, missing=0.0)
    optimizer = torch.optim.Adam([output.logits], lr=0.3)
    for _ in range(60):
        optimizer.zero_grad()
        EntityCrossEntropy()(output, supervision).backward()
        optimizer.step()
    assert output.logits.argmax(dim=1).tolist() == supervision.tags.tolist()
