"""The layers of small pipelines: shapes, gradients, and the same vectors in any batch."""

import numpy as np
import pytest
import spacy
from spacy.ml.models.tok2vec import MaxoutWindowEncoder
from spacy.tokens import Doc

from spacy_concner.encoding.convolutional.architecture import (
    build_small_tok2vec,
    build_word_piece_embed,
    get_words,
    set_pieces,
)
from spacy_concner.errors import ConcnerError
from tests.encoding.convolutional.words import letter_table

WIDTH = 8


@pytest.fixture
def docs():
    vocab = spacy.blank("xx").vocab
    texts = [["Anna", "lives", "in", "Sofia", "."], [], ["Anna", "Anna", " ", "Ω"]]
    return [Doc(vocab, words=words) for words in texts]


def make(**settings):
    embed = build_word_piece_embed(WIDTH, rows=50, **{"word_dropout": 0.0, **settings})
    get_words(embed).set_table(letter_table())
    encode = MaxoutWindowEncoder(WIDTH, window_size=1, maxout_pieces=2, depth=1)
    return build_small_tok2vec(embed, encode)


@pytest.mark.parametrize("affixes", [([1], [3]), ([], []), ([1, 2, 3], [2, 4])])
def test_shapes(docs, affixes):
    model = make(prefixes=affixes[0], suffixes=affixes[1])
    model.initialize(X=docs)
    assert [vectors.shape for vectors in model.predict(docs)] == [
        (5, WIDTH),
        (0, WIDTH),
        (4, WIDTH),
    ]
    assert [vectors.shape for vectors in model.predict(docs[1:2])] == [(0, WIDTH)]


def test_the_same_in_any_batch(docs):
    model = make()
    model.initialize(X=docs)
    for doc, together in zip(docs, model.predict(docs), strict=True):
        (alone,) = model.predict([doc])
        np.testing.assert_allclose(alone, together, atol=1e-6)


def test_gradients(docs):
    """Of a table and of what mixes, against differences."""
    embed = make().get_ref("embed")
    embed.initialize()
    random = np.random.default_rng(0)
    directions = [random.normal(size=(len(doc), WIDTH)).astype("f4") for doc in docs]

    def loss():
        return sum((v * d).sum() for v, d in zip(embed.predict(docs), directions, strict=True))

    _, backprop = embed.begin_update(docs)
    backprop(directions)
    table = next(node for node in embed.walk() if node.has_param("E"))
    maxout = next(node for node in embed.walk() if node.name == "maxout")
    checked = 0
    for node, name in ((table, "E"), (maxout, "W"), (maxout, "b")):
        gradient, values = node.get_grad(name), node.get_param(name)
        for place in np.argsort(-abs(gradient).ravel())[:5]:
            index = np.unravel_index(place, gradient.shape)
            kept, difference = values[index], 1e-2
            sums = []
            for step in (difference, -difference):
                values[index] = kept + step
                sums.append(loss())
            values[index] = kept
            found = (sums[0] - sums[1]) / (2 * difference)
            assert found == pytest.approx(gradient[index], rel=0.1, abs=0.02), name
            checked += 1
    assert checked == 15


def test_in_training_some_common_words_are_seen_by_their_pieces(docs):
    embed = make(word_dropout=0.5).get_ref("embed")
    embed.initialize()
    seen = {
        tuple(vectors[place].tolist())
        for _ in range(30)
        for vectors in embed.begin_update(docs)[0][:1]
        for place in (1,)
    }
    # "lives" is common.
    assert len(seen) == 2
    assert tuple(embed.predict(docs)[0][1].tolist()) in seen


def test_bytes_hold_the_vectors_of_the_pieces(docs):
    model = make()
    model.initialize(X=docs)
    encode = MaxoutWindowEncoder(WIDTH, window_size=1, maxout_pieces=2, depth=1)
    other = build_small_tok2vec(build_word_piece_embed(WIDTH, rows=50), encode)
    other.from_bytes(model.to_bytes())
    for pair in zip(model.predict(docs), other.predict(docs), strict=True):
        np.testing.assert_array_equal(*pair)


def test_without_vectors_of_pieces(docs):
    model = build_word_piece_embed(WIDTH)
    with pytest.raises(ConcnerError, match="C327"):
        model.initialize(X=docs)


def test_only_such_networks_take_vectors_of_pieces():
    nlp = spacy.blank("xx")
    embed = {"@architectures": "spacy-concner.WordPieceEmbed.v1", "width": WIDTH}
    for name, settings in {
        "sentencizer": {},
        "ner": {},
        "tok2vec": {"model": embed},
    }.items():
        set_pieces(nlp.add_pipe(name, config=settings), letter_table())
    assert get_words(nlp.get_pipe("tok2vec").model).width == letter_table().width
    assert not any(node.shims for node in nlp.get_pipe("ner").model.walk())
