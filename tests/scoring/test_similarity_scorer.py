import numpy as np
import pytest
import spacy
from spacy.training import Example

from spacy_concner.scoring.similarity_scorer import score_similarity
from spacy_concner.tagging.token_pairs import draw_pairs, pair_classes
from tests.sentences import SENTENCES, as_example, labelled_doc

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


def test_area_under_curve_counts_wins_and_half_of_ties():
    angles = np.random.default_rng(0).integers(0, 4, len(TAGS)) * np.pi / 6
    vectors = {tag: [np.cos(angle), np.sin(angle)] for tag, angle in zip(TAGS, angles, strict=True)}
    scored = examples(vectors.__getitem__)
    pairs = draw_pairs(pair_classes(scored, "tag"), 10000, [0])
    rows = np.concatenate([one.predicted.tensor for one in scored])
    cosines = (rows[pairs.first] * rows[pairs.second]).sum(axis=1).round(5)
    won = cosines[pairs.same][:, None] - cosines[~pairs.same][None, :]
    expected = ((won > 0) + 0.5 * (won == 0)).mean()
    assert 0.5 < expected < 1
    assert score_similarity(scored)["sim_auc"] == pytest.approx(expected)
