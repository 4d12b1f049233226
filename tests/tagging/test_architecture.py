import numpy as np
import pytest
import spacy
from spacy.tokens import Doc

from spacy_concner.errors import ConcnerError
from spacy_concner.tagging.architecture import TaggerOutput, build_token_tagger
from tests.tiny_pipelines import TINY_TOK2VEC


def build(**settings):
    tok2vec = spacy.registry.resolve({"tok2vec": TINY_TOK2VEC})["tok2vec"]
    return build_token_tagger(tok2vec, nO=3, **settings)


@pytest.fixture
def docs(bitexts):
    empty = Doc(bitexts[0].vocab)
    return [bitexts[0], empty, *bitexts[1:]]


@pytest.mark.parametrize("projection_width", [0, 5])
@pytest.mark.parametrize("pooling", ["mean", "max"])
def test_shapes_and_gradients(docs, pooling, projection_width):
    model = build(pooling=pooling, projection_width=projection_width)
    model.initialize(X=docs)
    output, backprop = model(docs, is_train=True)
    n_tokens = sum(len(doc) for doc in docs)
    width = projection_width or 32
    assert output.logits.shape == (n_tokens, 3)
    assert output.token_vectors.shape == (n_tokens, width)
    assert output.segment_vectors.shape == (8, width)
    backprop(TaggerOutput(output.logits, output.token_vectors, output.segment_vectors))
    grads = [
        np.abs(node.get_grad(name)).sum()
        for node in model.walk()
        for name in node.param_names
        if node.has_grad(name)
    ]
    assert len(grads) > 4 and sum(grads) > 0


def test_gradient_of_the_heads_against_finite_differences(bitexts):
    model = build(projection_width=4)
    model.initialize(X=bitexts)
    head = model.get_ref("token_projection")
    output, backprop = model(bitexts, is_train=True)
    weight = np.random.default_rng(0).normal(size=output.token_vectors.shape).astype("f4")
    zeros = np.zeros_like
    backprop(TaggerOutput(zeros(output.logits), weight, zeros(output.segment_vectors)))
    layer = head.layers[-1]
    gradient = layer.get_grad("W")[0, 0]
    values = []
    for step in (1e-2, -1e-2):
        W = layer.get_param("W").copy()
        W[0, 0] += step
        with model.use_params({(layer.id, "W"): W}):
            values.append(float((model(bitexts, is_train=True)[0].token_vectors * weight).sum()))
    assert gradient == pytest.approx((values[0] - values[1]) / 2e-2, rel=1e-2)


def test_pooling_keeps_segments_apart(bitexts):
    model = build(pooling="mean")
    model.initialize(X=bitexts)
    output = model.predict(bitexts[:1])
    first = bitexts[0].spans["segments"][0]
    expected = output.token_vectors[: len(first)].mean(axis=0)
    np.testing.assert_allclose(output.segment_vectors[0], expected, rtol=1e-5, atol=1e-6)


def test_prediction_leaves_projections_out(bitexts):
    model = build(projection_width=4)
    model.initialize(X=bitexts)
    assert model.predict(bitexts).token_vectors.shape[1] == 32


def test_batch_of_empty_docs(bitexts):
    model = build()
    model.initialize(X=bitexts)
    output, backprop = model([Doc(bitexts[0].vocab)], is_train=True)
    assert output.logits.shape == (0, 3)
    backprop(output)
    assert not any(node.has_grad("W") for node in model.get_ref("output").walk())


@pytest.mark.parametrize("settings", [{"pooling": "median"}, {"projection_width": -1}])
def test_bad_settings(settings):
    with pytest.raises(ConcnerError, match="C001"):
        build(**settings)


def test_registered():
    assert spacy.registry.get("architectures", "spacy-concner.TokenTagger.v1") is build_token_tagger
