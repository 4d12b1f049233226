from hypothesis import given

from spacy_concner.pages.report.outcomes import (
    INVENTED,
    MISSED,
    OUTCOMES,
    RIGHT,
    WRONG_BOTH,
    WRONG_BOUNDS,
    WRONG_TYPE,
    count_outcomes,
    outcome,
)
from spacy_concner.scoring.matches import sum_counts

from .comparisons import COMPARISONS, comparison, span


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
