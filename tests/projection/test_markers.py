import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_concner.projection.markers import (
    BY_ORDER,
    CROSSED,
    EMPTY_MARKERS,
    EXTRA_MARKER,
    LOST_MARKER,
    NO_MARKERS,
    Marked,
    mark,
    project_markers,
    remove_markers,
)
from spacy_concner.projection.types import LabelledSpan, Lost

PIECE = st.text("aB é.,-'中ש1", max_size=5)
NAME = st.text("abéש中1", min_size=1, max_size=5)


def mark_words(text, *entities):
    spans = []
    for entity, label in entities:
        start = text.index(entity)
        spans.append(LabelledSpan(start, start + len(entity), label))
    return mark(text, spans)


def shown(result):
    text = result.text
    for span in reversed(result.spans):
        text = f"{text[: span.start]}<{text[span.start : span.end]}|{span.label}>{text[span.end :]}"
    return text, list(result.problems)


ANNA = mark_words("Anna lives in Paris.", ("Anna", "PER"), ("Paris", "LOC"))


def test_brackets_follow_the_translation():
    assert ANNA.text == "[ Anna ] lives in [ Paris ]."
    result = project_markers(ANNA, "In [ París ] vive [ Ana ].", ["Ana", "París"])
    assert shown(result) == ("In <París|LOC> vive <Ana|PER>.", [])


@pytest.mark.parametrize(
    "translation",
    ["[Ana] vive en [París].", "［ Ana ］ vive en 【París】.", "[ Ana ]vive en[ París ].",
     "] Ana [ vive en ] París [."],
)  # fmt: skip
def test_mangled_markers_are_known_again(translation):
    result = project_markers(ANNA, translation, ["Ana", "París"])
    assert shown(result) == ("<Ana|PER> vive en <París|LOC>.", [])


@pytest.mark.parametrize(
    "translation, reason",
    [
        ("", LOST_MARKER),
        ("Ana vive en [ París ].", LOST_MARKER),
        ("[ Ana ] [ vive ] en [ París ].", EXTRA_MARKER),
        ("[ [ Ana ] vive en París ].", CROSSED),
        ("[ ] vive en [ París ].", EMPTY_MARKERS),
        ("[ . ] vive en [ París ].", EMPTY_MARKERS),
    ],
)
def test_losses_are_told(translation, reason):
    result = project_markers(ANNA, translation, ["Ana", "París"])
    assert isinstance(result, Lost)
    assert result.reason == reason


def test_punctuation_that_the_entity_lacks_is_left_out():
    result = project_markers(ANNA, "[ Ana, ] vive en [ «París». ]", ["Ana", "París"])
    assert shown(result) == ("<Ana|PER>, vive en «<París|LOC>».", [])


def test_one_label_needs_no_likeness():
    marked = mark_words("Anna and Bob", ("Anna", "PER"), ("Bob", "PER"))
    assert not marked.needs_entities
    assert shown(project_markers(marked, "[ Боб ] и [ Анна ]")) == ("<Боб|PER> и <Анна|PER>", [])


def test_where_nothing_is_alike_order_decides_and_is_told():
    result = project_markers(ANNA, "[ Анна ] в [ Париж ]", ["x", "y"])
    assert shown(result) == ("<Анна|PER> в <Париж|LOC>", [BY_ORDER])


def test_markers_avoid_what_stands_in_the_source():
    marked = mark_words("[1] Anna", ("Anna", "PER"))
    assert marked.text == "[1] { Anna }"
    assert shown(project_markers(marked, "[1] { Ana }"))[0] == "[1] <Ana|PER>"
    assert mark_words("[{(«< Anna", ("Anna", "PER")) == Lost(NO_MARKERS)
    assert mark("[{(«<", []).text == "[{(«<"


def test_adjacent_entities_whole_sentences_and_glued_endings():
    marked = mark_words("ParisAnna", ("Paris", "LOC"), ("Anna", "PER"))
    result = project_markers(marked, marked.text, ["Paris", "Anna"])
    assert shown(result) == ("<Paris|LOC> <Anna|PER>", [])
    whole = mark_words("Anna", ("Anna", "PER"))
    assert shown(project_markers(whole, "[ Ана ]"))[0] == "<Ана|PER>"
    assert shown(project_markers(whole, "[Anna]nak"))[0] == "<Anna|PER>nak"


def test_plain_text_of_a_lost_translation():
    assert remove_markers(ANNA, "[ Ana vive en [ París ] .") == "Ana vive en París ."
    assert remove_markers(mark("[x]", []), "[x]") == "[x]"


@settings(deadline=None)
@given(st.lists(st.tuples(PIECE, NAME, st.sampled_from("AB")), max_size=4), PIECE)
def test_identity_translation_gives_text_and_entities_back(pieces, last):
    text, spans = "", []
    for piece, entity, label in pieces:
        text += piece
        spans.append(LabelledSpan(len(text), len(text) + len(entity), label))
        text += entity
    text += last
    marked = mark(text, spans)
    assert isinstance(marked, Marked)
    result = project_markers(marked, marked.text, marked.surfaces)
    assert "".join(result.text.split()) == "".join(text.split())
    entities = [text[span.start : span.end] for span in spans]
    assert [result.text[span.start : span.end] for span in result.spans] == entities
    assert len(result.spans) == len(spans)
