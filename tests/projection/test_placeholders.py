import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spacy_concner.projection.placeholders import (
    DOUBLE_PLACEHOLDER,
    EXTRA_PLACEHOLDER,
    LOST_PLACEHOLDER,
    mask,
    project,
    restore,
    tidy_entity,
)
from spacy_concner.projection.types import LabelledSpan, Lost, Projection

ALPHABET = st.sampled_from(list("aPERXLOC019 .-('") + ["PER0", "LOC1", "Per 0", "０", "é", "中"])
PIECE = st.lists(ALPHABET, max_size=6).map("".join)
LABEL = st.sampled_from(["PER", "LOC", "ORG", "WORK_OF_ART", "G", "лицо", "per"])


@st.composite
def labelled_texts(draw):
    """Pieces of text with an entity after each but the last."""
    text = draw(PIECE)
    spans = []
    for _ in range(draw(st.integers(0, 12))):
        entity = draw(PIECE.filter(bool))
        spans.append(LabelledSpan(len(text), len(text) + len(entity), draw(LABEL)))
        text += entity + draw(PIECE)
    return text, spans


def mask_words(text, *entities):
    spans = []
    for entity, label in entities:
        start = text.index(entity)
        spans.append(LabelledSpan(start, start + len(entity), label))
    return mask(text, spans)


def marked(projection):
    assert isinstance(projection, Projection)
    text = projection.text
    for span in reversed(projection.spans):
        entity = text[span.start : span.end]
        text = f"{text[: span.start]}[{entity}|{span.label}]{text[span.end :]}"
    return text


@settings(deadline=None)
@given(labelled_texts())
@example(("PER0", [LabelledSpan(0, 4, "PER")]))
@example(("Boeing 747", [LabelledSpan(0, 7, "ORG")]))
def test_identity_translation_gives_text_and_spans_back(labelled):
    text, spans = labelled
    masked = mask(text, spans)
    result = project(masked, masked.text, masked.surfaces)
    assert isinstance(result, Projection)
    # A space may stand between an entity and a digit that was glued to it.
    assert result.text.replace(" ", "") == text.replace(" ", "")
    assert [span.label for span in result.spans] == [span.label for span in spans]
    found = [result.text[span.start : span.end] for span in result.spans]
    assert found == [text[span.start : span.end] for span in spans]
    if not any(text[span.end : span.end + 1].isdecimal() for span in spans):
        assert result == Projection(text, spans)


def test_labels_follow_a_new_word_order():
    masked = mask_words("Anna lives in Paris.", ("Anna", "PER"), ("Paris", "LOC"))
    assert masked.text == "PER0 lives in LOC1."
    result = project(masked, "In LOC1 wohnt PER0.", ["Anna", "Paris an der Seine"])
    assert marked(result) == "In [Paris an der Seine|LOC] wohnt [Anna|PER]."


def test_adjacent_entities_and_whole_sentences():
    masked = mask_words("Paris Saint-Germain", ("Paris", "LOC"), ("Saint-Germain", "LOC"))
    assert masked.text == "LOC0 LOC1"
    assert not masked.has_context
    assert marked(project(masked, "LOC0LOC1", ["A", "B"])) == "[A|LOC][B|LOC]"
    whole = mask_words("Anna", ("Anna", "PER"))
    assert marked(project(whole, whole.text, ["Ana"])) == "[Ana|PER]"


def test_more_than_ten_entities_keep_their_numbers():
    text = " und ".join("abcdefghijkl")
    spans = [LabelledSpan(i, i + 1, "PER") for i in range(0, len(text), 6)]
    masked = mask(text, spans)
    answer = " ".join(reversed(masked.placeholders))
    result = project(masked, answer, masked.surfaces)
    assert result.text == "l k j i h g f e d c b a"


@pytest.mark.parametrize(
    "mangled", ["per0", "Per0", "PER 0", "PER-0", "Per - 0", "PER０", "ＰＥＲ０", "PER٠", "pEr_0"]
)
def test_mangled_placeholders_are_known_again(mangled):
    masked = mask_words("Anna sleeps.", ("Anna", "PER"))
    assert marked(project(masked, f"({mangled}) schläft.", ["Anna"])) == "([Anna|PER]) schläft."


@pytest.mark.parametrize("glued", ["«PER0»", "PER0's", "PER0-ban", "PER0ban", "在PER0的", "d'PER0"])
def test_what_is_glued_to_a_placeholder_stays(glued):
    masked = mask_words("in Anna", ("Anna", "PER"))
    result = project(masked, glued, ["X"])
    assert result.text == glued.replace("PER0", "X")
    assert [result.text[span.start : span.end] for span in result.spans] == ["X"]


