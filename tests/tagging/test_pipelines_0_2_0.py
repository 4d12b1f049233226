"""Pipelines that 0.2.0 saved load, predict what they did, and can be saved and sent on."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import spacy
import srsly
from spacy.language import Language

from spacy_concner.errors import ConcnerError
from tests.sentences import as_example

FOLDER = Path(__file__).parents[1] / "data" / "pipelines_0_2_0"
# Processors round sums differently, and more so of whole numbers of eight bits.
TOLERANCE = 1e-3
NAMES = ["plain", "calibrated", "losses_gone", "evaluator", "compact"]


def assert_as_expected(nlp: Language, name: str) -> None:
    rows = list(srsly.read_jsonl(FOLDER / name / "expected.jsonl"))
    assert sum(len(row["ents"]) for row in rows) > 5
    for row, doc in zip(rows, nlp.pipe([row["text"] for row in rows]), strict=True):
        spans = doc.spans["concner"]
        assert [[e.start_char, e.end_char, e.label_] for e in doc.ents] == row["ents"]
        assert [[s.start_char, s.end_char, s.label_] for s in spans] == [
            span[:3] for span in row["spans"]
        ]
        scores = [span[3] for span in row["spans"]]
        np.testing.assert_allclose(spans.attrs["scores"], scores, atol=TOLERANCE)
        assert [ent._.concner_score for ent in spans] == pytest.approx(scores, abs=TOLERANCE)
        if row["vectors"]:
            np.testing.assert_allclose(doc.tensor, row["vectors"], atol=1e-3)


def test_losses_that_are_gone_tell_what_to_set_in_training(sentences):
    nlp = spacy.load(FOLDER / "losses_gone")
    examples = [as_example(doc) for doc in sentences]
    advice = r"C014.*'translation_contrast'.*ScheduledLoss.*its own block 'loss'"
    optimizer = nlp.resume_training()
    with pytest.raises(ConcnerError, match=advice):
        nlp.update(examples, sgd=optimizer)
    with pytest.raises(ConcnerError, match=advice):
        nlp.initialize(lambda: examples)
    losses = nlp.get_pipe("concner").losses
    del losses["translation_contrast"]
    with pytest.raises(ConcnerError, match=r"C014.*'label_contrast'.*QueuedLabelContrast"):
        nlp.update(examples, sgd=optimizer)
    del losses["label_contrast"]
    with pytest.raises(ConcnerError, match=r"C014.*'balanced_contrast'.*give .* balanced = false"):
        nlp.update(examples, sgd=optimizer)
    del losses["balanced_contrast"]
    nlp.update(examples, sgd=optimizer)


@pytest.mark.parametrize("name", NAMES)
def test_loads_and_predicts(name, tmp_path):
    nlp = spacy.load(FOLDER / name)
    assert_as_expected(nlp, name)
    nlp.to_disk(tmp_path)
    assert_as_expected(spacy.load(tmp_path), name)
    assert_as_expected(spacy.blank("xx").from_config(nlp.config).from_bytes(nlp.to_bytes()), name)
    assert_as_expected(pickle.loads(pickle.dumps(nlp)), name)
