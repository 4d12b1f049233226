from hypothesis import given

from spacy_concner.pages.report.groups import (
    GROUPINGS,
    Grouping,
    bar_table,
    entity_script,
    entity_type,
    score_groups,
)
from spacy_concner.scoring.matches import sum_counts

from .comparisons import COMPARISONS, comparison, sentence, span


@given(COMPARISONS)
def test_groups_add_up_to_the_whole(found):
    for grouping in GROUPINGS:
        scores = score_groups(map(sentence, found), grouping.group).values()
        total = [sum(getattr(s, name) for s in scores) for name in ("tp", "fp", "fn")]
        assert tuple(total) == sum_counts(found)


def test_the_largest_groups_come_first_and_small_ones_are_told():
    person, place = span(0, 1), span(2, 3, "LOC")
    found = [sentence(comparison([person], [person]))] * 10 + [sentence(comparison([place], []))]
    nothing = [sentence(comparison([person], []))] * 10
    table = bar_table(Grouping("Type", entity_type), [found, nothing])
    assert [(row.name, row.n_gold, row.is_few) for row in table.rows] == [
        ("PER", 10, False),
        ("LOC", 1, True),
    ]
    assert [row.n_found for row in table.rows] == [[10, 0], [0, 0]]
    assert [rates.f_score for rates in table.rows[0].rates] == [1, 0]
    assert [rates.f_score for rates in table.rows[1].rates] == [0, None]
    ordered = bar_table(Grouping("Type", entity_type, ("LOC", "PER", "ORG")), [found])
    assert [row.name for row in ordered.rows] == ["LOC", "PER"]
    assert bar_table(Grouping("Script", entity_script), [found]).rows[0].name == "Latin"
