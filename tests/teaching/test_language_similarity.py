import numpy as np
import pytest
import srsly

from spacy_concner.arrays import softmax
from spacy_concner.errors import ConcnerError
from spacy_concner.teaching.language_similarity import (
    LanguageSimilarity,
    cosine_similarity,
    learn_similarity,
)

MEASURES = pytest.mark.parametrize("measure", [cosine_similarity, learn_similarity])
NAMES = ["en", "de", "pt"]


def sentences(name: str, n: int, seed: int = 0, noise: float = 0.5) -> np.ndarray:
    """Give sentence vectors of a language: one direction of its own, one that all share."""
    random = np.random.default_rng([seed, NAMES.index(name)])
    rows = np.zeros((n, 24))
    rows[:, NAMES.index(name)] = 1
    rows[:, 10] = 9
    return rows + noise * random.normal(size=rows.shape)


@pytest.fixture(scope="module")
def sources():
    return {name: sentences(name, n) for name, n in zip(NAMES, (300, 120, 60), strict=True)}


@MEASURES
@pytest.mark.parametrize("language", NAMES)
def test_finds_the_language_that_the_target_was_made_from(measure, language, sources):
    found = measure(sources)
    weights = found.weights(sentences(language, 200, seed=1))
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    assert NAMES[weights.mean(axis=0).argmax()] == language
    assert found.accuracy > 0.7


def test_a_mixture_weighs_its_parts(sources):
    target = np.concatenate([sentences("de", 150, seed=2), sentences("pt", 50, seed=2)])
    weights = learn_similarity(sources).weights(target).mean(axis=0)
    assert weights[1] > weights[2] > weights[0]


def test_learning_tells_languages_apart_better_than_cosines(sources):
    noisy = {name: sentences(name, 300, noise=1.0) for name in NAMES}
    assert learn_similarity(noisy).accuracy > cosine_similarity(noisy).accuracy


def test_weights_are_softmax_of_scores_over_their_variance(sources):
    found = learn_similarity(sources, epochs=2)
    rows = np.concatenate(list(sources.values()))
    scores = found.scores(rows)
    assert found.temperature == pytest.approx(scores.var())
    np.testing.assert_allclose(found.weights(rows), softmax(scores / scores.var()))
    texts = (rows - found.center) / found.scale @ found.text_weights.T + found.text_bias
    languages = found.languages @ found.language_weights.T + found.language_bias
    np.testing.assert_allclose(scores, texts @ languages.T)


@MEASURES
def test_round_trip_and_repeatable(measure, sources, tmp_path):
    found = measure(sources)
    srsly.write_json(tmp_path / "similarity.json", found.to_json())
    again = LanguageSimilarity.from_json(srsly.read_json(tmp_path / "similarity.json"))
    rows = sentences("de", 20, seed=3)
    np.testing.assert_allclose(again.weights(rows), found.weights(rows), atol=1e-4)
    np.testing.assert_array_equal(measure(sources).weights(rows), found.weights(rows))


@MEASURES
def test_one_language_or_one_without_text(measure, sources):
    with pytest.raises(ConcnerError, match="C415.*en"):
        measure({"en": sources["en"]})
    with pytest.raises(ConcnerError, match="C415.*without text: de\\."):
        measure({"en": sources["en"], "de": np.zeros((0, 24))})
