import pytest
from thinc.api import Config

from spacy_concner.training.inputs import describe_inputs


@pytest.fixture
def config(tmp_path) -> Config:
    for folder in ("corpus", "encoder", "concner"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "file").write_text(folder)
    paths = {"train": str(tmp_path / "corpus"), "encoder": "encoder", "checkpoint": "checkpoint"}
    return Config(
        {
            "paths": paths,
            "system": {"gpu_allocator": "pytorch"},
            "components": {
                "concner": {"spans_key": "concner", "scorer": {"seen": ["corpus/file", "x"]}},
                "transformer": {"model": {"name": "encoder", "options": {}}},
            },
            "corpora": {"train": {"path": paths["train"]}},
            "training": {
                "dropout": 0.1,
                "gpu_allocator": "pytorch",
                "logger": {"output_file": "metrics"},
                "before_update": {"path": "checkpoint"},
            },
        }
    )


def test_what_changes_a_training(config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = describe_inputs(config)
    assert found.paths == ["corpus/file", "encoder", str(tmp_path / "corpus")]
    before = found.described
    assert before["components.concner.spans_key"] == "concner"
    for name, keys in {
        "corpus": {"corpora.train.path", "components.concner.scorer.seen"},
        "encoder": {"components.transformer.model.name"},
        "concner": set(),
    }.items():
        (tmp_path / name / "file").write_text("other")
        after = describe_inputs(config).described
        assert {key for key in after if after[key] != before[key]} == keys
        before = after
    config["training"]["dropout"] = 0.2
    after = describe_inputs(config).described
    assert {key for key in after if after[key] != before[key]} == {"training.dropout"}


def test_what_changes_none(config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = describe_inputs(config).described
    config["paths"]["checkpoint"] = config["training"]["before_update"]["path"] = "other"
    config["training"]["logger"] = {"output_file": "other"}
    config["training"]["gpu_allocator"] = config["system"]["gpu_allocator"] = None
    (tmp_path / "corpus").rename(tmp_path / "moved")
    config["paths"]["train"] = config["corpora"]["train"]["path"] = str(tmp_path / "moved")
    config["components"]["concner"]["scorer"]["seen"] = ["moved/file", "x"]
    assert describe_inputs(config).described == before
