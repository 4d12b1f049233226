import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.scorer import PRFScore

from spacy_concner.pages.report.figures import (
    INVENTED,
    MISSED,
    OUTCOMES,
    RIGHT,
    WRONG_BOTH,
    WRONG_BOUNDS,
    WRONG_TYPE,
    Estimate,
    Rates,
    count_outcomes,
    difference,
    entity_length,
    entity_type,
    estimate,
    measure_trust,
    outcome,
    rates,
    score_groups,
    script_of,
    sentence_length,
)
from spacy_concner.pages.report.results import ScoredSentence
from spacy_concner.scoring.matches import Comparison, EntitySpan, sum_counts

LENGTH = 12
LABELS = ["PER", "LOC"]


def span(start: int, end: int, label: str = "PER", score: float | None = None) -> EntitySpan:
    return EntitySpan(start, end, label, f"w{start}", score)


def comparison(gold, predicted) -> Comparison:
    return Comparison("", tuple(gold), tuple(predicted))


def sentence(found: Comparison, n_words: int = LENGTH) -> ScoredSentence:
    offsets = tuple((3 * i, 3 * i + 2) for i in range(n_words))
    return ScoredSentence("w0 " * n_words, 0, offsets, found)


@st.composite
def entities(draw):
    bounds = sorted(draw(st.sets(st.integers(0, LENGTH), max_size=8)))
    pairs = zip(bounds[::2], bounds[1::2], strict=False)
    return [span(start, end, draw(st.sampled_from(LABELS))) for start, end in pairs]


COMPARISONS = st.lists(st.builds(comparison, entities(), entities()), max_size=5)


@given(COMPARISONS)
def test_groups_add_up_to_the_whole(found):
    for group in (entity_type, entity_length, sentence_length):
        scores = score_groups(map(sentence, found), group).values()
        total = [sum(getattr(s, name) for s in scores) for name in ("tp", "fp", "fn")]
        assert tuple(total) == sum_counts(found)


@given(COMPARISONS)
def test_each_prediction_has_one_outcome(found):
    counts = count_outcomes(found)
    right, wrong, missed = sum_counts(found)
    assert counts[RIGHT] == right
    assert counts.total() - counts[RIGHT] - counts[MISSED] == wrong
    assert counts[MISSED] <= missed and set(counts) <= set(OUTCOMES)


def test_outcomes_by_what_is_met():
    gold = [span(0, 2), span(4, 6)]
    expected = {
        RIGHT: span(0, 2),
        WRONG_TYPE: span(0, 2, "LOC"),
        WRONG_BOUNDS: span(4, 5),
        WRONG_BOTH: span(5, 7, "LOC"),
        INVENTED: span(8, 9),
    }
    for name, predicted in expected.items():
        assert outcome(predicted, comparison(gold, [predicted])) == name


def test_figures_and_their_intervals():
    found = [comparison([span(0, 1)], [span(0, 1)])] * 30
    found += [comparison([span(0, 1)], [span(2, 3)])] * 10
    scores = estimate(found)
    for figure in (scores.precision, scores.recall, scores.f_score):
        assert figure.value == pytest.approx(0.75)
        assert 0.55 < figure.low < 0.75 < figure.high < 0.95
    empty = estimate([comparison([], [])])
    assert (empty.precision.value, empty.recall.value, empty.f_score.value) == (None, None, None)


def test_what_cannot_be_counted_has_no_rate():
    assert rates(PRFScore(fn=1)) == Rates(None, 0, 0)
    assert rates(PRFScore(fp=1)) == Rates(0, None, 0)


def test_the_difference_is_paired():
    rng = np.random.default_rng(0)
    worse = [
        comparison([span(0, 1)], [span(0, 1)] if right else []) for right in rng.random(200) < 0.5
    ]
    better = [*worse[:-20], *[comparison([span(0, 1)], [span(0, 1)])] * 20]
    gain = difference(worse, better)
    assert gain is not None and gain.value is not None
    assert 0 < gain.low < gain.value < gain.high < 0.15
    assert difference(worse, worse) == Estimate(0.0, 0.0, 0.0)
    assert difference(worse, worse[1:]) is None


def test_trust_needs_probabilities():
    assert measure_trust([comparison([], [span(0, 1)])]) is None
    trust = measure_trust(
        [comparison([span(0, 1)], [span(0, 1, score=0.8), span(2, 3, score=0.8)])]
    )
    assert trust is not None and trust.n == 2
    assert trust.ece == pytest.approx(0.3) and trust.brier == pytest.approx((0.04 + 0.64) / 2)


@pytest.mark.parametrize(
    "text, script",
    [
        ("Анна Берг", "Cyrillic"),
        ("Anna-Marié 2", "Latin"),
        ("東京", "Cjk"),
        ("Anna Берг", "mixed"),
        ("1945", "no letters"),
    ],
)
def test_scripts(text, script):
    assert script_of(text) == script
