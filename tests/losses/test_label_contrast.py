import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_concner.errors import ConcnerError
from spacy_concner.losses.label_contrast import LabelContrast, draw_outside, token_classes
from spacy_concner.losses.types import MISSING
from tests.losses.batches import gradients, random_batch, take_documents

LENGTHS = st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=3), max_size=4)


def naive(output, supervision, level, temperature):
    """The loss over all labelled tokens, O among them."""
    rows = [i for i, tag in enumerate(supervision.tags.tolist()) if tag != MISSING]
    names = {i: supervision.labels[supervision.tags[i]] for i in rows}
    if level == "type":
        names = {i: name.split("-")[-1] for i, name in names.items()}
    unit = [vector / vector.norm() for vector in output.token_vectors.detach()]
    by_doc: dict[int, list[float]] = {}
    for a in rows:
        exps = {b: math.exp(unit[a] @ unit[b] / temperature) for b in rows if b != a}
        positives = [b for b in exps if names[b] == names[a]]
        if positives:
            losses = [-math.log(exps[p] / sum(exps.values())) for p in positives]
            doc = by_doc.setdefault(int(supervision.token_docs[a]), [])
            doc.append(sum(losses) / len(losses))
    return sum(sum(losses) / len(losses) for losses in by_doc.values())


@settings(max_examples=40, deadline=None)
@given(
    lengths=LENGTHS,
    seed=st.integers(0, 10**6),
    level=st.sampled_from(["tag", "type"]),
    temperature=st.sampled_from([0.1, 0.5, 2.0]),
)
def test_equals_a_naive_loop(lengths, seed, level, temperature):
    output, supervision = random_batch(seed, lengths)
    for doc in range(len(lengths)):  # an entity in each document, so that every O is drawn
        first = int((supervision.token_docs == doc).nonzero()[0])
        supervision.tags[first] = 0
    loss = LabelContrast(level=level, temperature=temperature, outside=100.0)
    expected = naive(output, supervision, level, temperature)
    assert loss(output, supervision).item() == pytest.approx(expected)


@pytest.mark.parametrize("level", ["tag", "type"])
@pytest.mark.parametrize("seed", range(5))
def test_no_outside_is_the_naive_loop_without_it(seed, level):
    output, supervision = random_batch(seed)
    loss = LabelContrast(level=level, outside=0.0)
    found = loss(output, supervision)
    supervision.tags[supervision.tags == supervision.labels.index("O")] = MISSING
    assert found.item() == pytest.approx(naive(output, supervision, level, 0.1))


def test_classes_of_tags_and_types():
    labels = ["B-LOC", "B-PER", "I-LOC", "I-PER", "O"]
    tags = torch.tensor([4, 0, 2, 1, 3, MISSING])
    assert token_classes(tags, labels, "tag").tolist() == [0, 1, 3, 2, 4, MISSING]
    assert token_classes(tags, labels, "type").tolist() == [0, 1, 1, 2, 2, MISSING]


def test_types_may_contain_dashes():
    labels = ["B-GEO-LOC", "B-LOC", "I-GEO-LOC", "I-LOC", "O"]
    classes = token_classes(torch.arange(5), labels, "type").tolist()
    assert classes == [1, 2, 1, 2, 0]


@given(
    documents=st.lists(st.lists(st.sampled_from([MISSING, 0, 0, 0, 1, 2]), max_size=15)),
    outside=st.sampled_from([0.0, 0.3, 1.0, 2.5, 1000.0]),
)
def test_as_many_outside_tokens_as_asked_for_in_each_document(documents, outside):
    classes = torch.tensor([c for doc in documents for c in doc], dtype=torch.int64)
    numbers = [i for i, doc in enumerate(documents) for _ in doc]
    docs = torch.tensor(numbers, dtype=torch.int64)
    chosen = draw_outside(classes, docs, outside)
    assert chosen[classes > 0].all()
    assert not chosen[classes == MISSING].any()
    for i, doc in enumerate(documents):
        n_entity = sum(c > 0 for c in doc)
        expected = min(doc.count(0), math.ceil(outside * n_entity))
        assert (chosen & (docs == i) & (classes == 0)).sum() == expected


def test_outside_tokens_are_spread_over_the_document():
    classes = torch.tensor([1, 1, 1] + [0] * 9)
    chosen = draw_outside(classes, torch.zeros(12, dtype=torch.int64), 1.0)
    assert chosen.nonzero()[:, 0].tolist() == [0, 1, 2, 4, 7, 10]


