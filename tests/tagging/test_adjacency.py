import numpy as np
import pytest
import spacy

from spacy_concner.calibration.measure import Predictions, collect_predictions
from spacy_concner.corpora.segments import make_bitext
from spacy_concner.corpora.soft_labels import set_soft_labels
from spacy_concner.tagging.adjacency import AdjacencyCounts
from tests.sentences import VOCAB, as_example, labelled_doc, make_sentences
from tests.tiny_pipelines import build_tiny_config, train_tiny


def ratio(docs):
    return AdjacencyCounts.of(docs).ratio


LABELS = ["B-LOC", "B-PER", "I-LOC", "I-PER", "O"]


def sentence(tags: str):
    """A Doc with a letter a token: B and I are of one type, - is unknown."""
    names = {"B": "B-PER", "I": "I-PER"}
    words = [f"w{i}" for i in range(len(tags))]
    return labelled_doc(VOCAB, words, [names.get(tag, tag) for tag in tags])


def test_counts_what_begins_after_an_entity_and_elsewhere():
    # One begins at one of four tokens after an entity, and at four of seven elsewhere.
    docs = [sentence("BIOOO"), sentence("BOOBB"), sentence("BO")]
    assert ratio(docs) == pytest.approx((2 / 6) / (5 / 9), abs=1e-6)


def test_what_is_unknown_does_not_count():
    assert ratio([sentence("B-B"), sentence("O")]) == ratio([sentence("B"), sentence("O")])


def test_segments_do_not_follow_each_other():
    ended, begun = sentence("OB"), sentence("BO")
    bitext = make_bitext([ended, begun], ["en", "de"], VOCAB)
    assert ratio([bitext]) == ratio([ended, begun])
    assert ratio([bitext]) < ratio([sentence("OBBO")])


def test_soft_labels_count_by_their_most_probable_tags():
    doc = sentence("-----")
    best = ["B-PER", "I-PER", "B-LOC", "O", None]
    rows = [[0.9 if label == tag else 0.025 for label in LABELS] for tag in best]
    rows[-1] = [0.0] * len(LABELS)
    set_soft_labels(doc, LABELS, np.array(rows))
    assert ratio([doc]) == ratio([sentence("BIBO-")])


def test_soft_labels_of_another_text_do_not_count():
    doc = sentence("---")
    doc.user_data["concner"] = {"labels": LABELS, "probabilities": np.ones((2, len(LABELS)))}
    assert ratio([doc]) is None


def test_is_at_most_one_and_nothing_without_entities():
    assert ratio([sentence("BBBBO")]) == 1
    assert ratio([sentence("OOO"), sentence("--"), sentence("")]) is None


@pytest.fixture(scope="module")
def nlp():
    return train_tiny(build_tiny_config(learn_adjacency=True), make_sentences(), steps=1)


def test_a_component_learns_it_and_keeps_it(nlp, tmp_path):
    recogniser = nlp.get_pipe("concner")
    learned = ratio(make_sentences())
    assert 0 < learned < 1
    assert recogniser.adjacency == learned
    nlp.to_disk(tmp_path / "model")
    assert spacy.load(tmp_path / "model").get_pipe("concner").adjacency == learned
    off = {"components.concner.learn_adjacency": False}
    assert spacy.load(tmp_path / "model", config=off).get_pipe("concner").adjacency == 1


def test_nobody_learns_it_unless_told(tmp_path):
    nlp = train_tiny(build_tiny_config(), make_sentences(), steps=1)
    assert nlp.get_pipe("concner").adjacency == 1
    nlp.to_disk(tmp_path / "model")
    on = {"components.concner.learn_adjacency": True}
    assert spacy.load(tmp_path / "model", config=on).get_pipe("concner").adjacency == 1


def test_a_component_that_is_told_its_labels_learns_it_too():
    nlp = spacy.blank("xx")
    recogniser = nlp.add_pipe("concner", config=build_tiny_config(learn_adjacency=True))
    examples = [as_example(doc) for doc in make_sentences()]
    recogniser.initialize(lambda: examples, nlp=nlp, labels=["LOC", "ORG", "PER"])
    assert recogniser.adjacency == ratio(make_sentences())


def test_entities_side_by_side_become_one(nlp):
    """Where a tagger hesitates between one entity and two."""
    recogniser = nlp.get_pipe("concner")
    scores = np.full((2, len(recogniser.labels)), -9.0, dtype="f4")
    columns = [recogniser.labels.index(tag) for tag in ("B-PER", "I-PER", "B-LOC")]
    scores[[0, 1, 1], columns] = [5.0, 4.0, 4.5]

    def found(adjacency):
        recogniser.cfg["adjacency"] = adjacency
        doc = nlp.make_doc("Anna Berg")
        recogniser.set_annotations([doc], [scores])
        return [(ent.text, round(ent._.concner_score, 2)) for ent in doc.ents]

    assert found(None) == [("Anna", 0.62), ("Berg", 0.62)]
    assert found(0.1) == [("Anna Berg", 0.86)]


def test_measures_use_it(nlp, tmp_path):
    nlp.get_pipe("concner").cfg["adjacency"] = 0.2
    predictions = collect_predictions(nlp, [as_example(doc) for doc in make_sentences()])
    assert predictions.adjacency == 0.2
    predictions.save(tmp_path / "p.npz")
    assert Predictions.load(tmp_path / "p.npz").adjacency == 0.2
    assert predictions.split(np.ones(len(predictions.lengths), dtype=bool)).adjacency == 0.2
