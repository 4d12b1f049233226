"""Pipelines on a tiny transformer, to ship."""

import spacy

from tests.sentences import SENTENCES, as_example, labelled_doc
from tests.tiny_pipelines import LISTENER, build_tiny_config, transformer_model

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
