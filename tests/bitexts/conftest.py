import pytest
import spacy
from spacy.tokens import Doc, DocBin

from spacy_concner.corpora.segments import annotate


@pytest.fixture(scope="session")
def nlp():
    return spacy.blank("xx")


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
