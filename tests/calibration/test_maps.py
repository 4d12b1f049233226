import pickle

import numpy as np
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.cli._util import app
from spacy.tokens import Doc, Span
from thinc.api import Config
from typer.testing import CliRunner

from spacy_concner.calibration.maps import Calibration, beta_map
from spacy_concner.errors import ConcnerError
from spacy_concner.tagging.decoding import decode
from tests.sentences import as_example, write_corpus
from tests.tiny_pipelines import train_tiny

LABELS = ["B-LOC", "B-PER", "I-LOC", "I-PER", "O"]
TEXT = "Anna Berg lives in Sofia ."
STORED = {"scale": [0.3] * 7, "bias": [], "entity": [1.2, 0.7, -0.4]}
LOGITS = st.lists(st.lists(st.floats(-8, 8), min_size=5, max_size=5), min_size=1, max_size=12).map(
    np.array
)


def probabilities(nlp, text: str = TEXT) -> list[float]:
    return nlp(text).spans["concner"].attrs["scores"].tolist()


@given(LOGITS, st.floats(0.2, 5), st.floats(0.01, 5), st.floats(0.01, 5), st.floats(-3, 3))
def test_calibration_changes_no_entity_and_no_order(logits, temperature, a, b, c):
    plain = decode(logits, [len(logits)], LABELS)[0]
    scaled = Calibration(scale=(1 / temperature,) * 5)
    mapped = Calibration(scale=scaled.scale, entity=(a, b, c))
    before = decode(logits, [len(logits)], LABELS, scaled)[0]
    after = decode(logits, [len(logits)], LABELS, mapped)[0]
    where = [(e.start, e.end, e.label) for e in plain]
    assert where == [(e.start, e.end, e.label) for e in before]
    assert where == [(e.start, e.end, e.label) for e in after]
    order = np.argsort([e.score for e in before], kind="stable")
    ordered = np.array([e.score for e in after])[order]
    assert (np.diff(ordered) >= -1e-9).all()
    assert ((ordered >= 0) & (ordered <= 1)).all()


def test_identity():
    scores = [0.0, 0.2, 1.0]
    assert Calibration().map_entities(scores).tolist() == scores
    np.testing.assert_allclose(beta_map(np.array(scores), (1, 1, 0)), scores, atol=1e-6)
    assert Calibration.of(None) == Calibration.of({}) == Calibration()
    some = Calibration(
        (0.5, 0.5), (0.0, 1.0), (2.0, 1.0, 0.5), {"LOC": 0.5}, ((0.0, 0.1), (1.0, 0.9))
    )
    assert Calibration.of(some.to_dict()) == some
    # As the first release of calibration stored it.
    old = {"scale": [0.5], "bias": [0.0], "entity": [2.0, 1.0, 0.5]}
    assert Calibration.of(old) == Calibration((0.5,), (0.0,), (2.0, 1.0, 0.5))


def test_types_have_offsets_and_knots_follow():
    some = Calibration(offsets={"LOC": 2.0}, knots=((0.0, 0.0), (0.5, 0.2), (1.0, 1.0)))
    loc, org = some.map_entities([0.5, 0.5], ["LOC", "ORG"])
    assert org == pytest.approx(0.2) and loc > 0.7
    assert some.map_entities([], []).tolist() == []


def test_score_of_a_span(trained):
    doc = trained(TEXT)
    assert [span._.concner_score for span in doc.ents] == probabilities(trained)
    assert doc[2:3]._.concner_score is None
    assert Span(doc, 0, 2, label="LOC")._.concner_score is None
    assert trained.make_doc(TEXT)[0:1]._.concner_score is None
    stored = Doc(trained.vocab).from_bytes(doc.to_bytes())
    assert [span._.concner_score for span in stored.ents] == probabilities(trained)


def test_scores_under_another_key(tiny_config, sentences):
    nlp = train_tiny(tiny_config(spans_key="found"), sentences)
    doc = nlp(TEXT)
    assert [s._.concner_score for s in doc.ents] == doc.spans["found"].attrs["scores"].tolist()


def test_threshold_drops_entities(trained):
    low, high = sorted(probabilities(trained))
    assert low < high
    trained.get_pipe("concner").cfg["threshold"] = (low + high) / 2
    doc = trained(TEXT)
    assert len(doc.ents) == len(doc.spans["concner"]) == 1
    assert doc.ents[0]._.concner_score == high
    trained.get_pipe("concner").cfg["threshold"] = 1.0
    assert not trained(TEXT).ents


