import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_concner.projection.alignment import (
    CONTESTED,
    DETACHED,
    FOUND_BY_SPELLING,
    UNALIGNED,
    project_spans,
)
from spacy_concner.projection.types import LabelledSpan


def project(source, target, links, *spans, **settings):
    """Project spans such as (0, 2, "PER"); give entities as words, and problems."""
    words = target.split()
    found = project_spans(
        [LabelledSpan(*span) for span in spans], links, source.split(), words, **settings
    )
    entities = [(" ".join(words[span.start : span.end]), span.label) for span in found.spans]
    return entities, found.problems


def test_entities_follow_their_links_to_a_new_order():
    entities, problems = project(
        "Anna lives in New York",
        "In New York wohnt Anna",
        [(0, 4), (1, 3), (2, 0), (3, 1), (4, 2)],
        (0, 1, "PER"),
        (3, 5, "LOC"),
    )
    assert entities == [("New York", "LOC"), ("Anna", "PER")]
    assert problems == []


def test_gaps_are_filled_and_words_may_split():
    source, target = "European Union law", "Recht der Union von Europa heute"
    entities, problems = project(source, target, [(0, 4), (1, 2), (2, 0)], (0, 2, "ORG"))
    assert entities == [("Union von Europa", "ORG")]
    assert problems == []


def test_detached_words_are_left_out():
    source, target = "Red Cross helps", "Rotes Kreuz hilft schon lange den Roten"
    links = [(0, 0), (1, 1), (0, 6), (2, 2)]
    assert project(source, target, links, (0, 2, "ORG")) == ([("Rotes Kreuz", "ORG")], [DETACHED])


def test_gap_of_a_word_of_another_is_no_gap():
    source, target = "Anna Berg and Paul", "Anna Paulchen Berg und"
    links = [(0, 0), (1, 2), (2, 3), (3, 1)]
    entities, problems = project(source, target, links, (0, 2, "PER"), (3, 4, "PER"))
    assert ("Paulchen", "PER") in entities
    assert len(entities) == 2
    assert problems == [DETACHED]


def test_commas_part_unless_the_entity_has_one():
    links = [(0, 0), (1, 2), (2, 3)]
    assert project("Rio Club sings", "Rio , Club singt", links, (0, 2, "ORG"))[1] == [DETACHED]
    links = [(0, 0), (1, 1), (2, 2)]
    entities, _ = project("Acme , Inc.", "Acme , GmbH", links, (0, 3, "ORG"))
    assert entities == [("Acme , GmbH", "ORG")]


def test_articles_and_punctuation_at_the_ends_go():
    links = [(0, 1), (0, 0), (1, 2), (1, 3)]
    assert project("United Nations", "die Vereinten Nationen .", links, (0, 2, "ORG"))[0] == [
        ("Vereinten Nationen", "ORG")
    ]
    links = [(0, 0), (1, 1), (2, 2)]
    assert project('" Hair "', "„ Haar “", links, (0, 3, "WORK"))[0] == [("„ Haar “", "WORK")]


def test_adjacent_entities_share_no_word():
    source, target = "Paris Anna", "Paris Anna"
    links = [(0, 0), (0, 1), (1, 1)]
    entities, problems = project(source, target, links, (0, 1, "LOC"), (1, 2, "PER"))
    assert len(entities) == len({text for text, _ in entities})
    assert CONTESTED in problems


def test_unaligned_entity_is_found_by_its_spelling():
    entities, problems = project("Angela Müller", "gestern ANGELA MULLER hier", [], (0, 2, "PER"))
    assert entities == [("ANGELA MULLER", "PER")]
    assert problems == [FOUND_BY_SPELLING]


def test_unaligned_entity_is_told():
    spans = [LabelledSpan(0, 1, "PER"), LabelledSpan(1, 2, "LOC")]
    found = project_spans(spans, [(1, 0)], ["Anna", "Sofia"], ["София", "зове"])
    assert found.spans == [LabelledSpan(0, 1, "LOC")]
    assert found.unaligned == [spans[0]]
    assert found.problems == [UNALIGNED]


def test_whole_sentence_and_empty_target():
    assert project("Anna", "Анна", [(0, 0)], (0, 1, "PER"))[0] == [("Анна", "PER")]
    assert project("Anna", "", [], (0, 1, "PER")) == ([], [UNALIGNED])


@pytest.mark.parametrize("text", ["東 京 タ ワ ー", "ב ר ל י ן"])
def test_single_characters_of_other_scripts_are_words(text):
    n = len(text.split())
    links = [(0, j) for j in range(n)]
    assert project("Tower", f"{text} x", links, (0, 1, "LOC"))[0] == [(text, "LOC")]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), unique=True),
    st.lists(st.sampled_from([",", "der", "Anna", "-", "x", "Paris"]), min_size=8, max_size=8),
    st.lists(st.sampled_from([",", "the", "Anna", "-", "x", "Paris"]), min_size=8, max_size=8),
)
def test_no_entity_is_lost_without_a_word_and_none_overlap(links, target, source):
    spans = [LabelledSpan(0, 2, "A"), LabelledSpan(2, 3, "B"), LabelledSpan(5, 8, "C")]
    found = project_spans(spans, links, source, target)
    assert len(found.spans) + len(found.unaligned) == 3
    assert bool(found.unaligned) == (UNALIGNED in found.problems)
    places = [place for span in found.spans for place in range(span.start, span.end)]
    assert len(places) == len(set(places))
    assert all(0 <= span.start < span.end <= 8 for span in found.spans)