@pytest.mark.parametrize(
    "translation, reason, detail",
    [
        ("schläft in LOC1", LOST_PLACEHOLDER, "PER0"),
        ("PER0 schläft in LOC", LOST_PLACEHOLDER, "LOC1"),
        ("PER0 schläft in LOC10", LOST_PLACEHOLDER, "LOC1"),
        ("PER0, PER0 schläft in LOC1", DOUBLE_PLACEHOLDER, "PER0"),
        ("PER0, Per 0 schläft in LOC1", DOUBLE_PLACEHOLDER, "PER0"),
        ("per 0, Per-0 schläft in LOC1", DOUBLE_PLACEHOLDER, "PER0"),
        ("PER0 und PER7 schlafen in LOC1", EXTRA_PLACEHOLDER, "PER7"),
        ("PER0 schläft in LOC1 und LOC0", EXTRA_PLACEHOLDER, "LOC0"),
    ],
)
def test_losses_are_told(translation, reason, detail):
    masked = mask_words("Anna sleeps in Paris", ("Anna", "PER"), ("Paris", "LOC"))
    assert project(masked, translation, ["Anna", "Paris"]) == Lost(reason, detail)


def test_language_that_looks_like_a_placeholder_is_left_alone():
    masked = mask_words("Anna rose by 0 for 5 years", ("Anna", "PER"))
    result = project(masked, "PER0 sale per 0 per 5 anni", ["Anna"])
    assert marked(result) == "[Anna|PER] sale per 0 per 5 anni"


def test_placeholders_avoid_what_stands_in_the_source():
    masked = mask_words("PER0 and per 1 met Anna", ("Anna", "PER"))
    assert masked.text == "PER0 and per 1 met PERX0"
    assert marked(project(masked, masked.text, ["Anna"])) == "PER0 and per 1 met [Anna|PER]"


def test_labels_without_latin_letters_have_placeholders():
    masked = mask_words("Anna", ("Anna", "лицо"))
    assert re.fullmatch("[A-Z]+0", masked.text)
    assert marked(project(masked, masked.text, ["Anna"])) == "[Anna|лицо]"


@pytest.mark.parametrize(
    "translation, text",
    [
        ("schläft in LOC1", "schläft in Paris"),
        ("PER0 und Per 0 in LOC1 LOC7", "Anna und Anna in Paris"),
        ("PER0 in LOC1", "Anna in Paris"),
    ],
)
def test_restored_text_holds_no_placeholder(translation, text):
    masked = mask_words("Anna sleeps in Paris", ("Anna", "PER"), ("Paris", "LOC"))
    assert restore(masked, translation, ["Anna", "Paris"]) == text


@pytest.mark.parametrize(
    "source, translation, tidied",
    [
        ("Vienna", "Wien.", "Wien"),
        ("Vienna", "„Wien“", "Wien"),
        ("Vienna", '"Wien', "Wien"),
        ('"Weird Al"', "„Al“", "„Al“"),
        ("Vienna", "Wien (Österreich)", "Wien"),
        ("Vienna", "Wien (in", "Wien"),
        ("Vienna", "das Vienna", "Vienna"),
        ("Vienna", "...", "Vienna"),
        ("Vienna", "(Wien)", "Vienna"),
        ("Acme Inc.", "Acme AG.", "Acme AG."),
        ("Mercury (planet)", "Merkur (Planet)", "Merkur (Planet)"),
        ("'Hair'", "'Haar'", "'Haar'"),
        ("Duchy of Gaeta", "O Ducado de Gaeta", "Ducado de Gaeta"),
        ("The Hague", "Den Haag", "Den Haag"),
        ("At the Bottom", "No fundo", "No fundo"),
    ],
)
def test_additions_to_entities_are_taken_back(source, translation, tidied):
    assert tidy_entity(source, translation) == tidied


@pytest.mark.parametrize("label", ["PRODUCT", "WORK_OF_ART", "MISC", "NAME", "лицо"])
def test_placeholders_do_not_hold_the_word_that_a_label_is(label):
    masked = mask_words("Anna likes iPods in Paris", ("Anna", "PER"), ("iPods", label))
    assert masked.text == "PER0 likes XYZ1 in Paris"
    assert marked(project(masked, masked.text, masked.surfaces)) == (
        f"[Anna|PER] likes [iPods|{label}] in Paris"
    )
    assert mask("iPods", [LabelledSpan(0, 5, label)], "PER").text == "PER0"
