"""Faults of a training are told before its first step, and a diverged one overwrites no model."""

import hashlib
import warnings
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.training.initialize import init_nlp
from spacy.training.loop import train as train_loop

from spacy_concner.errors import ConcnerError
from spacy_concner.tagging.before_training import check_rates
from spacy_concner.tagging.divergence import Diverged
from tests.sentences import labelled_doc, write_corpus
from tests.tiny_pipelines import build_tiny_config, training_config

VOCAB = spacy.blank("xx").vocab
WARMUP = {
    "@schedules": "warmup_linear.v1",
    "initial_rate": 0.01,
    "warmup_steps": 10,
    "total_steps": 100,
}


def settings(learn_rate, max_steps=100):
    return {
        "optimizer": {"@optimizers": "Adam.v1", "learn_rate": learn_rate},
        "max_steps": max_steps,
    }


def constant(rate):
    return {"@schedules": "constant.v1", "rate": rate}


@pytest.mark.parametrize(
    "learn_rate, code",
    [
        (-0.1, "C048.*-0.1 at step 0"),
        (float("nan"), "C048.*nan at step 0"),
        (0.0, "C048.*0 at every step"),
        (constant(0.0), "C048.*0 at every step"),
        (constant(float("inf")), "C048.*inf at step 0"),
        ({**WARMUP, "initial_rate": -1.0}, "C048.*-0.1 at step 1,"),
        ({**WARMUP, "initial_rate": float("nan")}, "C048.*nan"),
        (
            {"@schedules": "decaying.v1", "base_rate": 0.1, "decay": -0.09},
            r"C048.*-1\..* at step 12,",
        ),
        ({**WARMUP, "warmup_steps": 200, "total_steps": 300}, "C049.*200 steps.*ends at step 100"),
        ({**WARMUP, "total_steps": 10}, "C049.*10 steps.*total_steps"),
        ("nan", "C058.*nan"),
        ({**WARMUP, "initial_rate": ".5"}, "C058.*'.5'.*0.5"),
    ],
)
def test_learning_rates_that_teach_nothing_are_told(learn_rate, code):
    with pytest.raises(ConcnerError, match=code):
        check_rates(settings(learn_rate))


@pytest.mark.parametrize("max_steps", [0, 100])
@pytest.mark.parametrize("learn_rate", [0.001, constant(0.1), WARMUP])
def test_sound_learning_rates_pass(learn_rate, max_steps):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_rates(settings(learn_rate, max_steps))


def test_idle_steps_are_told():
    with pytest.warns(UserWarning, match="W002.*0 from step 100 of 500 on"):
        check_rates(settings(WARMUP, 500))


@pytest.fixture
def make(tmp_path, sentences):
    """Initialise a training as `spacy train` does."""

    def make(train=None, dev=None, labels=None, **training):
        nlp = spacy.blank("xx")
        nlp.add_pipe("concner", config=build_tiny_config())
        paths = {"train": train, "dev": dev}
        for name, docs in paths.items():
            paths[name] = write_corpus(
                sentences if docs is None else docs, tmp_path / f"{name}.spacy"
            )
        config = training_config(nlp, paths["train"], paths["dev"], **training)
        if labels:
            config["initialize"]["components"]["concner"] = {"labels": labels}
        return init_nlp(config)

    return make


def raw_docs():
    return [labelled_doc(VOCAB, ["Anna", "sings"], None)]


@pytest.mark.parametrize("labels", [None, ["PER"]])
def test_corpora_without_documents_or_labels_are_told(make, labels):
    with pytest.raises(ConcnerError, match=r"C047.*train\.spacy.*no document"):
        make(train=[], labels=labels)
    with pytest.raises(ConcnerError, match="C043.*labelled text" if labels else "C007"):
        make(train=raw_docs(), labels=labels)
    with pytest.raises(ConcnerError, match=r"C051.*dev\.spacy has no document"):
        make(dev=[], labels=labels)
    with pytest.raises(ConcnerError, match=r"C051.*no labels in any of 1 documents"):
        make(dev=raw_docs(), labels=labels)
    # Where no score of entities counts, nothing is asked of them.
    make(dev=raw_docs(), labels=labels, score_weights={"ents_f": None, "speed": 1.0})
    make(labels=labels)


def test_settings_are_told_by_training_itself(make):
    with pytest.raises(ConcnerError, match="C048"):
        make(optimizer={"@optimizers": "Adam.v1", "learn_rate": -1.0})


def digest(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): hashlib.md5(p.read_bytes()).hexdigest() for p in files}


@pytest.mark.parametrize("where", ["loss", "weights"])
def test_a_diverged_training_keeps_the_models_before(make, tmp_path, monkeypatch, where):
    nlp = make(max_steps=40, eval_frequency=2)
    pipe = nlp.get_pipe("concner")
    saved = {}
    (tmp_path / "out").mkdir()
    original = type(pipe).finish_update

    def finish_update(self, sgd):
        if self._steps == 3:
            saved.update(digest(tmp_path / "out"))
        original(self, sgd)
        # After step 3 no evaluation follows, after step 4 one does.
        if self._steps == (4 if where == "loss" else 5):
            weights = self.model.get_ref("output_layer").get_param("W")
            weights[:] = np.nan

    monkeypatch.setattr(type(pipe), "finish_update", finish_update)
    found = (
        "the loss 'entity' is nan" if where == "loss" else "the scores of 'Anna.* are not numbers"
    )
    message = f"C052.*at step 4 {found}.*model-last"
    with pytest.raises(Diverged, match=message):
        train_loop(nlp, tmp_path / "out", stdout=StringIO(), stderr=StringIO())
    assert digest(tmp_path / "out") == saved
    for name in ("model-best", "model-last"):
        kept = spacy.load(tmp_path / "out" / name)
        kept("Anna Berg lives in Sofia .")


@pytest.mark.slow
def test_a_high_learning_rate_diverges_with_a_code(make, tmp_path):
    nlp = make(
        max_steps=60,
        optimizer={
            "@optimizers": "Adam.v1",
            "learn_rate": 1e30,
            "grad_clip": 0.0,
            "use_averages": False,
        },
    )
    with pytest.raises(Diverged, match="C052"):
        train_loop(nlp, tmp_path / "out", stdout=StringIO(), stderr=StringIO())


def test_scores_that_are_no_numbers_make_no_entities(trained):
    trained.get_pipe("concner").model.get_ref("output_layer").get_param("W")[:] = np.nan
    with pytest.raises(Diverged, match="C017.*'Anna Berg lives"):
        list(trained.pipe(["", "Anna Berg lives in Sofia ."]))
