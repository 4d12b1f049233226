import pytest
import spacy
from spacy.tokens import Doc, DocBin

from spacy_concner.corpora.segments import annotate


class EchoTranslator:
    """Gives texts back, rewritten by a dictionary; can fail after some."""

    source = "en"
    target = "de"

    def __init__(self, lexicon=None, fail_after=None):
        self.lexicon = lexicon or {}
        self.fingerprint = repr(sorted(self.lexicon.items()))
        self.fail_after = fail_after
        self.batches = []

    @property
    def asked(self):
        return [text for batch in self.batches for text in batch]

    def translate(self, texts):
        if self.fail_after is not None and len(self.asked) + len(texts) > self.fail_after:
            raise RuntimeError("engine is gone")
        self.batches.append(list(texts))
        return [self.lexicon.get(text, text) for text in texts]


@pytest.fixture
def nlp():
    return spacy.blank("xx")


@pytest.fixture
def make_echo():
    return EchoTranslator


@pytest.fixture
def make_doc(nlp):
    def make(tagged, spaces=None):
        pairs = [pair.rsplit("/", 1) for pair in tagged.split()]
        doc = Doc(nlp.vocab, words=[word for word, _ in pairs], spaces=spaces)
        annotate(doc, [tag for _, tag in pairs])
        return doc

    return make


@pytest.fixture
def write_corpus(tmp_path):
    def write(docs, name="source.spacy"):
        path = tmp_path / name
        DocBin(docs=docs, store_user_data=True).to_disk(path)
        return path

    return write
