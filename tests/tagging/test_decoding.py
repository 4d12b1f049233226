import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_concner.arrays import log_softmax
from spacy_concner.tagging.decoding import decode
from spacy_concner.tagging.entity_probability import forward_backward
from spacy_concner.tagging.labels import TagColumns, bio_tags
from spacy_concner.tagging.viterbi import viterbi
from tests.tagging import quadratic_decoding

LABELS = bio_tags(["PER", "LOC"])


def valid(tags: list[str]) -> bool:
    return all(
        not tag.startswith("I-") or (i > 0 and tags[i - 1][2:] == tag[2:] and tags[i - 1] != "O")
        for i, tag in enumerate(tags)
    )


def spans_of(tags: list[str]) -> set[tuple[int, int, str]]:
    spans = set()
    for start, tag in enumerate(tags):
        if tag.startswith("B-"):
            end = start + 1
            while end < len(tags) and tags[end] == f"I-{tag[2:]}":
                end += 1
            spans.add((start, end, tag[2:]))
    return spans


def all_sequences(log_probs: np.ndarray):
    """Every valid sequence with its probability before normalising."""
    for columns in itertools.product(range(len(LABELS)), repeat=len(log_probs)):
        tags = [LABELS[column] for column in columns]
        if valid(tags):
            yield tags, float(np.exp(log_probs[range(len(columns)), columns].sum()))


@given(st.integers(0, 10_000), st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_agrees_with_enumeration(seed, length):
    logits = np.random.default_rng(seed).normal(0, 2, (length, len(LABELS)))
    sequences = list(all_sequences(log_softmax(logits)))
    best = max(sequences, key=lambda pair: pair[1])[0]
    total = sum(weight for _, weight in sequences)
    (entities,) = decode(logits, [length], LABELS)
    assert {(e.start, e.end, e.label) for e in entities} == spans_of(best)
    for entity in entities:
        span = (entity.start, entity.end, entity.label)
        exact = sum(weight for tags, weight in sequences if span in spans_of(tags)) / total
        assert entity.score == pytest.approx(exact, rel=1e-6)


@given(st.integers(0, 10_000), st.lists(st.integers(1, 7), min_size=1, max_size=5))
@settings(max_examples=30, deadline=None)
def test_batch_decodes_as_one_by_one(seed, lengths):
    logits = np.random.default_rng(seed).normal(0, 2, (sum(lengths), len(LABELS)))
    together = decode(logits, lengths, LABELS)
    offset = 0
    for length, entities in zip(lengths, together, strict=True):
        (alone,) = decode(logits[offset : offset + length], [length], LABELS)
        assert [(e.start, e.end, e.label) for e in alone] == [
            (e.start, e.end, e.label) for e in entities
        ]
        np.testing.assert_allclose([e.score for e in alone], [e.score for e in entities])
        offset += length


def test_forward_and_backward_sums_agree():
    """Without inside tags, what comes before a token and from it on is all there is."""
    scores = np.random.default_rng(0).normal(0, 1, (9, len(LABELS)))
    log_probs = log_softmax(scores)
    sums = forward_backward(log_probs, [4, 5], TagColumns.of(LABELS))
    for tokens in (slice(0, 4), slice(4, 9)):
        total, after = sums.total[tokens], sums.after[tokens]
        weights = [w for _, w in all_sequences(log_probs[tokens])]
        np.testing.assert_allclose(after[0], total[-1])
        np.testing.assert_allclose(np.exp(after[0]), sum(weights))


@given(
    st.integers(0, 10_000),
    st.lists(st.integers(1, 9), min_size=1, max_size=4),
    st.integers(1, 5),
    st.sampled_from(["sorted", "shuffled"]),
    st.sampled_from(["ties", "floats", "spread"]),
    st.sampled_from([1.0, 0.3, 0.01]),
)
@settings(max_examples=5 * settings().max_examples)
def test_decodes_as_the_quadratic_decoder(seed, lengths, n_types, order, kind, adjacency):
    random = np.random.default_rng(seed)
    labels = bio_tags(f"T{i}" for i in range(n_types))
    if order == "shuffled":
        random.shuffle(labels)
    shape = (sum(lengths), len(labels))
    logits = random.integers(0, 3, shape).astype("f4")
    if kind == "ties":
        # With a factor between them, which sums are equal is up to rounding.
        adjacency = 1.0
    else:
        logits = random.normal(0, 2 if kind == "floats" else 100, shape).astype("f4")
    offset = 0
    decoded = decode(logits, lengths, labels, adjacency=adjacency)
    # Ties are up to rounding, so that both begin with the same numbers.
    rows = log_softmax(logits)
    for length, found in zip(lengths, decoded, strict=True):
        log_probs = rows[offset : offset + length]
        expected = quadratic_decoding.decode(log_probs, labels, adjacency)
        assert [(e.start, e.end, e.label) for e in found] == [entity[:3] for entity in expected]
        np.testing.assert_allclose([e.score for e in found], [e[3] for e in expected], rtol=1e-9)
        best = viterbi(log_probs, [length], TagColumns.of(labels), adjacency)
        old = quadratic_decoding.viterbi(log_probs, labels, adjacency)
        assert best.tolist() == old.tolist()
        offset += length


@pytest.mark.parametrize("seed", range(10))
def test_scores_however_far_apart_give_probabilities(seed):
    logits = np.random.default_rng(seed).normal(0, 2000, (40, len(LABELS))).astype("f4")
    (entities,) = decode(logits, [40], LABELS)
    assert entities
    assert all(0 <= entity.score <= 1 for entity in entities)


def test_equally_probable_tags_go_to_the_lower_column():
    tags = TagColumns.of(LABELS)
    best = viterbi(np.full((3, len(LABELS)), -1.0), [3], tags)
    assert [LABELS[column] for column in best] == ["B-LOC", "B-LOC", "B-LOC"]


def test_never_decodes_an_invalid_sequence():
    labels = bio_tags(["PER"])
    scores = np.array([[-50.0, 9.0, 0.0], [-50.0, 9.0, 0.0]])
    best = viterbi(log_softmax(scores), [2], TagColumns.of(labels))
    assert [labels[column] for column in best] == ["O", "O"]


def test_time_is_linear_in_the_number_of_types():
    """A thousand tokens of 1,000 types took a minute and more."""
    labels = bio_tags(f"T{i}" for i in range(1000))
    logits = np.random.default_rng(0).normal(0, 1, (500, len(labels))).astype("f4")
    begun = time.process_time()
    decode(logits, [50] * 10, labels)
    assert time.process_time() - begun < 5


def test_nothing_to_decode():
    assert decode(np.zeros((0, len(LABELS))), [], LABELS) == []


def test_certain_entity_has_score_one():
    logits = np.full((3, len(LABELS)), -50.0)
    for row, tag in enumerate(["B-PER", "I-PER", "O"]):
        logits[row, LABELS.index(tag)] = 50.0
    ((entity,),) = decode(logits, [3], LABELS)
    assert (entity.start, entity.end, entity.label) == (0, 2, "PER")
    assert entity.score == pytest.approx(1.0)
