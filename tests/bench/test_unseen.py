"""Scores on sentences that no choice was made by."""

import sys
from pathlib import Path

import numpy as np
import pytest
import spacy

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

import unseen
from harness import LANGUAGES, Bench

from spacy_concner.corpora.reader import read_docs


@pytest.fixture
def bench(tmp_path, monkeypatch):
    monkeypatch.setattr(unseen, "QUICK_SENTENCES", 3)
    for file in unseen.FILES.values():
        path = tmp_path / "data" / file
        path.parent.mkdir(parents=True)
        path.write_text("".join(f"Anna{i}\tB-PER\nruns\tO\n\n" for i in range(9)), encoding="utf8")
    return Bench(tmp_path / "data", tmp_path / "work", tmp_path / "rows.json", 3)


@pytest.mark.parametrize("language, first", [("bg", 3), ("hu", 0)])
def test_sentences_that_the_accuracy_bench_scores_are_passed_over(bench, language, first):
    path = unseen.unseen_corpus(bench, language)
    docs = list(read_docs(path, spacy.blank("xx")))
    assert [doc[0].text for doc in docs] == [f"Anna{first + i}" for i in range(3)]
    assert all(
        [(ent.text, ent.label_) for ent in doc.ents] == [(doc[0].text, "PER")] for doc in docs
    )
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_table_shows_differences_to_direct_transfer():
    half, all_right = np.array([[1, 1, 1]] * 5), np.array([[2, 0, 0]] * 5)
    counts = {("direct", language): [half, half] for language in LANGUAGES}
    counts |= {("third_round", language): [all_right, half] for language in LANGUAGES}
    lines = unseen.table(counts, ["direct", "third_round"])
    assert lines[2].endswith("| 50.0 (50.0, 50.0) |  |")
    assert "| 75.0 ± 35.4 (+25.0 [+25.0, +25.0]) |" in lines[3]
    assert lines[3].endswith("| 75.0 (100.0, 50.0) | +25.0 |")
