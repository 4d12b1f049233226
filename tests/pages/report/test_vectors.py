import numpy as np
import pytest
import spacy

from spacy_concner.errors import ConcnerError
from spacy_concner.pages.report.bitexts import (
    encoder_vectors,
    pipeline_vectors,
    sample_bitexts,
)
from spacy_concner.pages.report.vectors import draw_vectors, project, retrieve, same_type_share
from tests.conftest import write_corpus


def test_projection_keeps_the_two_widest_directions():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(200, 5)) * [9, 4, 0.1, 0.1, 0.1] + 7
    points, explained = project(vectors)
    assert explained > 0.99
    centred = vectors - vectors.mean(axis=0)
    for column in range(2):
        assert abs(np.corrcoef(points[:, column], centred[:, column])[0, 1]) > 0.99
    points, explained = project(np.ones((3, 4)))
    assert points.tolist() == [[0, 0]] * 3 and explained == 0


def test_retrieval_counts_nearest_translations():
    source = np.eye(4)
    target = np.eye(4)[[0, 1, 3, 2]]
    texts = ["a", "b", "c", "d"]
    assert retrieve(source, source, texts, texts) == (1.0, 1.0)
    assert retrieve(source, target, texts, texts) == (0.5, 0.5)
    # The same sentence twice: each translation is right for both.
    assert retrieve(source, target, ["a", "b", "c", "c"], texts) == (1.0, 1.0)


def test_same_type_looks_at_other_languages_only():
    vectors = np.array([[1, 0], [1, 0], [0, 1], [0.6, 0.8]])
    kinds = [("en", "PER"), ("en", "LOC"), ("bg", "LOC"), ("bg", "PER")]
    assert same_type_share(vectors, kinds) == 0.5
    assert same_type_share(vectors[:2], kinds[:2]) is None


def test_a_draw_keeps_the_order_and_the_limit(paths):
    every = sample_bitexts(paths["bitexts"], 10)
    assert len(every) == 4 and [s.language for s in every[0]] == ["en", "bg"]
    assert every[0][1].text == "Ана Берг живее в София ."
    assert every[0][0].types == ("PER", "PER", "", "", "LOC", "")
    some = sample_bitexts(paths["bitexts"], 3)
    assert len(some) == 3 and [b for b in every if b in some] == some


def test_too_few_bitexts(tmp_path, sentences):
    path = write_corpus(sentences, tmp_path / "plain.spacy")
    with pytest.raises(ConcnerError, match="C526"):
        sample_bitexts(path, 10)


def test_pipelines_and_encoders_give_a_picture(paths, encoder_folder):
    bitexts = sample_bitexts(paths["bitexts"], 10)
    nlp = spacy.load(paths["pipeline"])
    for encode in (pipeline_vectors(nlp, progress=False), encoder_vectors(str(encoder_folder))):
        picture = draw_vectors("name", bitexts, encode)
        assert picture.sentences.points.shape == (8, 2)
        assert picture.sentences.pairs.tolist() == [[0, 1], [2, 3], [4, 5], [6, 7]]
        assert picture.tokens is not None and len(picture.tokens.points) == 18
        (retrieval,) = picture.retrieval
        assert (retrieval.source, retrieval.target, retrieval.n) == ("en", "bg", 4)
        assert 0 <= min(retrieval.forth, retrieval.back) and picture.same_type is not None


def test_vectors_do_not_depend_on_the_order(paths):
    segments = [segment for bitext in sample_bitexts(paths["bitexts"], 10) for segment in bitext]
    encode = pipeline_vectors(spacy.load(paths["pipeline"]), progress=False)
    sentences, tokens = encode(segments)
    turned, turned_tokens = encode(segments[::-1])
    np.testing.assert_allclose(sentences, turned[::-1], rtol=1e-5, atol=1e-6)
    assert [len(t) for t in tokens] == [len(s.words) for s in segments]
    np.testing.assert_allclose(tokens[0], turned_tokens[-1], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(sentences[0], tokens[0].mean(axis=0), rtol=1e-4, atol=1e-5)
