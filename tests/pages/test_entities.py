"""Entities marked in a text."""

import pytest

from spacy_concner.pages.entities import (
    EntityMarker,
    MarkedEntity,
    choose_colours,
    text_direction,
)
from tests.pages.html import Page

EVIL = "<b>x</b>"


def test_entities_are_marked_and_the_rest_is_text():
    text = f"Anna Berg\nlives {EVIL} in Sofia"
    entities = [
        MarkedEntity(0, 9, "PER", 0.875, focus=True),
        MarkedEntity(text.index(EVIL), text.index(EVIL) + len(EVIL), EVIL),
        MarkedEntity(text.index("Sofia"), len(text), "LOC"),
    ]
    html = EntityMarker({"PER", "LOC", EVIL}).mark(text, entities, "ltr")
    page = Page(html)
    assert page.find("b") == [] and len(page.find("br")) == 1
    assert page.marked == ["Anna Berg", EVIL, "Sofia"]
    assert page.within("bdi") == ["PER 0.88", EVIL, "LOC"]
    assert [attrs["class"] for attrs in page.find("mark")] == ["entity focus", "entity", "entity"]
    assert len({attrs["style"] for attrs in page.find("mark")}) == 3
    # The label stays with the end of the name.
    assert "Anna Berg\xa0<bdi>PER" in html


@pytest.mark.parametrize(
    "name, tail",
    [
        ("Indische Weltraumforschungsorganisation", "tion"),
        ("<b>" * 5, "><b>"),
        ("กรุงเทพมหานครอมรรตนโกสินทร์", "นทร์"),
        ("\N{COMBINING ACUTE ACCENT}" * 6, "\N{COMBINING ACUTE ACCENT}" * 6),
        ("e\N{COMBINING ACUTE ACCENT}" * 10, "e\N{COMBINING ACUTE ACCENT}" * 2),
    ],
)
def test_a_label_keeps_the_end_of_a_word_that_may_be_longer_than_a_line(name, tail):
    html = EntityMarker({"ORG"}).mark(name, [MarkedEntity(0, len(name), "ORG")], "ltr")
    page = Page(html)
    (kept,) = page.within("span")
    assert kept == tail
    assert page.marked == [name] and page.find("span") == [{"class": "tail"}]


def test_an_entity_in_another_is_left_out():
    entities = [MarkedEntity(0, 9, "PER"), MarkedEntity(5, 9, "LOC"), MarkedEntity(9, 12, "ORG")]
    page = Page(EntityMarker({"PER", "LOC", "ORG"}).mark("Anna Berg UN", entities, "rtl"))
    assert page.within("bdi") == ["PER", "ORG"]
    assert "direction: rtl" in page.find("div")[0]["style"]


def test_types_get_colours_of_their_own():
    colours = choose_colours(["PER", "ORG", "DRUG", "GENE", "misc"])
    assert set(colours) == {"PER", "DRUG", "GENE", "misc"}
    assert len(set(colours.values())) == 4


@pytest.mark.parametrize(
    "code, direction",
    [
        ("he", "rtl"),
        ("ar-EG", "rtl"),
        ("fa", "rtl"),
        ("en", "ltr"),
        ("ks-Deva", "ltr"),
        ("az-Arab", "rtl"),
        ("pa_Arab_PK", "rtl"),
        ("?", "ltr"),
    ],
)
def test_directions(code, direction):
    assert text_direction(code) == direction
