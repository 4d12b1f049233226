"""Vectors of bitexts."""

import sys
from pathlib import Path

import numpy as np
import pytest
import spacy
import typer
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

import vectors
from alignment import token_vectors

from tests.sentences import write_corpus


def test_retrieval_counts_nearest_translations():
    source = np.eye(4)
    target = np.eye(4)[[0, 1, 3, 2]]
    texts = ["a", "b", "c", "d"]
    assert vectors.retrieve(source, source, texts, texts) == vectors.Retrieval(1, 1)
    assert vectors.retrieve(source, target, texts, texts) == vectors.Retrieval(0.5, 0.5)
    # The same sentence twice: each translation is right for both.
    assert vectors.retrieve(source, target, ["a", "b", "c", "c"], texts) == vectors.Retrieval(1, 1)


def test_same_type_looks_at_other_languages_only():
    rows = np.array([[1, 0], [1, 0], [0, 1], [0.6, 0.8]])
    languages, types = ["en", "en", "bg", "bg"], ["PER", "LOC", "LOC", "PER"]
    assert vectors.same_type_share(rows, languages, types) == 0.5
    assert vectors.same_type_share(rows[:2], languages[:2], types[:2]) is None


@pytest.mark.slow
def test_pipelines_and_encoders_are_compared(tmp_path, bitexts, trained_folder, encoder_folder):
    path = write_corpus(bitexts, tmp_path / "bitexts.spacy")
    pairs = vectors.sample_bitexts(path, 3)
    assert len(pairs) == 3 and [d.user_data["language"] for d in pairs[0]] == ["en", "bg"]
    app = typer.Typer()
    app.command()(vectors.main)
    done = CliRunner().invoke(app, [str(path), str(trained_folder), str(encoder_folder)])
    assert done.exit_code == 0, done.output
    assert "4 bitexts" in done.output and done.output.count("%") == 6


def test_vectors_do_not_depend_on_the_order(bitexts, trained_folder):
    nlp = spacy.load(trained_folder)
    found = token_vectors(nlp, bitexts)
    turned = token_vectors(nlp, bitexts[::-1])[::-1]
    for one, two, doc in zip(found, turned, bitexts, strict=True):
        assert one.shape[0] == len(doc)
        assert one == pytest.approx(two, rel=1e-4, abs=1e-5)