def test_thresholds_by_type(trained):
    doc = trained("Anna Berg lives in Sofia .")
    assert [ent.label_ for ent in doc.ents] == ["PER", "LOC"]
    recogniser = trained.get_pipe("concner")
    for threshold, left in (
        ({"PER": 1.0}, ["LOC"]),
        ({"*": 1.0}, []),
        ({"*": 1.0, "LOC": 0.0}, ["LOC"]),
        ({}, ["PER", "LOC"]),
    ):
        recogniser.cfg["threshold"] = threshold
        assert [ent.label_ for ent in trained("Anna Berg lives in Sofia .").ents] == left
    recogniser.cfg["threshold"] = {"PERSON": 0.5}
    with pytest.raises(ConcnerError, match="C019.*name PERSON, and it finds LOC, ORG, PER"):
        trained("Anna Berg lives in Sofia .")
    recogniser.cfg["threshold"] = 0.0


def test_thresholds_by_type_in_the_config(trained, tmp_path):
    trained.to_disk(tmp_path)
    config = Config().from_disk(tmp_path / "config.cfg", interpolate=False)
    config["components"]["concner"]["threshold"] = {"PER": 1.0}
    config.to_disk(tmp_path / "config.cfg")
    nlp = spacy.load(tmp_path)
    assert [ent.label_ for ent in nlp("Anna Berg lives in Sofia .").ents] == ["LOC"]
    nlp.to_disk(tmp_path / "stored")
    again = spacy.load(tmp_path / "stored")
    assert [ent.label_ for ent in again("Anna Berg lives in Sofia .").ents] == ["LOC"]


@pytest.mark.parametrize("threshold", [-0.1, 1.5, {"PER": 2.0}])
def test_threshold_is_a_probability(threshold):
    with pytest.raises(ConcnerError, match="C013"):
        spacy.blank("xx").add_pipe("concner", config={"threshold": threshold})


def test_threshold_of_the_config_wins_when_it_is_new(trained, tmp_path):
    trained.to_disk(tmp_path / "plain")
    changed = spacy.load(tmp_path / "plain", config={"components.concner.threshold": 1.0})
    assert not changed(TEXT).ents
    changed.to_disk(tmp_path / "changed")
    assert not spacy.load(tmp_path / "changed")(TEXT).ents
    back = spacy.load(tmp_path / "changed", config={"components.concner.threshold": 0.0})
    assert len(back(TEXT).ents) == 2
    trained.get_pipe("concner").cfg["threshold"] = 1.0
    trained.to_disk(tmp_path / "by hand")
    assert not spacy.load(tmp_path / "by hand")(TEXT).ents


@pytest.mark.parametrize("way", ["bytes", "disk", "pickle"])
def test_calibration_is_kept(trained, tiny_config, tmp_path, way):
    plain = probabilities(trained)
    trained.get_pipe("concner").cfg["calibration"] = STORED
    expected = probabilities(trained)
    assert np.abs(np.array(expected) - plain).min() > 1e-3
    if way == "bytes":
        loaded = spacy.blank("xx")
        loaded.add_pipe("concner", config=tiny_config())
        loaded.from_bytes(trained.to_bytes())
    elif way == "disk":
        trained.to_disk(tmp_path)
        loaded = spacy.load(tmp_path)
    else:
        loaded = pickle.loads(pickle.dumps(trained))
    assert probabilities(loaded) == pytest.approx(expected)


def test_training_forgets_calibration(trained, sentences):
    trained.get_pipe("concner").cfg["calibration"] = STORED
    optimizer = trained.resume_training()
    trained.update([as_example(doc) for doc in sentences], sgd=optimizer)
    assert trained.get_pipe("concner").cfg["calibration"] is None


def test_find_threshold(trained_folder, sentences, tmp_path):
    corpus = write_corpus(sentences, tmp_path / "dev.spacy")
    command = ["find-threshold", str(trained_folder), str(corpus)]
    command += ["concner", "threshold", "ents_f", "--n_trials", "3"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    rows = [line.split() for line in done.output.splitlines() if line[:1].isdigit()]
    assert [row[0] for row in rows] == ["0.0", "0.5", "1.0"]
    assert (float(rows[0][1]), float(rows[2][1])) == (1.0, 0.0)
    assert "Best threshold" in done.output
