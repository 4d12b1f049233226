"""Networks that multiply by numpy give what those give that multiply by BLIS."""

import numpy as np
import spacy
from spacy.ml.models import build_hash_embed_cnn_tok2vec
from thinc.api import NumpyOps

from spacy_concner.encoding.convolutional.products import use_numpy_products
from tests.sentences import SENTENCES, labelled_doc
from tests.tiny_pipelines import TINY_TOK2VEC


def test_the_same_by_numpy():
    vocab = spacy.blank("xx").vocab
    docs = [labelled_doc(vocab, words, tags) for words, tags in SENTENCES]
    settings = {key: value for key, value in TINY_TOK2VEC.items() if not key.startswith("@")}
    model = build_hash_embed_cnn_tok2vec(**settings)
    model.initialize(X=docs)
    before = model.predict(docs)
    use_numpy_products(model)
    assert {(type(node.ops), node.ops.use_blis) for node in model.walk()} == {(NumpyOps, False)}
    for pair in zip(before, model.predict(docs), strict=True):
        np.testing.assert_allclose(*pair, atol=1e-4)
