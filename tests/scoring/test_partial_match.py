from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_concner.scoring.partial_match import STRATEGIES, MatchCounts, count_matches, sum_matches


@dataclass(frozen=True)
class Entity:
    start: int
    end: int
    label: str


GOLD = Entity(2, 4, "PER")
# The scenarios I to VI of SemEval-2013 task 9.1 as nervaluate's documentation lists them.
SCENARIOS = {
    "same": ([GOLD], [GOLD], "correct correct correct correct"),
    "spurious": ([], [GOLD], "spurious spurious spurious spurious"),
    "missed": ([GOLD], [], "missed missed missed missed"),
    "wrong type": ([GOLD], [Entity(2, 4, "ORG")], "incorrect correct correct incorrect"),
    "wrong boundary": ([GOLD], [Entity(1, 4, "PER")], "incorrect incorrect partial correct"),
    "both wrong": ([GOLD], [Entity(1, 4, "ORG")], "incorrect incorrect partial incorrect"),
}
SPANS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 3), st.sampled_from(["PER", "LOC"])), max_size=6
)


def lay_out(parts) -> list[Entity]:
    """Put entities one after another, with gaps."""
    spans, position = [], 0
    for gap, size, label in parts:
        spans.append(Entity(position + gap, position + gap + size, label))
        position += gap + size
    return spans


@pytest.mark.parametrize("name", SCENARIOS)
def test_published_scenarios(name):
    gold, predicted, expected = SCENARIOS[name]
    for strategy, outcome in zip(STRATEGIES, expected.split(), strict=True):
        assert count_matches(gold, predicted, strategy) == MatchCounts(**{outcome: 1})


@settings(max_examples=200, deadline=None)
@given(SPANS, SPANS)
def test_agrees_with_nervaluate(gold, predicted):
    evaluator = pytest.importorskip("nervaluate", exc_type=ImportError)
    gold, predicted = lay_out(gold), lay_out(predicted)
    documents = [
        [[{"label": s.label, "start": s.start, "end": s.end - 1} for s in spans]]
        for spans in (gold, predicted)
    ]
    scored = evaluator.Evaluator(*documents, tags=["PER", "LOC"], loader="dict").evaluate()
    results = scored["overall"]
    for strategy in STRATEGIES:
        theirs = results["ent_type" if strategy == "type" else strategy]
        ours = count_matches(gold, predicted, strategy)
        for name in ("correct", "incorrect", "partial", "missed", "spurious"):
            assert getattr(ours, name) == getattr(theirs, name), (strategy, name)
        found = (ours.precision, ours.recall, ours.f_score)
        assert found == pytest.approx((theirs.precision, theirs.recall, theirs.f1))


@given(SPANS, SPANS)
def test_every_entity_is_counted_once(gold, predicted):
    gold, predicted = lay_out(gold), lay_out(predicted)
    for strategy in STRATEGIES:
        counts = count_matches(gold, predicted, strategy)
        met = counts.correct + counts.incorrect + counts.partial
        assert met + counts.missed == len(gold)
        assert met + counts.spurious == len(predicted)
        assert count_matches(gold, gold, strategy) == MatchCounts(correct=len(gold))


def test_documents_add_up():
    pairs = [([GOLD], [GOLD]), ([GOLD], [Entity(1, 4, "PER")])]
    counts = sum_matches(pairs, "partial")
    assert counts == MatchCounts(correct=1, partial=1)
    assert counts.precision == counts.recall == counts.f_score == 0.75
    assert MatchCounts().f_score == 0.0
