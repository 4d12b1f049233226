"""What encoders and pipelines make of bitexts: whether sentences that mean the same lie together.

    python bench/vectors.py corpus/bitext_pt.spacy encoders/encoder training/en/model-last

Prints for the pretrained encoder and for each pipeline how often the nearest sentence of the
other language is the translation, and how often the nearest entity word of another language
has the same type.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import spacy
import typer
from alignment import token_vectors
from spacy.tokens import Doc
from wasabi import msg

from spacy_concner.arrays import unit_vectors
from spacy_concner.corpora.reader import read_docs
from spacy_concner.corpora.segments import is_bitext, split_bitext, text_ids
from spacy_concner.encoding.word_vectors import load_word_encoder
from spacy_concner.pipelines import is_pipeline, load_pipeline

MAX_WORDS = 300
SEED = 0


@dataclass(frozen=True)
class Retrieval:
    """How often the nearest sentence of the other language is the translation.

    forth: Share of the source sentences, 0 to 1.
    back: Share of the translations.
    """

    forth: float
    back: float


def sample_bitexts(path: Path, limit: int) -> list[tuple[Doc, Doc]]:
    """Draw bitexts of two languages from a corpus.

    path (Path): `.spacy` file or a folder of them.
    limit (int): The most to draw.
    RETURNS (list[tuple[Doc, Doc]]): Source and translation, `doc.user_data["language"]` set.
    """
    pairs = []
    for doc in filter(is_bitext, read_docs(path, spacy.blank("xx").vocab)):
        (source_language, source), (target_language, target), *_ = split_bitext(doc)
        source.user_data["language"] = source_language
        target.user_data["language"] = target_language
        pairs.append((source, target))
    return random.Random(SEED).sample(pairs, min(limit, len(pairs)))


def encode(name: str, docs: Sequence[Doc]) -> list[np.ndarray]:
    """Give `(n_tokens, width)` vectors of each Doc: those that the tagger of a pipeline reads, or
    those of the last layer of an encoder.

    name (str): Pipeline, or encoder folder or hub name.
    docs (Sequence[Doc]): The Docs, one token or more each.
    """
    if is_pipeline(name):
        return token_vectors(load_pipeline(name), docs)
    encoder = load_word_encoder(name)
    last = encoder.model.config.num_hidden_layers
    words = [[token.text for token in doc] for doc in docs]
    return [vectors for (vectors,) in encoder.encode_layers(words, [last])]


def retrieve(
    source: np.ndarray, target: np.ndarray, source_texts: Sequence[str], target_texts: Sequence[str]
) -> Retrieval:
    """Give how often the nearest sentence is the translation, by cosine.

    A sentence that stands more than once counts as found where any of its translations is.

    source (ndarray): `(n, width)` sentence vectors.
    target (ndarray): `(n, width)` those of their translations.
    source_texts (Sequence[str]): The sentences.
    target_texts (Sequence[str]): Their translations.
    """
    cosines = unit_vectors(source) @ unit_vectors(target).T
    sources, targets = (np.array(text_ids(texts)) for texts in (source_texts, target_texts))

    def share(nearest: np.ndarray) -> float:
        return float(np.mean((sources[nearest] == sources) | (targets[nearest] == targets)))

    return Retrieval(share(cosines.argmax(axis=1)), share(cosines.argmax(axis=0)))


def same_type_share(
    vectors: np.ndarray, languages: Sequence[str], types: Sequence[str]
) -> float | None:
    """Give how often the nearest entity word of another language has the same type.

    vectors (ndarray): `(n, width)` vectors of the words.
    languages (Sequence[str]): Their language codes.
    types (Sequence[str]): Their entity types.
    RETURNS (float | None): The share; None if there is but one language.
    """
    if len(set(languages)) < 2:
        return None
    of, kinds, unit = np.array(languages), np.array(types), unit_vectors(vectors)
    cosines = np.where(of[:, None] == of, -np.inf, unit @ unit.T)
    return float(np.mean(kinds[cosines.argmax(axis=1)] == kinds))


def same_type(docs: Sequence[Doc], vectors: Sequence[np.ndarray]) -> float | None:
    """Give `same_type_share` of entity words of Docs, no more than 300 of each language.

    docs (Sequence[Doc]): The Docs.
    vectors (Sequence[ndarray]): Vectors of their tokens.
    """
    words: dict[str, list[tuple[str, np.ndarray]]] = {}
    for doc, rows in zip(docs, vectors, strict=True):
        found = words.setdefault(doc.user_data["language"], [])
        found += [(t.ent_type_, row) for t, row in zip(doc, rows, strict=True) if t.ent_type_]
    draw = random.Random(SEED)
    drawn = [
        (language, label, row)
        for language, found in words.items()
        for label, row in draw.sample(found, min(len(found), MAX_WORDS))
    ]
    if not drawn:
        return None
    languages, types, rows = zip(*drawn, strict=True)
    return same_type_share(np.stack(rows), languages, types)


def main(
    corpus: Path = typer.Argument(..., help="Bitexts, a .spacy file or a folder of them"),
    names: list[str] = typer.Argument(..., help="Encoders and pipelines"),
    limit: int = typer.Option(500, "--limit", min=2, help="Bitexts that are drawn"),
) -> None:
    """Compare what encoders and pipelines make of bitexts."""
    pairs = sample_bitexts(corpus, limit)
    docs = [doc for pair in pairs for doc in pair]
    texts = [doc.text for doc in docs]
    rows = []
    for name in names:
        vectors = encode(name, docs)
        means = np.stack([tokens.mean(axis=0) for tokens in vectors])
        found = retrieve(means[::2], means[1::2], texts[::2], texts[1::2])
        share = same_type(docs, vectors)
        shown = "–" if share is None else f"{share:.1%}"
        rows.append((name, f"{found.forth:.1%}", f"{found.back:.1%}", shown))
    header = ("", "Translations found", "and back", "Entity words of the same type")
    msg.table(rows, header=header, aligns=("l", "r", "r", "r"))
    msg.good(f"{len(pairs)} bitexts of {corpus}")


if __name__ == "__main__":
    typer.run(main)
