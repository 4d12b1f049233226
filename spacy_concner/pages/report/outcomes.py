"""What becomes of entities: right, or in which way a mistake (pure)."""

from collections import Counter
from collections.abc import Iterable

from ...scoring.matches import Comparison, EntitySpan

RIGHT, MISSED = "right", "missed"
WRONG_TYPE, WRONG_BOUNDS, WRONG_BOTH, INVENTED = (
    "wrong type",
    "wrong boundaries",
    "wrong type and boundaries",
    "not an entity",
)
OUTCOMES = (RIGHT, WRONG_TYPE, WRONG_BOUNDS, WRONG_BOTH, INVENTED, MISSED)


def count_outcomes(comparisons: Iterable[Comparison]) -> Counter[str]:
    """Count what became of entities: right, or in which way a mistake.

    comparisons (Iterable[Comparison]): Sentences.
    RETURNS (Counter[str]): Predicted entities by outcome, and gold entities that no
        predicted one overlaps as "missed".
    """
    counts: Counter[str] = Counter()
    for comparison in comparisons:
        counts.update(outcome(span, comparison) for span in comparison.predicted)
        counts[MISSED] += sum(
            not any(_overlap(span, other) for other in comparison.predicted)
            for span in comparison.gold
        )
    return counts


def outcome(span: EntitySpan, comparison: Comparison) -> str:
    """Tell what a predicted entity is.

    span (EntitySpan): A predicted entity.
    comparison (Comparison): Its sentence.
    RETURNS (str): One of `OUTCOMES`.
    """
    met = [gold for gold in comparison.gold if _overlap(span, gold)]
    if any(gold.key == span.key for gold in met):
        return RIGHT
    if any((gold.start, gold.end) == (span.start, span.end) for gold in met):
        return WRONG_TYPE
    if any(gold.label == span.label for gold in met):
        return WRONG_BOUNDS
    return WRONG_BOTH if met else INVENTED


def _overlap(a: EntitySpan, b: EntitySpan) -> bool:
    return a.start < b.end and b.start < a.end
