"""Rows of tokens and tags."""

import json

import pytest

from spacy_concner.corpora.records import Rejected

from .reading import csv, jsonl, refusal, sentences

NAMES = ["O", "B-PER", "I-PER", "B-LOC"]
EXPECTED = [(["Anna", "Smith", "slept"], ["B-PER", "I-PER", "O"]), (["Sofia"], ["B-LOC"])]


def test_numbers_need_names():
    rows = [
        {"tokens": words, "ner_tags": [NAMES.index(tag) for tag in tags]}
        for words, tags in EXPECTED
    ]
    assert sentences(jsonl(*rows, tag_names=NAMES)) == EXPECTED
    assert [refusal(item) for item in jsonl(*rows)] == [("C124", 1), ("C124", 2)]


def test_csv_lists_are_json_or_python_or_separated_by_spaces():
    *good, broken = csv(
        "tokens,ner_tags\n"
        'Anna Smith slept,B-PER I-PER O\n"[""Sofia""]","[""B-LOC""]"\n'
        "\"['Anna', 'Smith', 'slept']\",\"['B-PER', 'I-PER', 'O']\"\n"
        "\"['Anna' 'slept']\",[1 0]\n"
    )
    assert sentences(good) == [*EXPECTED, EXPECTED[0]]
    assert refusal(broken) == ("C115", 5)


def test_csv_numbers_are_named():
    text = "tokens,ner_tags\nAnna Smith slept,1 2 0\nSofia,3\n"
    assert sentences(csv(text, tag_names=NAMES)) == EXPECTED


def test_missing_annotation_is_told_from_none():
    records = jsonl(
        {"tokens": ["a"], "ner_tags": None},
        {"tokens": ["a", "b"], "ner_tags": [-1, 0]},
        tag_names=NAMES,
    )
    assert [record.tags for record in records] == [None, ["-", "O"]]
    (record,) = jsonl({"tokens": ["a"]}, unlabelled=True)
    assert record.tags is None


def test_other_fields():
    row = {"words": ["Sofia"], "ner": ["B-LOC"]}
    read = jsonl(row, tokens_field="words", tags_field="ner")
    assert sentences(read) == [(["Sofia"], ["B-LOC"])]


def test_schemes_are_for_rows_too():
    row = {"tokens": ["Anna", "Berg", "Sofia"], "ner_tags": ["B-PER", "E-PER", "S-LOC"]}
    assert jsonl(row, scheme="bioes")[0].tags == ["B-PER", "I-PER", "B-LOC"]
    assert refusal(jsonl(row)[0]) == ("C109", 1)
    plain = {"tokens": ["Anna", "Berg", "in", "Sofia"], "ner_tags": ["PER", "PER", "O", "LOC"]}
    assert jsonl(plain, scheme="io")[0].tags == ["B-PER", "I-PER", "O", "B-LOC"]


@pytest.mark.parametrize(
    "row, code",
    [
        ({"ner_tags": ["O"]}, "C133"),
        ({"tokens": ["a"]}, "C133"),
        ({"tokens": "[a", "ner_tags": ["O"]}, "C115"),
        ({"tokens": 3, "ner_tags": ["O"]}, "C115"),
        ({"tokens": [3], "ner_tags": ["O"]}, "C115"),
        ({"tokens": [""], "ner_tags": ["O"]}, "C108"),
        ({"tokens": [], "ner_tags": []}, "C116"),
        ({"tokens": ["a"], "ner_tags": ["O", "O"]}, "C123"),
        ({"tokens": ["a"], "ner_tags": [4]}, "C125"),
        ({"tokens": ["a"], "ner_tags": [True]}, "C115"),
        ({"tokens": ["a"], "ner_tags": ["PER"]}, "C109"),
        ({"tokens": ["a"], "ner_tags": [2]}, "C110"),
        ({"text": "a", "label": 1}, "C115"),
    ],
)
def test_broken_rows_are_rejected(row, code):
    (item,) = jsonl(row, tag_names=NAMES)
    assert isinstance(item, Rejected)
    assert item.error.code == code
    assert "file.json, line 1" in str(item.error)
    assert json.loads(item.raw) == row


@pytest.mark.parametrize(
    "words, tags",
    [
        ("Anna, sings", "B-PER, O"),
        ("Anna,sings", "B-PER,O"),
        ("Anna sings", "B-PER, O"),
        (["Anna", "sings"], "B-PER,O"),
    ],
)
def test_lists_in_a_string_may_have_commas(words, tags):
    expected = [(["Anna", "sings"], ["B-PER", "O"])]
    assert sentences(jsonl({"tokens": words, "ner_tags": tags})) == expected
    if isinstance(words, str):
        row = f'"{words}","{tags}"\n'
        assert sentences(csv(f"tokens,ner_tags\n{row}{row}")) == expected * 2


def test_commas_that_are_tokens_stay():
    record = {"tokens": "Anna , sings", "ner_tags": "B-PER,O,O"}
    assert sentences(jsonl(record)) == [(["Anna", ",", "sings"], ["B-PER", "O", "O"])]
    assert refusal(jsonl({"tokens": "Anna, sings", "ner_tags": "B-PER,O,O"})[0]) == ("C123", 1)
