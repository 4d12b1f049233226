import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_concner.arrays import log_softmax
from spacy_concner.tagging.decoding import bio_transitions, decode, forward_backward, viterbi
from spacy_concner.tagging.labels import entity_type, is_tag, label_set

LABELS = label_set(["PER", "LOC"])


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


def test_forward_and_backward_sums_agree_at_every_token():
    log_probs = log_softmax(np.random.default_rng(0).normal(0, 1, (9, len(LABELS))))
    before, after = forward_backward(log_probs, np.array([4, 5]), LABELS)
    totals = np.logaddexp.reduce(before + after, axis=1)
    np.testing.assert_allclose(totals[:4], totals[0])
    np.testing.assert_allclose(totals[4:], totals[4])


def test_never_decodes_an_invalid_sequence():
    labels = ["I-PER", "O"]
    best = viterbi(log_softmax(np.array([[9.0, 0.0], [9.0, 0.0]])), np.array([2]), labels)
    assert [labels[column] for column in best] == ["O", "O"]


def test_inside_of_another_type_is_not_allowed():
    start, steps = bio_transitions(LABELS)
    row, column = LABELS.index("B-PER"), LABELS.index("I-LOC")
    assert steps[row, column] < -1e6 and start[column] < -1e6
    assert steps[row, LABELS.index("I-PER")] == 0


def test_nothing_to_decode():
    assert decode(np.zeros((0, len(LABELS))), [], LABELS) == []


def test_certain_entity_has_score_one():
    logits = np.full((3, len(LABELS)), -50.0)
    for row, tag in enumerate(["B-PER", "I-PER", "O"]):
        logits[row, LABELS.index(tag)] = 50.0
    ((entity,),) = decode(logits, [3], LABELS)
    assert (entity.start, entity.end, entity.label) == (0, 2, "PER")
    assert entity.score == pytest.approx(1.0)


def test_label_set():
    assert label_set(["PER", "B-LOC", "O"]) == ["B-LOC", "B-PER", "I-LOC", "I-PER", "O"]
    assert label_set(["O"]) == label_set([]) == []
    assert is_tag("B-X") and is_tag("O") and not is_tag("X") and not is_tag("B-")
    assert entity_type("I-PER") == "PER" and entity_type("O") == ""
