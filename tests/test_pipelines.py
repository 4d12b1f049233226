"""Loading pipelines: the reason is told in the words of the caller."""

import pytest
import spacy

from spacy_concner import pipelines as loading
from spacy_concner.errors import ConcnerError
from spacy_concner.pipelines import load_pipeline

MESSAGE = "{path} is no pipeline: {error}. Look again."


def test_a_pipeline_is_loaded(tmp_path):
    spacy.blank("bg").to_disk(tmp_path)
    assert load_pipeline(tmp_path, MESSAGE).lang == "bg"


def test_what_is_not_there_is_told_with_one_full_stop(tmp_path):
    with pytest.raises(ConcnerError, match=r"nothing is no pipeline: \[E05\d\].*[^.]\. Look again"):
        load_pipeline(tmp_path / "nothing", MESSAGE)


def test_a_transformer_without_its_packages_names_the_extra(monkeypatch, tmp_path):
    def fail(path):
        raise ValueError("[E002] Can't find factory for 'transformer' for language Bulgarian (bg).")

    monkeypatch.setattr(spacy, "load", fail)
    with pytest.raises(ConcnerError, match="E002"):
        load_pipeline(tmp_path, MESSAGE)
    monkeypatch.setattr(loading, "find_spec", lambda name: None)
    with pytest.raises(ConcnerError, match=r"pip install \"spacy-concner\[train\]\""):
        load_pipeline(tmp_path, MESSAGE)
