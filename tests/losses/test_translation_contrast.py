import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_concner.losses.translation_contrast import TranslationContrast
from tests.losses.batches import gradients, random_batch


def naive(output, supervision, temperature):
    docs, texts = supervision.segment_docs.tolist(), supervision.segment_texts.tolist()
    rows = range(len(docs))
    unit = [vector / vector.norm() for vector in output.segment_vectors.detach()]
    total = 0.0
    for a in rows:
        positives = [b for b in rows if docs[b] == docs[a] and b != a]
        own_texts = {texts[b] for b in rows if docs[b] == docs[a]}
        negatives = [b for b in rows if docs[b] != docs[a] and texts[b] not in own_texts]
        exps = {b: math.exp(unit[a] @ unit[b] / temperature) for b in positives + negatives}
        for p in positives:
            loss = -math.log(exps[p] / sum(exps.values()))
            total += loss / len(positives) / docs.count(docs[a])
    return total


@settings(max_examples=40, deadline=None)
@given(
    lengths=st.lists(st.lists(st.just(1), min_size=1, max_size=4), max_size=6),
    seed=st.integers(0, 10**6),
    n_texts=st.sampled_from([1, 4, 20, 1000]),
    temperature=st.sampled_from([0.1, 0.5, 2.0]),
)
def test_equals_a_naive_loop(lengths, seed, n_texts, temperature):
    batch = random_batch(seed, lengths, n_texts=n_texts)
    found = TranslationContrast(temperature=temperature)(*batch)
    assert found.item() == pytest.approx(naive(*batch, temperature))


def test_pair_alone_has_nothing_to_learn():
    batch = random_batch(0, [(3, 2)], n_texts=1000)
    assert TranslationContrast()(*batch) == 0
    assert not gradients(TranslationContrast(), batch).segment_vectors.any()


def test_three_languages_give_two_positives():
    batch = random_batch(0, [(1, 1, 1)], n_texts=1000)
    batch[0].segment_vectors.data[:] = 1.0
    assert TranslationContrast()(*batch).item() == pytest.approx(math.log(2))


def test_single_segment_is_a_negative_and_no_anchor():
    batch = random_batch(0, [(1, 1), (1,)])
    batch[1].segment_texts[:] = torch.tensor([0, 1, 2])
    expected = naive(*batch, 0.1)
    assert expected > 0
    assert TranslationContrast()(*batch).item() == pytest.approx(expected)
    assert gradients(TranslationContrast(), batch).segment_vectors[2].any()


@pytest.mark.parametrize("texts", [[0, 1, 0, 2], [0, 1, 2, 0]])
def test_identical_text_is_no_negative(texts):
    batch = random_batch(0, [(1, 1), (1, 1)])
    batch[1].segment_texts[:] = torch.tensor(texts)
    twin = texts.index(0, 1)
    only_first = batch[0].segment_vectors.detach().clone()

    def loss_of_first(output, supervision):
        """The loss of the first document, the other's vectors held."""
        output = type(output)(
            output.logits,
            output.token_vectors,
            torch.cat([only_first[:2], output.segment_vectors[2:]]),
        )
        docs = supervision.segment_docs.clone()
        docs[2:] = torch.tensor([1, 2])
        supervision = type(supervision)(**{**vars(supervision), "segment_docs": docs})
        return TranslationContrast()(output, supervision)

    found = gradients(loss_of_first, batch).segment_vectors
    assert not found[twin].any()
    assert found[5 - twin].any()


def test_bitext_that_occurs_twice_is_no_negative_of_itself():
    batch = random_batch(0, [(1, 1), (1, 1)])
    batch[1].segment_texts[:] = torch.tensor([0, 1, 0, 1])
    assert TranslationContrast()(*batch) == 0


def test_identical_text_within_a_document_stays_a_positive():
    batch = random_batch(0, [(1, 1), (1, 1)])
    batch[1].segment_texts[:] = torch.tensor([0, 0, 1, 2])
    assert TranslationContrast()(*batch).item() == pytest.approx(naive(*batch, 0.1))
    assert gradients(TranslationContrast(), batch).segment_vectors.any(dim=1).all()


def test_all_negatives_masked():
    batch = random_batch(0, [(1, 1), (1,), (1, 1)], n_texts=1)
    assert TranslationContrast()(*batch) == 0
    assert torch.isfinite(gradients(TranslationContrast(), batch).segment_vectors).all()


@pytest.mark.parametrize("languages", [2, 3])
def test_training_on_it_makes_translations_nearest(languages):
    output, supervision = random_batch(6, [(1,) * languages] * 10, n_texts=10**9, width=8)

    def share_of_translations_nearest():
        unit = torch.nn.functional.normalize(output.segment_vectors.detach(), dim=1)
        nearest = (unit @ unit.T).fill_diagonal_(-2).argmax(dim=1)
        docs = supervision.segment_docs
        return (docs[nearest] == docs).double().mean()

    assert share_of_translations_nearest() < 0.5
    optimizer = torch.optim.Adam([output.segment_vectors], lr=0.1)
    for _ in range(60):
        optimizer.zero_grad()
        TranslationContrast()(output, supervision).backward()
        optimizer.step()
    assert share_of_translations_nearest() == 1