@settings(max_examples=30, deadline=None)
@given(lengths=LENGTHS, seed=st.integers(0, 10**6), cut=st.integers(0, 4))
def test_parts_of_a_batch_draw_what_the_whole_does(lengths, seed, cut):
    def draw(batch):
        classes = token_classes(batch[1].tags, batch[1].labels)
        return draw_outside(classes, batch[1].token_docs).tolist()

    batch = random_batch(seed, lengths)
    documents = range(len(lengths))
    parts = [take_documents(batch, documents[:cut]), take_documents(batch, documents[cut:])]
    assert draw(parts[0]) + draw(parts[1]) == draw(batch)


def test_documents_that_interleave_draw_their_own_tokens():
    classes = torch.tensor([1, 1, 0, 0, 0, 0])
    chosen = draw_outside(classes, torch.tensor([7, 7, 7, 2, 7, 2]), 1.0)
    assert chosen.tolist() == [True, True, True, False, True, False]


@pytest.mark.parametrize("tag", ["O", "B-PER"])
def test_no_positive_is_no_anchor(tag):
    output, supervision = random_batch(0, [(1, 1), (1,)], missing=0.0)
    labels = supervision.labels
    supervision.tags[:] = torch.tensor([labels.index(t) for t in ("B-LOC", "I-LOC", tag)])
    assert LabelContrast()(output, supervision) == 0
    assert not gradients(LabelContrast(), (output, supervision)).token_vectors.any()


def test_token_without_positive_is_a_negative():
    output, supervision = random_batch(0, [(1, 1), (1,)], missing=0.0)
    supervision.tags[:] = torch.tensor([0, 0, 1])
    found = gradients(LabelContrast(), (output, supervision)).token_vectors
    assert found.any(dim=1).all()


def cosine_gap(output, groups):
    unit = torch.nn.functional.normalize(output.token_vectors.detach(), dim=1)
    cosines = unit @ unit.T
    same = groups[:, None] == groups[None, :]
    others = ~torch.eye(len(groups), dtype=torch.bool)
    return cosines[same & others].mean(), cosines[~same].mean()


@pytest.mark.parametrize("level", ["tag", "type"])
def test_training_on_it_gathers_the_tokens_of_a_label(level):
    output, supervision = random_batch(5, [(6, 6)] * 4, missing=0.0, width=8)
    groups = token_classes(supervision.tags, supervision.labels, level)
    before, _ = cosine_gap(output, groups)
    optimizer = torch.optim.Adam([output.token_vectors], lr=0.1)
    for _ in range(60):
        optimizer.zero_grad()
        LabelContrast(level=level, outside=100.0)(output, supervision).backward()
        optimizer.step()
    same, different = cosine_gap(output, groups)
    assert same > 0.9 > before
    assert different < 0.3


def test_positives_of_other_languages_only():
    output, supervision = random_batch(3, ((4, 3), (3, 4)))
    supervision.tags[:] = torch.randint(2, (14,), generator=torch.Generator().manual_seed(1))
    loss = LabelContrast(positives="other_language", temperature=0.5)
    unit = torch.nn.functional.normalize(output.token_vectors.detach(), dim=1)
    languages = supervision.segment_languages[supervision.token_segments].tolist()
    tags, docs = supervision.tags.tolist(), supervision.token_docs.tolist()
    by_doc: dict[int, list[float]] = {}
    for a in range(14):
        exps = {
            b: math.exp(unit[a] @ unit[b] / 0.5)
            for b in range(14)
            if b != a and (tags[b] != tags[a] or languages[b] != languages[a])
        }
        positives = [b for b in exps if tags[b] == tags[a]]
        if positives:
            losses = [-math.log(exps[p] / sum(exps.values())) for p in positives]
            by_doc.setdefault(docs[a], []).append(sum(losses) / len(losses))
    expected = sum(sum(losses) / len(losses) for losses in by_doc.values())
    assert loss(output, supervision).item() == pytest.approx(expected)


def test_one_language_has_no_positives_in_another():
    output, supervision = random_batch(3, ((4,), (3,)))
    assert LabelContrast(positives="other_language")(output, supervision).item() == 0


def test_unknown_positives():
    with pytest.raises(ConcnerError, match="C027"):
        LabelContrast(positives="mine")
