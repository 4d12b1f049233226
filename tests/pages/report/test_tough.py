import pytest

from spacy_concner.pages.report.tough import tough_rows
from spacy_concner.scoring.seen import SeenEntities

from .comparisons import comparison, span


def test_recall_of_unseen_and_confusable_entities():
    seen = SeenEntities([("w0", "PER"), ("w2", "PER"), ("w2", "LOC"), ("w4", "LOC"), ("w6", "")])
    gold = [span(0, 1), span(2, 3), span(4, 5), span(6, 7), span(8, 9)]
    found = [comparison(gold, [span(0, 1), span(2, 3), span(10, 11)])]
    rows = tough_rows([found, [comparison(gold, [])]], seen)
    assert [(row.name, row.n_gold) for row in rows] == [
        ("all", 5),
        # w4 was seen with another type.
        ("unseen", 2),
        ("type-confusable", 1),
    ]
    recalls = [[recall.value for recall in row.recalls] for row in rows]
    assert recalls == [[pytest.approx(0.4), 0], [0, 0], [1, 0]]


def test_without_training_data_there_is_nothing_to_tell():
    assert tough_rows([[comparison([], [])]], None) == []
