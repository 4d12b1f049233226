import numpy as np
import pytest
import spacy
from spacy.tokens import Doc

from spacy_concner import pipelines
from spacy_concner.errors import ConcnerError
from spacy_concner.pipelines import (
    annotate_docs,
    find_component,
    find_components,
    is_pipeline,
    load_pipeline,
    pipeline_fingerprint,
    predict_docs,
)


def test_a_pipeline_is_loaded(tmp_path):
    spacy.blank("bg").to_disk(tmp_path)
    assert load_pipeline(tmp_path).lang == "bg"
    assert is_pipeline(tmp_path) and not is_pipeline(tmp_path / "nothing") and not is_pipeline("")


def test_what_is_not_there_is_told_with_one_full_stop(tmp_path):
    expected = r"C515\] Teacher .*nothing cannot be loaded: \[E05\d\].*[^.]\. Give the folder"
    with pytest.raises(ConcnerError, match=expected):
        load_pipeline(tmp_path / "nothing", "Teacher")


def test_a_transformer_without_its_packages_names_the_extra(monkeypatch, tmp_path):
    def fail(path):
        raise ValueError("[E002] Can't find factory for 'transformer' for language Bulgarian (bg).")

    monkeypatch.setattr(spacy, "load", fail)
    with pytest.raises(ConcnerError, match="E002"):
        load_pipeline(tmp_path)
    monkeypatch.setattr(pipelines, "find_spec", lambda name: None)
    with pytest.raises(ConcnerError, match=r"pip install \"spacy-concner\[train\]\""):
        load_pipeline(tmp_path)


def test_the_last_component_of_a_factory_is_found():
    nlp = spacy.blank("xx")
    nlp.add_pipe("sentencizer", name="first")
    nlp.add_pipe("sentencizer", name="second")
    assert find_components(nlp, "sentencizer") == ["first", "second"]
    assert find_component(nlp, "sentencizer") == "second"
    with pytest.raises(ConcnerError, match=r"C510.*'concner'.*first"):
        find_component(nlp)


def test_docs_are_predicted_by_length_and_stay_unchanged():
    nlp = spacy.blank("xx")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("sentencizer", name="last")
    docs = [nlp.make_doc(text) for text in ("One two three. Four.", "", "One.", "One. Two.")]
    n_words = len(nlp.vocab.strings)

    def predict(batch):
        assert all(doc.has_annotation("SENT_START") for doc in batch)
        return [np.array([len(list(doc.sents))]) for doc in batch]

    found = list(predict_docs(nlp, "last", docs, 2, predict))
    assert [(i, int(n[0])) for i, n in found] == [(2, 1), (3, 2), (0, 2)]
    assert not docs[0].has_annotation("SENT_START")
    assert len(nlp.vocab.strings) == n_words


def test_all_of_a_pipeline_but_its_tokenizer_is_run():
    nlp = spacy.blank("xx")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "X", "pattern": "New York"}])
    docs = [Doc(nlp.vocab, words=["New", "York"]), Doc(nlp.vocab), Doc(nlp.vocab, words=["Y."])]
    found = {i: [ent.text for ent in doc.ents] for i, doc in annotate_docs(nlp, docs, 2)}
    assert found == {0: ["New York"], 2: []}
    assert not docs[0].ents and not docs[0].has_annotation("ENT_IOB")


def test_fingerprints_tell_pipelines_apart(tmp_path):
    for name in ("a", "b"):
        spacy.blank("xx", meta={"name": name}).to_disk(tmp_path / name)
    loaded = [load_pipeline(tmp_path / name) for name in ("a", "a", "b")]
    one, again, other = map(pipeline_fingerprint, loaded)
    assert one == again != other and one.startswith("xx_a-0.0.0 ")
