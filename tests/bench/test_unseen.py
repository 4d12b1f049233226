"""Scores on sentences that no choice was made by."""

import numpy as np
import pytest
import unseen
from accuracy import record_differences
from harness import LANGUAGES, Bench
from rows import Rows
from spacy.vocab import Vocab
from tables import f1_of_sums

from spacy_concner.corpora.reader import read_docs


@pytest.fixture
def bench(tmp_path, monkeypatch):
    monkeypatch.setattr(unseen, "QUICK_SENTENCES", 3)
    for file in unseen.FILES.values():
        path = tmp_path / "data" / file
        path.parent.mkdir(parents=True)
        path.write_text("".join(f"Anna{i}\tB-PER\nruns\tO\n\n" for i in range(9)), encoding="utf8")
    return Bench(tmp_path / "data", tmp_path / "work", tmp_path / "rows.jsonl", 3)


@pytest.mark.parametrize("language, first", [("bg", 3), ("hu", 0)])
def test_sentences_that_the_accuracy_bench_scores_are_passed_over(bench, language, first):
    path = unseen.unseen_corpus(bench, language)
    docs = list(read_docs(path, Vocab()))
    assert [doc[0].text for doc in docs] == [f"Anna{first + i}" for i in range(3)]
    assert all(
        [(ent.text, ent.label_) for ent in doc.ents] == [(doc[0].text, "PER")] for doc in docs
    )
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_table_shows_differences_to_direct_transfer(tmp_path):
    half, all_right = np.array([[1, 1, 1]] * 5), np.array([[2, 0, 0]] * 5)
    found = {"direct": [half, half], "third_round": [all_right, half]}
    rows, differences = Rows(tmp_path / "rows.jsonl"), Rows(tmp_path / "differences.jsonl")
    for method, seeds in found.items():
        for seed, counts in enumerate(seeds, start=1):
            np.save(tmp_path / f"{method}-{seed}.npy", counts)
            for language in LANGUAGES:
                row = {"method": method, "language": language, "seed": seed, "n_sentences": 5}
                rows.add({**row, "f1": float(f1_of_sums(counts.sum(axis=0)))})
    for _ in range(2):
        record_differences(
            differences,
            [("third_round", "direct")],
            lambda method, _: [tmp_path / f"{method}-{seed}.npy" for seed in (1, 2)],
        )
        assert len(differences.read()) == len(LANGUAGES)
    lines = unseen.table(rows, differences, [1, 2])
    assert lines[2].endswith("| 50.0 (50.0, 50.0) |  |")
    assert "| 75.0 ± 35.4 (+25.0 [+25.0, +25.0]) |" in lines[3]
    assert lines[3].endswith("| 75.0 (100.0, 50.0) | +25.0 |")
    assert "5 bg, 5 de, 5 hu, 5 pt sentences" in lines[-1]
    # Of one seed nothing was compared.
    assert "[" not in "".join(unseen.table(rows, differences, [1])[:-1])


def test_what_was_not_counted_is_not_compared(tmp_path):
    differences = Rows(tmp_path / "differences.jsonl")
    record_differences(differences, [("concner", "direct")], lambda *_: [tmp_path / "no.npy"])
    assert differences.read() == []
