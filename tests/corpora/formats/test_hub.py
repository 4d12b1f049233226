import logging

import datasets
import pyarrow.parquet
import pytest
from datasets import ClassLabel, Dataset, Features, Value

from spacy_concner.corpora.formats import hub
from spacy_concner.corpora.formats.hub import get_tag_names, hub_names, read_dataset
from spacy_concner.corpora.read_options import ReadOptions
from spacy_concner.errors import ConcnerError

from .reading import sentences

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


def read(source, **settings):
    return read_dataset(str(source), ReadOptions(**settings))


def test_parquet_file_knows_its_tag_names(tmp_path):
    path = tmp_path / "part.parquet"
    Dataset.from_list(ROWS, features=FEATURES).to_parquet(path)
    assert sentences(read(path)) == EXPECTED
    assert sentences(read(path, split="test")) == EXPECTED


def test_folder_has_splits(tmp_path):
    Dataset.from_list(ROWS, features=FEATURES).to_parquet(tmp_path / "train.parquet")
    Dataset.from_list(ROWS[1:], features=FEATURES).to_parquet(tmp_path / "test.parquet")
    assert sentences(read(tmp_path)) == EXPECTED
    assert sentences(read(tmp_path, split="test")) == EXPECTED[1:]
    with pytest.raises(ConcnerError, match="(?s)C127.*--split"):
        list(read(tmp_path, split="elsewhere"))


def test_broken_local_files_are_told(tmp_path):
    broken = tmp_path / "data.parquet"
    broken.write_text("PAR1 and nothing more")
    empty = tmp_path / "empty"
    empty.mkdir()
    for path in (broken, empty):
        with pytest.raises(ConcnerError, match="C127") as caught:
            list(read(path))
        assert ".." not in str(caught.value).replace(str(path), "")


def test_parquet_says_what_plain_reading_says(tmp_path):
    path = tmp_path / "part.parquet"
    Dataset.from_list(ROWS * 3, features=FEATURES).to_parquet(path)
    plain = pyarrow.parquet.read_table(path).to_pylist()
    expected = [(row["tokens"], [NAMES[tag] for tag in row["ner_tags"]]) for row in plain]
    assert sentences(read(path)) == expected


def test_errors_while_streaming_are_told(monkeypatch):
    def failing():
        yield ROWS[0]
        raise OSError("connection lost")

    monkeypatch.setattr(hub, "load_rows", lambda source, split: failing())
    records = read("name", tag_names=NAMES)
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
    assert sentences(read("owner/name", split="test")) == EXPECTED
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
        list(read("wikiann/bg"))
    assert (caplog.text, logger.level) == ("", level)


def test_tag_names_of_features():
    assert get_tag_names(FEATURES, "ner_tags") == NAMES
    assert get_tag_names({"ner_tags": [ClassLabel(names=NAMES)]}, "ner_tags") == NAMES
    assert get_tag_names(Features({"ner_tags": [Value("string")]}), "ner_tags") is None
    assert get_tag_names(None, "ner_tags") is None
