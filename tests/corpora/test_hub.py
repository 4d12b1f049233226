import json
import logging

import datasets
import pytest
from datasets import ClassLabel, Dataset, Features, Value

from spacy_concner.corpora.formats import hub
from spacy_concner.corpora.formats.hub import get_tag_names, hub_names, read_dataset
from spacy_concner.corpora.formats.tokens_and_tags import read_rows
from spacy_concner.corpora.records import Rejected
from spacy_concner.errors import ConcnerError

NAMES = ["O", "B-PER", "I-PER", "B-LOC"]
ROWS = [
    {"tokens": ["Anna", "Smith", "slept"], "ner_tags": [1, 2, 0]},
    {"tokens": ["Sofia"], "ner_tags": [3]},
]
EXPECTED = [(["Anna", "Smith", "slept"], ["B-PER", "I-PER", "O"]), (["Sofia"], ["B-LOC"])]
FEATURES = Features({"tokens": [Value("string")], "ner_tags": [ClassLabel(names=NAMES)]})


@pytest.fixture(autouse=True)
def quiet():
    datasets.disable_progress_bars()


def sentences(records):
    return [(record.words, record.tags) for record in records]


def rows(*items, **settings):
    return list(read_rows(items, "data", **settings))


def test_parquet_file_knows_its_tag_names(tmp_path):
    path = tmp_path / "part.parquet"
    Dataset.from_list(ROWS, features=FEATURES).to_parquet(path)
    assert sentences(read_dataset(str(path))) == EXPECTED
    assert sentences(read_dataset(str(path), split="test")) == EXPECTED


def test_folder_has_splits(tmp_path):
    Dataset.from_list(ROWS, features=FEATURES).to_parquet(tmp_path / "train.parquet")
    Dataset.from_list(ROWS[1:], features=FEATURES).to_parquet(tmp_path / "test.parquet")
    assert sentences(read_dataset(str(tmp_path))) == EXPECTED
    assert sentences(read_dataset(str(tmp_path), split="test")) == EXPECTED[1:]
    with pytest.raises(ConcnerError, match="(?s)C127.*--split"):
        list(read_dataset(str(tmp_path), split="elsewhere"))


@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
def test_json_numbers_need_names(tmp_path, suffix):
    path = tmp_path / f"data{suffix}"
    Dataset.from_list(ROWS).to_json(path)
    assert sentences(read_dataset(str(path), tag_names=NAMES)) == EXPECTED
    items = list(read_dataset(str(path)))
    assert [(item.error.code, item.error.place.line) for item in items] == [
        ("C124", 1),
        ("C124", 2),
    ]


def test_json_rows_with_text_and_spans(tmp_path):
    path = tmp_path / "data.json"
    spans = [{"start": 0, "end": 4, "label": "PER"}]
    Dataset.from_list([{"text": "Anna", "spans": spans}, {"text": "raw", "spans": None}]).to_json(
        path
    )
    assert [(r.text, r.spans) for r in read_dataset(str(path))] == [
        ("Anna", [(0, 4, "PER")]),
        ("raw", None),
    ]


