"""Labelled sentences of two languages, and what makes Docs, Examples and corpora of them."""

from pathlib import Path

import spacy
from spacy.tokens import Doc, DocBin, Span
from spacy.training import Example

from spacy_concner.corpora.segments import annotate, make_bitext

VOCAB = spacy.blank("xx").vocab
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


def labelled_doc(vocab, words: list[str], tags: list[str] | None) -> Doc:
    """Make a Doc with the entities of its tags, or without annotation."""
    doc = Doc(vocab, words=words)
    if tags is not None:
        annotate(doc, tags)
    return doc


def make_sentences() -> list[Doc]:
    """Give the labelled sentences as Docs."""
    return [labelled_doc(VOCAB, words, tags) for words, tags in SENTENCES]


def make_bitexts() -> list[Doc]:
    """Give the sentences with their translations as Docs."""
    return [
        make_bitext(
            [labelled_doc(VOCAB, *source), labelled_doc(VOCAB, *target)], ["en", "bg"], VOCAB
        )
        for source, target in zip(SENTENCES, TRANSLATIONS, strict=True)
    ]


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


def write_corpus(docs: list[Doc], path: Path) -> Path:
    """Write Docs to a .spacy file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    DocBin(docs=docs, store_user_data=True).to_disk(path)
    return path
