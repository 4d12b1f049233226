"""Vectors of word pieces out of a shipped encoder, and their file."""

from itertools import combinations

import numpy as np
import pytest
import spacy

from spacy_concner.encoding.compact.architecture import get_engine
from spacy_concner.encoding.convolutional.piece_table import (
    create_load_pieces,
    make_piece_table,
    principal_components,
    read_piece_table,
    write_piece_table,
)
from spacy_concner.errors import ConcnerError
from spacy_concner.shipping.small import find_compact_encoder
from tests.encoding.convolutional.words import letter_table


def test_principal_components_keep_distances_and_put_the_largest_first():
    random = np.random.default_rng(0)
    vectors = random.normal(size=(50, 6)) * [1, 5, 2, 0.1, 3, 1] + 7
    found = principal_components(vectors, 6)
    distances = [np.linalg.norm(rows[:, None] - rows, axis=2) for rows in (vectors, found)]
    np.testing.assert_allclose(*distances, atol=1e-9)
    assert (np.diff(found.var(axis=0)) <= 0).all()
    assert principal_components(vectors, 2).shape == (50, 2)


@pytest.mark.slow
def test_pieces_and_words_have_the_vectors_that_the_encoder_gives_them_alone(shipped_folder):
    encoder = find_compact_encoder(spacy.load(shipped_folder))
    engine = get_engine(encoder)
    weights = engine.weights
    table = make_piece_table(encoder, ["Anna", "Sofia", "zzzzqqqq", "lives"], weights.width)
    assert table.pieces.shape == (engine.tokenizer.get_vocab_size(), weights.width)
    assert np.concatenate([table.pieces, table.word_vectors]).std() * table.scales.max() > 0
    ids = [[5], [17], [40]]
    ours = [table.pieces[piece] * table.scales for (piece,) in ids]
    for word, vector in zip(table.words, table.word_vectors, strict=True):
        ids.append(engine.tokenizer.encode(word, add_special_tokens=False).ids)
        assert len(ids[-1]) > 1
        ours.append(vector * table.scales)
    alone = []
    for pieces in ids:
        row = np.array([[*weights.prefix, *pieces, *weights.suffix]], dtype="i4")
        vectors = engine.encode(row, np.array([row.shape[1]], dtype="i4"))
        first = len(weights.prefix)
        alone.append(vectors[0, first : first + len(pieces)].mean(axis=0))
    distances = [
        np.array([np.linalg.norm(a - b) for a, b in combinations(vectors, 2)])
        for vectors in (ours, alone)
    ]
    # Up to the scale that they share, and 8 bits.
    np.testing.assert_allclose(*[found / found[0] for found in distances], rtol=0.05)


def test_file(tmp_path):
    table, path = letter_table(), tmp_path / "pieces"
    write_piece_table(table, path)
    read = read_piece_table(path)
    assert read.tokenizer == table.tokenizer
    assert read.words == table.words
    for name in ("pieces", "word_vectors", "scales"):
        np.testing.assert_array_equal(getattr(read, name), getattr(table, name))
    nlp = spacy.blank("xx")
    assert create_load_pieces(path)(nlp) is create_load_pieces(None)(nlp) is nlp
    path.write_bytes(b"\xc1")
    for broken in (path, tmp_path / "none"):
        with pytest.raises(ConcnerError, match="C328"):
            create_load_pieces(broken)(nlp)
