"""Small pipelines and corpora that the tests train and read."""

from collections.abc import Callable
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span
from spacy.training import Example

from spacy_concner.corpora.bitext import annotate, make_bitext

SENTENCES = [
    (["Anna", "Berg", "lives", "in", "Sofia", "."], ["B-PER", "I-PER", "O", "O", "B-LOC", "O"]),
    (["The", "Red", "Cross", "works", "in", "Berlin"], ["O", "B-ORG", "I-ORG", "O", "O", "B-LOC"]),
    (["Nothing", "happened", "today", "."], ["O", "O", "O", "O"]),
    (["Paul", "Novak", "met", "Anna"], ["B-PER", "I-PER", "O", "B-PER"]),
]
TRANSLATIONS = [
    (["Ана", "Берг", "живее", "в", "София", "."], ["B-PER", "I-PER", "O", "O", "B-LOC", "O"]),
    (["Червеният", "кръст", "работи", "в", "Берлин"], ["B-ORG", "I-ORG", "O", "O", "B-LOC"]),
    (["Нищо", "не", "се", "случи", "."], ["O", "O", "O", "O", "O"]),
    (["Паул", "Новак", "срещна", "Ана"], ["B-PER", "I-PER", "O", "B-PER"]),
]
TINY_TOK2VEC = {
    "@architectures": "spacy.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": 32,
    "depth": 2,
    "embed_size": 500,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": True,
}


def labelled_doc(vocab, words: list[str], tags: list[str] | None) -> Doc:
    """Make a Doc with the entities of its tags, or without annotation."""
    doc = Doc(vocab, words=words)
    if tags is not None:
        annotate(doc, tags)
    return doc


def as_example(doc: Doc) -> Example:
    """Make the Example that the reader would: same tokens, segments kept."""
    spaces = [bool(token.whitespace_) for token in doc]
    predicted = Doc(doc.vocab, words=[token.text for token in doc], spaces=spaces)
    if "segments" in doc.spans:
        predicted.spans["segments"] = [
            Span(predicted, span.start, span.end, label=span.label_)
            for span in doc.spans["segments"]
        ]
    return Example(predicted, doc)


def build_tiny_config(**changes) -> dict:
    """Give the settings of a small `concner` component, with changes."""
    model = {
        "@architectures": "spacy-concner.TokenTagger.v1",
        "pooling": changes.pop("pooling", "mean"),
        "projection_width": changes.pop("projection_width", 0),
        "tok2vec": changes.pop("tok2vec", TINY_TOK2VEC),
    }
    return {"model": model, **changes}


@pytest.fixture
def tiny_config() -> Callable[..., dict]:
    """Give the settings of a small `concner` component, with changes."""
    return build_tiny_config


@pytest.fixture
def sentences() -> list[Doc]:
    """Labelled sentences of the source language."""
    vocab = spacy.blank("xx").vocab
    return [labelled_doc(vocab, words, tags) for words, tags in SENTENCES]


@pytest.fixture
def bitexts() -> list[Doc]:
    """The sentences with their translations."""
    vocab = spacy.blank("xx").vocab
    return [
        make_bitext(
            [labelled_doc(vocab, *source), labelled_doc(vocab, *target)], ["en", "bg"], vocab
        )
        for source, target in zip(SENTENCES, TRANSLATIONS, strict=True)
    ]


@pytest.fixture
def trained(tiny_config, sentences) -> Language:
    """A pipeline that has learned the sentences by heart."""
    return train_tiny(tiny_config(), sentences)


@pytest.fixture(scope="session")
def trained_folder(tmp_path_factory) -> Path:
    """A pipeline as `trained`, in a folder that all tests share."""
    vocab = spacy.blank("xx").vocab
    docs = [labelled_doc(vocab, words, tags) for words, tags in SENTENCES]
    folder = tmp_path_factory.mktemp("trained")
    train_tiny(build_tiny_config(), docs).to_disk(folder)
    return folder


def train_tiny(config: dict, docs: list[Doc], steps: int = 60) -> Language:
    """Train a pipeline with one small component until it knows the Docs."""
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("xx")
    nlp.add_pipe("concner", config=config)
    examples = [as_example(doc) for doc in docs]
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.01
    for _ in range(steps):
        nlp.update(examples, sgd=optimizer, losses={})
    return nlp


def write_corpus(docs: list[Doc], path: Path) -> Path:
    """Write Docs to a .spacy file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    DocBin(docs=docs, store_user_data=True).to_disk(path)
    return path
