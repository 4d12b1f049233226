"""Fixtures of all tests; what they need is imported inside them, so that pytest starts soon."""

import gc
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import settings

# Tests run side by side, and each that takes all cores makes all of them slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# So that tests of what memory takes find the memory of a new vocabulary each time.
MANY_STRINGS = 5000
# The quick run draws fewer examples a property, and the whole run as many as ever.
QUICK_EXAMPLES = 30
# How long an example takes depends on what else the machine does.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_addoption(parser):
    """Let the readers of corpora be tried on more broken files than every run needs."""
    parser.addoption("--mutants", type=int, default=200, help="Broken files a format")
    parser.addoption(
        "--all-changes", action="store_true", help="Run the project after each change alone, too"
    )


def pytest_configure(config):
    """Draw fewer examples where the slow tests are left out."""
    if "not slow" in (config.getoption("-m") or ""):
        settings.register_profile("quick", settings(max_examples=QUICK_EXAMPLES, deadline=None))
        settings.load_profile("quick")


def pytest_collection_finish():
    """Let no collection of garbage go through what the tests import, which stays anyway."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def fast_entry_points():
    """Look entry points up in a table: spaCy asks a hundred times a pipeline, each time for all."""
    import catalogue

    with pytest.MonkeyPatch.context() as patch:
        select = cache(catalogue.AVAILABLE_ENTRY_POINTS.select)
        patch.setattr(catalogue, "AVAILABLE_ENTRY_POINTS", SimpleNamespace(select=select))
        yield


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk():
    """Leave it to the system when files reach the disk: what tests write outlives no power cut."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def tokenizers_made_once():
    """Let calls share the blank pipelines that split their texts: each takes 40 ms to make."""
    from spacy_concner.bitexts import tokenisation
    from spacy_concner.corpora import doc_building

    with pytest.MonkeyPatch.context() as patch:
        for original in (doc_building.make_tokenizer, tokenisation.make_tokenizer):
            shared = share_pipelines(original)
            for module in [*sys.modules.values()]:
                if getattr(module, "__name__", "").startswith("spacy_concner."):
                    if vars(module).get("make_tokenizer") is original:
                        patch.setattr(module, "make_tokenizer", shared)
        yield


def share_pipelines(make: Callable) -> Callable:
    """Give what makes a blank pipeline a memory, until the vocabulary of one has grown."""
    made: dict = {}

    def shared(language: str):
        nlp = made.get(language)
        if nlp is None or len(nlp.vocab.strings) > MANY_STRINGS:
            nlp = made[language] = make(language)
        return nlp

    return shared


@pytest.fixture
def tiny_config() -> Callable[..., dict]:
    """Give the settings of a small `concner` component, with changes."""
    from tests.tiny_pipelines import build_tiny_config

    return build_tiny_config


@pytest.fixture
def sentences() -> list:
    """Docs: labelled sentences of the source language."""
    from tests.sentences import make_sentences

    return make_sentences()


@pytest.fixture
def bitexts() -> list:
    """Docs: the sentences with their translations."""
    from tests.sentences import make_bitexts

    return make_bitexts()


@pytest.fixture(scope="session")
def trained_folder(tmp_path_factory) -> Path:
    """Folder of a pipeline that has learned the sentences by heart."""
    from tests.sentences import make_sentences
    from tests.tiny_pipelines import build_tiny_config, train_tiny

    folder = tmp_path_factory.mktemp("trained")
    train_tiny(build_tiny_config(), make_sentences()).to_disk(folder)
    return folder


@pytest.fixture
def trained(trained_folder):
    """The pipeline of `trained_folder`, loaded for one test."""
    import spacy

    return spacy.load(trained_folder)


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory) -> Path:
    """A random BERT of two layers, in the folder that a transformer component reads."""
    from tests.tiny_pipelines import make_bert

    return make_bert(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="session")
def student(encoder_folder, tmp_path_factory) -> Path:
    """Folder of a student whose transformer only our component listens to."""
    from tests.shipping.students import make_student, train

    folder = tmp_path_factory.mktemp("student")
    train(make_student(encoder_folder)).to_disk(folder)
    return folder


@pytest.fixture(scope="session")
def shipped_folder(student, tmp_path_factory) -> Path:
    """Folder of the student in the form that is installed."""
    from spacy_concner.shipping.ship import ship

    folder = tmp_path_factory.mktemp("shipped") / "bg"
    ship(student, folder, ["bg", "en"])
    return folder
