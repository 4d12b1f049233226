"""Spans that prove themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_concner.corpora.records import InvalidRecord, Place
from spacy_concner.corpora.spans import RawSpan, check_spans

PLACE = Place("file", 1)
TEXT = "😀 Éva met Ödön."


def counted(word, offsets):
    """Give a span of the text as another tool counts it."""
    start = TEXT.index(word)
    end = start + len(word)
    if offsets == "inclusive":
        return RawSpan(start, end - 1, "PER", word)
    encoding, size = {"utf16": ("utf-16-le", 2), "bytes": ("utf8", 1)}.get(
        offsets, ("utf-32-le", 4)
    )
    start, end = (len(TEXT[:at].encode(encoding)) // size for at in (start, end))
    return RawSpan(start, end, "PER", word)


@pytest.mark.parametrize("offsets", ["characters", "utf16", "bytes", "inclusive"])
def test_every_way_to_count_is_read_and_recognised(offsets):
    spans = [counted(word, offsets) for word in ("Ödön", "Éva")]
    found = check_spans(spans, TEXT, PLACE, offsets)
    assert [TEXT[span.start : span.end] for span in found] == ["Éva", "Ödön"]
    for other in {"characters", "utf16", "bytes", "inclusive"} - {offsets}:
        with pytest.raises(InvalidRecord, match="C117|C118|C147|C148") as caught:
            check_spans(spans, TEXT, PLACE, other)
        if caught.value.code == "C147":
            assert f"--offsets {offsets}" in str(caught.value)


@pytest.mark.parametrize(
    "span, offsets, code",
    [
        (RawSpan(1, 3, "X"), "utf16", "C148"),
        (RawSpan(0, 2, "X"), "bytes", "C148"),
        (RawSpan(0, 99, "X"), "utf16", "C117"),
        (RawSpan(3, 2, "X"), "inclusive", "C118"),
        (RawSpan(2, 5, "X", "Ed"), "characters", "C147"),
    ],
)
def test_what_cannot_be_is_told(span, offsets, code):
    with pytest.raises(InvalidRecord, match=code):
        check_spans([span], TEXT, PLACE, offsets)


def test_white_space_of_the_own_text_may_be_written_otherwise():
    text = "Anna\nBerg sang"
    for told in ("Anna Berg", "Anna\\nBerg", "Anna\n Berg"):
        assert check_spans([RawSpan(0, 9, "PER", told)], text, PLACE) == [(0, 9, "PER")]


@given(st.text(min_size=1, max_size=8), st.data())
def test_utf16_and_bytes_mean_the_same_characters(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    for offsets, encoding, size in (("utf16", "utf-16-le", 2), ("bytes", "utf8", 1)):
        first, last = (len(text[:at].encode(encoding)) // size for at in (start, end))
        found = check_spans([RawSpan(first, last, "X")], text, PLACE, offsets)
        assert found == [(start, end, "X")]


def test_an_offset_that_is_one_off_fits_no_other_way_to_count():
    with pytest.raises(InvalidRecord, match="C147") as caught:
        check_spans([RawSpan(4, 8, "PER", "Anna")], "Yes.\nAnna sings", PLACE)
    assert "--offsets" not in str(caught.value)
