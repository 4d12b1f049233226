"""Trained pipelines on a tiny transformer, and what they are measured on."""

import pytest
import spacy

from tests.sentences import SENTENCES, labelled_doc, write_corpus
from tests.shipping.students import make_student, train


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
