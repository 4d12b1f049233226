"""Labelled sentences with what would harm a careless page, and the metrics of a training."""

import spacy
from spacy.tokens import Doc

from tests.sentences import SENTENCES, labelled_doc

SCRIPT = "<script>alert('x')</script>"
METRICS = (
    '{"epoch":0,"step":0,"losses":{"concner":6.0,"concner_entity":5.0},'
    '"scores":{"ents_f":1.0,"speed":90},"score":0.01}\n'
    '{"epoch":1,"step":10,"losses":{"concner":30.0,"concner_entity":20.0},'
    '"scores":{"ents_f":50.0,"speed":90},"score":0.5}\n'
)


def gold_docs() -> list[Doc]:
    """Labelled sentences, one with a script in it, and one without annotation."""
    vocab = spacy.blank("xx").vocab
    docs = [labelled_doc(vocab, words, tags) for words, tags in SENTENCES]
    docs.append(
        labelled_doc(vocab, ["Anna", SCRIPT, "Berg"], ["B-PER", "O", "B-<b>LOC</b>"]),
    )
    docs.append(labelled_doc(vocab, ["not", "annotated"], None))
    return docs
