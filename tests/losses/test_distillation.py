import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_concner.losses.distillation import Distillation, tempered_divergence
from tests.losses.batches import gradients, random_batch


def softmax(scores):
    exps = [math.exp(score) for score in scores]
    return [x / sum(exps) for x in exps]


def naive(output, supervision, loss, temperature):
    total = 0.0
    for doc in sorted(set(supervision.token_docs.tolist())):
        losses = []
        for i in range(len(supervision.tags)):
            if supervision.token_docs[i] == doc and supervision.soft_mask[i]:
                teacher = supervision.soft_labels[i].tolist()
                student = softmax([x / temperature for x in output.logits[i].tolist()])
                powers = [p ** (1 / temperature) for p in teacher]
                teacher = [p / sum(powers) for p in powers]
                both = list(zip(teacher, student, strict=True))
                if loss == "mse":
                    losses.append(sum((t - s) ** 2 for t, s in both))
                else:
                    divergence = sum(t * math.log(t / s) for t, s in both)
                    losses.append(temperature**2 * divergence)
        total += sum(losses) / len(losses) if losses else 0.0
    return total


@settings(max_examples=40, deadline=None)
@given(
    lengths=st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=3), max_size=4),
    seed=st.integers(0, 10**6),
    options=st.sampled_from([("mse", 1.0), ("kl", 1.0), ("kl", 0.5), ("kl", 3.0)]),
)
def test_equals_a_naive_loop(lengths, seed, options):
    batch = random_batch(seed, lengths)
    found = Distillation(loss=options[0], temperature=options[1])(*batch)
    assert found.item() == pytest.approx(naive(*batch, *options))


@pytest.mark.parametrize("loss, temperature", [("mse", 1.0), ("kl", 1.0), ("kl", 2.0)])
def test_perfect_student_has_nothing_to_learn(loss, temperature):
    output, supervision = random_batch(0, soft=1.0)
    output.logits.data = supervision.soft_labels.log() + 3.0
    distillation = Distillation(loss=loss, temperature=temperature)
    assert distillation(output, supervision).item() == pytest.approx(0, abs=1e-12)
    assert gradients(distillation, (output, supervision)).logits.abs().max() < 1e-12


@pytest.mark.parametrize("loss, temperature", [("mse", 1.0), ("kl", 1.0), ("kl", 2.0)])
def test_training_on_it_reaches_the_teacher(loss, temperature):
    output, supervision = random_batch(1, [(3, 2), (4,)], soft=1.0)
    optimizer = torch.optim.Adam([output.logits], lr=0.1)
    for _ in range(300):
        optimizer.zero_grad()
        Distillation(loss=loss, temperature=temperature)(output, supervision).backward()
        optimizer.step()
    torch.testing.assert_close(
        output.logits.softmax(dim=1), supervision.soft_labels, rtol=0, atol=0.02
    )


@pytest.mark.parametrize("temperature", [0.02, 1.0, 50.0])
def test_certain_teacher_is_finite(temperature):
    teacher = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.4, 0.3, 0.3]])
    logits = torch.tensor([[-80.0, 80.0, 0.0], [1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])
    logits.requires_grad_()
    losses = tempered_divergence(logits, teacher, temperature)
    losses.sum().backward()
    assert torch.isfinite(losses).all() and (losses >= 0).all()
    assert torch.isfinite(logits.grad).all()


def test_certain_teacher_is_cross_entropy_under_divergence():
    teacher = torch.tensor([[0.0, 1.0, 0.0]])
    logits = torch.tensor([[0.5, -0.5, 2.0]])
    expected = torch.nn.functional.cross_entropy(logits, torch.tensor([1]), reduction="none")
    torch.testing.assert_close(tempered_divergence(logits, teacher), expected)


def test_soft_labels_get_no_gradient():
    output, supervision = random_batch(2)
    supervision.soft_labels.requires_grad_()
    Distillation()(output, supervision).backward()
    assert supervision.soft_labels.grad is None
    assert output.logits.grad.any()


def test_low_temperature_does_not_lose_an_uncertain_teacher():
    teacher = torch.full((1, 5), 0.2)
    logits = torch.tensor([[0.01, 0.0, 0.0, 0.0, 0.0]])
    expected = tempered_divergence(logits.double(), teacher.double(), 0.01)
    assert expected > 0
    torch.testing.assert_close(tempered_divergence(logits, teacher, 0.01).double(), expected)
