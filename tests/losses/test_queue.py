from dataclasses import replace

import pytest
import torch
from thinc.api import Config, registry

from spacy_concner.errors import ConcnerError
from spacy_concner.losses.contrast import normalize
from spacy_concner.losses.label_contrast import ContrastTokens, LabelContrast
from spacy_concner.losses.queue import QueuedLabelContrast
from spacy_concner.losses.schedule import ScheduledLoss


def naive(output, supervision, rows, classes, queue, temperature):
    """The loss with the queue's tokens as further candidates, anchor by anchor."""
    anchors = normalize(output.token_vectors.detach()[rows])
    others = torch.cat([anchors, normalize(queue.vectors)])
    names = torch.cat([classes, queue.classes]).tolist()
    by_doc: dict[int, list[float]] = {}
    for a in range(len(rows)):
        scores = {b: float(anchors[a] @ others[b]) / temperature for b in range(len(names))}
        del scores[a]
        total = torch.tensor(list(scores.values())).double().logsumexp(0).item()
        positives = [scores[b] - total for b in scores if names[b] == names[a]]
        if positives:
            doc = by_doc.setdefault(int(supervision.token_docs[rows[a]]), [])
            doc.append(-sum(positives) / len(positives))
    return sum(sum(losses) / len(losses) for losses in by_doc.values())


def test_first_batch_is_the_loss_itself(random_batch):
    batch = random_batch(0)
    assert QueuedLabelContrast(LabelContrast())(*batch) == LabelContrast()(*batch)


@pytest.mark.parametrize("level", ["tag", "type"])
def test_second_batch_sees_the_first(level, random_batch):
    loss = LabelContrast(level=level, temperature=0.5)
    queued = QueuedLabelContrast(loss)
    before, now = random_batch(1), random_batch(2)
    queued(*before)
    rows, classes = loss.choose(before[1])
    queue = ContrastTokens(before[0].token_vectors.detach()[rows], classes)
    expected = naive(*now, *loss.choose(now[1]), queue, 0.5)
    assert queued(*now).item() == pytest.approx(expected)
    assert loss(*now, queue).item() == pytest.approx(expected)
    assert loss(*now).item() != pytest.approx(expected)


def test_a_lone_token_finds_its_positives_in_the_queue(random_batch):
    one = random_batch(4, ((1,),), missing=0.0)
    one[1].tags[:] = 0
    queued = QueuedLabelContrast(LabelContrast())
    assert queued(*one) == 0
    other = random_batch(5, ((1,),), missing=0.0)
    other[1].tags[:] = 1
    queued(*other)
    assert queued(*one) > 0


def test_the_latest_tokens_stay(random_batch):
    loss = LabelContrast(outside=100.0)
    queued, reference = QueuedLabelContrast(loss, size=5), QueuedLabelContrast(loss, size=5)
    batches = [random_batch(seed, ((6,), (3, 4)), missing=0.0) for seed in range(3)]
    for batch in batches:
        queued(*batch)
    reference(*batches[2])
    assert queued(*batches[0]) == reference(*batches[0])


def test_gradients_reach_the_batch_and_not_the_queue(random_batch):
    output, supervision = random_batch(3)
    rows, classes = LabelContrast().choose(random_batch(7)[1])
    kept = random_batch(7)[0].token_vectors.detach()[rows]

    def compute(vectors):
        batch = replace(output, token_vectors=vectors)
        return LabelContrast(temperature=0.5)(batch, supervision, ContrastTokens(kept, classes))

    assert torch.autograd.gradcheck(compute, output.token_vectors)
    queued = QueuedLabelContrast(LabelContrast())
    before, now = random_batch(8), random_batch(9)
    queued(*before)
    queued(*now).backward()
    assert before[0].token_vectors.grad is None
    assert now[0].token_vectors.grad.any()


def test_another_tagger_starts_with_an_empty_queue(random_batch):
    queued = QueuedLabelContrast(LabelContrast())
    queued(*random_batch(1))
    output, supervision = random_batch(2)
    renamed = replace(supervision, labels=["B-ORG", "B-PER", "I-ORG", "I-PER", "O"])
    assert queued(output, renamed) == LabelContrast()(output, renamed)
    wider = random_batch(2, width=9)
    assert queued(wider[0], renamed) == LabelContrast()(wider[0], renamed)


def test_batches_without_labels_pass(random_batch):
    queued = QueuedLabelContrast(LabelContrast())
    queued(*random_batch(1))
    for lengths, options in ([], {}), ([(3,)], {"missing": 1.0}):
        value = queued(*random_batch(0, lengths, **options))
        assert value == 0 and value.requires_grad


@pytest.mark.parametrize(
    "loss, size",
    [
        (LabelContrast(), 0),
        (LabelContrast(positives="other_language"), 9),
        (ScheduledLoss(LabelContrast(), [[0, 1.0]]), 9),
    ],
)
def test_what_cannot_be_queued(loss, size):
    with pytest.raises(ConcnerError, match="C029"):
        QueuedLabelContrast(loss, size)


def test_from_a_config():
    config = """
    [loss]
    @losses = "spacy-concner.QueuedLabelContrast.v1"
    size = 64

    [loss.loss]
    @losses = "spacy-concner.LabelContrast.v1"
    weight = 0.2
    """
    loss = registry.resolve(Config().from_str(config))["loss"]
    assert (loss.size, loss.weight, loss.needs) == (64, 0.2, "entities")
