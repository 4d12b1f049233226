import numpy as np
import pytest
import spacy
from spacy.tokens import Doc

from spacy_concner.errors import ConcnerError
from spacy_concner.teaching.similarity_vectors import compress, predict_vectors, random_projection
from tests.sentences import SENTENCES, as_example, labelled_doc
from tests.tiny_pipelines import TINY_TOK2VEC


@pytest.fixture(scope="module")
def evaluator():
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("xx")
    model = {
        "@architectures": "spacy-concner.TokenVectors.v1",
        "width": 0,
        "tok2vec": TINY_TOK2VEC,
    }
    nlp.add_pipe("concner_evaluator", config={"model": model})
    nlp.initialize(lambda: [as_example(labelled_doc(nlp.vocab, *pair)) for pair in SENTENCES])
    return nlp


@pytest.fixture
def docs():
    vocab = spacy.blank("xx").vocab
    found = [Doc(vocab, words=words) for words, _ in SENTENCES]
    return [found[0], Doc(vocab), *found[1:]]


@pytest.mark.parametrize("width, columns", [(100, 32), (32, 32), (8, 8)])
def test_vectors_of_each_doc_in_order(evaluator, docs, width, columns):
    found = predict_vectors(evaluator, docs, batch_size=2, width=width)
    assert [vectors.shape for vectors in found] == [(len(doc), columns) for doc in docs]
    assert all(vectors.dtype == np.float16 for vectors in found)
    rows = np.concatenate(found).astype("f4")
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=2e-3)
    alone = predict_vectors(evaluator, docs[2:3], width=width)[0]
    np.testing.assert_allclose(alone, found[2], atol=2e-3)
    assert not any(doc.tensor.size for doc in docs)


def test_vectors_of_full_width_keep_cosines(evaluator, docs):
    found = predict_vectors(evaluator, docs[:1], width=32)[0].astype("f4")
    doc = evaluator(Doc(evaluator.vocab, words=SENTENCES[0][0]))
    unit = doc.tensor / np.linalg.norm(doc.tensor, axis=1, keepdims=True)
    np.testing.assert_allclose(found @ found.T, unit @ unit.T, atol=2e-3)


def test_projection_nearly_keeps_cosines():
    vectors = np.random.default_rng(1).standard_normal((200, 384)).astype("f4")
    vectors[100:] = vectors[:100] + 0.3 * vectors[100:]
    found = compress(vectors, 64).astype("f4")
    unit = compress(vectors, 384).astype("f4")
    error = found @ found.T - unit @ unit.T
    assert np.abs(np.diag(error[:100, 100:])).max() < 0.1
    assert np.sqrt((error**2).mean()) < 1 / np.sqrt(64)


def test_projection_is_orthonormal_and_fixed():
    projection = random_projection(96, 16)
    np.testing.assert_allclose(projection.T @ projection, np.eye(16), atol=1e-5)
    random_projection.cache_clear()
    np.testing.assert_array_equal(random_projection(96, 16), projection)


def test_zero_vectors_stay_zero():
    assert not compress(np.zeros((2, 8), dtype="f4"), 4).any()


def test_no_docs(evaluator):
    assert predict_vectors(evaluator, []) == []


def test_bad_width(evaluator, docs):
    with pytest.raises(ConcnerError, match="C442.*0"):
        predict_vectors(evaluator, docs, width=0)


def test_pipeline_without_evaluator(docs):
    with pytest.raises(ConcnerError, match="C510"):
        predict_vectors(spacy.blank("xx"), docs)


def test_vectors_that_are_no_numbers(evaluator, docs, monkeypatch):
    component = evaluator.get_pipe("concner_evaluator")
    broken = [np.full((len(doc), 4), np.nan, dtype="f4") for doc in docs]
    monkeypatch.setattr(component, "predict", lambda batch: [broken[0]] * len(batch))
    with pytest.raises(ConcnerError, match="C443.*Anna"):
        predict_vectors(evaluator, docs[:1])
