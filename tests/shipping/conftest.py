"""A trained pipeline on a tiny transformer, to ship."""

import pytest
import spacy

from tests.conftest import (
    LISTENER,
    SENTENCES,
    as_example,
    build_tiny_config,
    labelled_doc,
    transformer_model,
    write_corpus,
)

TAGGER = {
    "model": {"@architectures": "spacy.Tagger.v2", "nO": None, "tok2vec": LISTENER},
}


def train(nlp, steps=40):
    """Train a pipeline on the sentences; each word's tag is its length."""
    docs = [labelled_doc(nlp.vocab, words, tags) for words, tags in SENTENCES]
    for doc in docs:
        for token in doc:
            token.tag_ = str(len(token))
    examples = [as_example(doc) for doc in docs]
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.005
    for _ in range(steps):
        nlp.update(examples, sgd=optimizer, losses={})
    return nlp


def make_student(encoder, *, tagger=False, **settings):
    """Make a pipeline on a shared transformer, with stock components beside ours."""
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("xx")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("transformer", config={"model": transformer_model(encoder)})
    settings = {"projection_width": 8, **settings}
    losses = {"entity": {"@losses": "spacy-concner.EntityCrossEntropy.v1"}}
    nlp.add_pipe("concner", config=build_tiny_config(tok2vec=LISTENER, losses=losses, **settings))
    if tagger:
        nlp.add_pipe("tagger", config=TAGGER)
    return nlp


@pytest.fixture(scope="session")
def student(encoder_folder, tmp_path_factory):
    """Folder of a student whose transformer only our component listens to."""
    folder = tmp_path_factory.mktemp("student")
    train(make_student(encoder_folder)).to_disk(folder)
    return folder


@pytest.fixture(scope="session")
def student_with_tagger(encoder_folder, tmp_path_factory):
    """Folder of a student that shares its transformer with a stock tagger."""
    folder = tmp_path_factory.mktemp("student-with-tagger")
    train(make_student(encoder_folder, tagger=True)).to_disk(folder)
    return folder


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """Labelled sentences, as a .spacy file."""
    vocab = spacy.blank("xx").vocab
    docs = [labelled_doc(vocab, words, tags) for words, tags in SENTENCES * 4]
    return write_corpus(docs, tmp_path_factory.mktemp("corpus") / "test.spacy")
