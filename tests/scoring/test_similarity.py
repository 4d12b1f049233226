import numpy as np
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.training import Example

from spacy_concner.scoring.similarity import area_under_curve, score_similarity
from tests.conftest import SENTENCES, as_example, labelled_doc

TAGS = ["B-LOC", "B-ORG", "B-PER", "I-ORG", "I-PER", "O"]


def examples(vector) -> list[Example]:
    """Give Examples whose tokens have the vector that a function gives of their tag."""
    vocab = spacy.blank("xx").vocab
    found = []
    for words, tags in SENTENCES:
        example = as_example(labelled_doc(vocab, words, tags))
        example.predicted.tensor = np.array([vector(tag) for tag in tags], dtype="f4")
        found.append(example)
    return found


def test_perfect_vectors():
    corners = np.eye(len(TAGS)) - 1 / len(TAGS)
    found = score_similarity(examples(lambda tag: corners[TAGS.index(tag)]))
    assert found == {"sim_acc": 1.0, "sim_auc": 1.0}


def test_vectors_that_tell_nothing():
    assert score_similarity(examples(lambda tag: [0.0, 3.0])) == {"sim_acc": 0.5, "sim_auc": 0.5}


def test_threshold_matters_to_accuracy_alone():
    found = score_similarity(examples(lambda tag: np.eye(6)[TAGS.index(tag)] + 1.0))
    assert found["sim_acc"] == 0.5 and found["sim_auc"] == 1.0


def test_levels():
    types = ["", "LOC", "ORG", "PER"]
    corners = np.eye(len(types)) - 1 / len(types)
    scored = examples(lambda tag: corners[types.index(tag[2:])])
    assert score_similarity(scored, level="type")["sim_acc"] == 1.0
    assert score_similarity(scored, level="tag")["sim_acc"] < 1.0


def test_nothing_to_score():
    nlp = spacy.blank("xx")
    bare = Example(nlp.make_doc("a b"), nlp.make_doc("a b"))
    bare.predicted.tensor = np.ones((2, 3), dtype="f4")
    no_vectors = as_example(labelled_doc(nlp.vocab, *SENTENCES[0]))
    empty = Example(nlp.make_doc(""), nlp.make_doc(""))
    nothing = {"sim_acc": None, "sim_auc": None}
    assert score_similarity([bare, no_vectors, empty]) == score_similarity([]) == nothing


@given(
    pairs=st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30).filter(
        lambda pairs: len({positive for _, positive in pairs}) == 2
    )
)
def test_area_under_curve_counts_wins(pairs):
    scores = np.array([score for score, _ in pairs], dtype="f8")
    positive = np.array([flag for _, flag in pairs])
    difference = scores[positive][:, None] - scores[~positive][None, :]
    expected = ((difference > 0) + 0.5 * (difference == 0)).mean()
    assert area_under_curve(scores, positive) == pytest.approx(expected)
