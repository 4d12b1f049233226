"""The verbs of spaCy itself on a pipeline of ours."""

import pytest
import spacy
import srsly
from spacy.cli import app
from typer.testing import CliRunner

from tests.sentences import write_corpus
from tests.tiny_pipelines import build_tiny_config, training_config

LABELS = ["B-LOC", "B-ORG", "B-PER", "I-LOC", "I-ORG", "I-PER", "O"]
LOSSES = {
    "entity": {"@losses": "spacy-concner.EntityCrossEntropy.v1"},
    "translation_contrast": {"@losses": "spacy-concner.TranslationContrast.v1"},
}


@pytest.fixture
def corpus(bitexts, tmp_path):
    return write_corpus(bitexts, tmp_path / "corpus.spacy")


@pytest.fixture
def config(corpus, tmp_path):
    nlp = spacy.blank("xx")
    nlp.add_pipe("concner", config=build_tiny_config(losses=LOSSES))
    path = tmp_path / "config.cfg"
    training_config(nlp, corpus, corpus).to_disk(path)
    return path


def run(*arguments) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.slow
def test_init_labels_and_training_with_them(config, tmp_path):
    run("init", "labels", config, tmp_path / "labels")
    path = tmp_path / "labels" / "concner.json"
    assert srsly.read_json(path) == LABELS
    with_labels = spacy.util.load_config(config)
    reader = {"@readers": "spacy.read_labels.v1", "path": str(path)}
    with_labels["initialize"]["components"]["concner"] = {"labels": reader}
    with_labels.to_disk(config)
    run("train", config, "--output", tmp_path / "output")
    trained = spacy.load(tmp_path / "output" / "model-last")
    assert list(trained.get_pipe("concner").labels) == LABELS


def test_losses_switched_off_and_on_from_the_command_line(config, tmp_path):
    off = "--components.concner.losses.translation_contrast=null"
    output = run("train", config, "--output", tmp_path / "output", off)
    assert "concner" in output.lower() and "translation_contrast" not in output.lower()
    trained = spacy.load(tmp_path / "output" / "model-last")
    assert list(trained.get_pipe("concner").loss_functions()) == ["entity"]


def test_debug_data(config, corpus, bitexts):
    # spaCy takes a hundred examples to be the least to train on.
    write_corpus(bitexts * 30, corpus)
    output = run("debug", "data", config, "--verbose")
    assert "Training pipeline: concner" in output
    assert "120 training docs" in output and "Pipeline can be initialized with data" in output


def test_debug_config(config):
    output = run("debug", "config", config, "--show-functions", "--show-variables")
    for name in ("concner", "TokenTagger.v1", "TranslationContrast.v1", "Corpus.v1", "scorer.v1"):
        assert name in output


def test_debug_model(config):
    output = run("debug", "model", config, "concner", "-P0")
    assert "token_tagger" in output


def test_fill_config(config, tmp_path):
    text = config.read_text("utf8").replace('pooling = "mean"\n', "")
    (tmp_path / "short.cfg").write_text(text, "utf8")
    run("init", "fill-config", tmp_path / "short.cfg", tmp_path / "full.cfg")
    assert "pooling" not in text
    full = spacy.util.load_config(tmp_path / "full.cfg")
    assert full["components"] == spacy.util.load_config(config)["components"]
    assert full["corpora"]["train"]["max_length"] == 0


def test_evaluate(trained_folder, sentences, tmp_path):
    path = write_corpus(sentences, tmp_path / "test.spacy")
    run("evaluate", trained_folder, path, "--output", tmp_path / "scores.json")
    scores = srsly.read_json(tmp_path / "scores.json")
    assert scores["ents_f"] == scores["seqeval_micro_f"] == 1.0
    assert set(scores["ents_per_type"]) == {"LOC", "ORG", "PER"}


def test_find_function():
    output = run("find-function", "spacy-concner.TokenTagger.v1")
    assert "Found registered function" in output