def test_csv_lists_are_json_or_separated_by_spaces(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text(
        "tokens,ner_tags\n"
        'Anna Smith slept,B-PER I-PER O\n"[""Sofia""]","[""B-LOC""]"\n'
        "\"['Anna' 'slept']\",[1 0]\n",
        encoding="utf8",
    )
    *good, broken = read_dataset(str(path))
    assert sentences(good) == EXPECTED
    assert (broken.error.code, broken.error.place.line) == ("C115", 3)


def test_csv_numbers_are_named(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("tokens,ner_tags\nAnna Smith slept,1 2 0\nSofia,3\n", encoding="utf8")
    assert sentences(read_dataset(str(path), tag_names=NAMES)) == EXPECTED


def test_broken_local_files_are_told(tmp_path):
    broken = tmp_path / "data.json"
    broken.write_text('{"tokens": ["a"]}\n{"tokens": oops\n')
    unknown = tmp_path / "data.docx"
    unknown.write_text("x")
    empty = tmp_path / "empty"
    empty.mkdir()
    for path in (broken, unknown, empty):
        with pytest.raises(ConcnerError, match="C127") as caught:
            list(read_dataset(str(path)))
        assert ".." not in str(caught.value).replace(str(path), "")
    assert "holds no parquet, json, jsonl or csv file" in str(caught.value)


def test_errors_while_streaming_are_told(monkeypatch):
    def failing():
        yield ROWS[0]
        raise OSError("connection lost")

    monkeypatch.setattr(hub, "load_rows", lambda source, split: failing())
    records = read_dataset("name", tag_names=NAMES)
    assert next(records).words == ["Anna", "Smith", "slept"]
    with pytest.raises(ConcnerError, match="C127.*connection lost"):
        next(records)


@pytest.mark.parametrize(
    "source, expected",
    [
        ("conll", [("conll", None)]),
        ("wikiann/bg", [("wikiann", "bg"), ("wikiann/bg", None)]),
        ("owner/name/config", [("owner/name", "config")]),
    ],
)
def test_names_on_the_hub(source, expected):
    assert hub_names(source) == expected


def test_hub_is_asked_for_name_and_config_first(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    calls = []

    def load(name, config=None, **settings):
        calls.append((name, config, settings))
        if config:
            raise datasets.exceptions.DatasetNotFoundError("no such dataset")
        return Dataset.from_list(ROWS, features=FEATURES).to_iterable_dataset()

    monkeypatch.setattr(datasets, "load_dataset", load)
    assert sentences(read_dataset("owner/name", split="test")) == EXPECTED
    settings = {"split": "test", "streaming": True}
    assert calls == [("owner", "name", settings), ("owner/name", None, settings)]


@pytest.mark.parametrize(
    "error", [datasets.exceptions.DatasetNotFoundError("gone"), ConnectionError("gone")]
)
def test_unknown_datasets_and_no_network_are_told(monkeypatch, tmp_path, caplog, error):
    monkeypatch.chdir(tmp_path)
    logger = logging.getLogger("huggingface_hub")
    level = logger.level

    def load(*args, **settings):
        logger.warning("retrying")
        raise error

    monkeypatch.setattr(datasets, "load_dataset", load)
    with pytest.raises(ConcnerError, match="C126.*'wikiann/bg'.*gone"):
        list(read_dataset("wikiann/bg"))
    assert (caplog.text, logger.level) == ("", level)


def test_tag_names_of_features():
    assert get_tag_names(FEATURES, "ner_tags") == NAMES
    assert get_tag_names({"ner_tags": [ClassLabel(names=NAMES)]}, "ner_tags") == NAMES
    assert get_tag_names(Features({"ner_tags": [Value("string")]}), "ner_tags") is None
    assert get_tag_names(None, "ner_tags") is None


def test_rows_tell_missing_annotation():
    records = rows(
        {"tokens": ["a"], "ner_tags": None},
        {"tokens": ["a", "b"], "ner_tags": [-1, 0]},
        tag_names=NAMES,
    )
    assert [record.tags for record in records] == [None, ["-", "O"]]
    (record,) = rows({"tokens": ["a"]}, unlabelled=True)
    assert record.tags is None


def test_rows_take_other_fields():
    row = {"words": ["Sofia"], "ner": ["B-LOC"]}
    assert sentences(rows(row, tokens_field="words", tags_field="ner")) == [(["Sofia"], ["B-LOC"])]


@pytest.mark.parametrize(
    "row, code",
    [
        ({"words": ["a"]}, "C133"),
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
    (item,) = rows(row, tag_names=NAMES)
    assert isinstance(item, Rejected)
    assert item.error.code == code
    assert "data, row 1" in str(item.error)
    assert json.loads(item.raw) == row
