"""Encodings and line ends."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_concner.corpora import lines as lines_module
from spacy_concner.corpora.lines import read_characters, read_lines
from spacy_concner.corpora.records import InvalidRecord, Place
from spacy_concner.errors import ConcnerError

PLACE = Place("file", 1)


def read(data, encoding=""):
    return [line.read(PLACE) for line in read_lines(BytesIO(data), "file", encoding)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_every_line_end_ends_a_line(end):
    assert read(f"a{end}{end}b{end}".encode()) == ["a", "", "b"]
    assert read(f"a{end}b".encode()) == ["a", "b"]


def test_other_separators_stand_inside_of_lines():
    assert read("a\u2028b\u0085c\x0bd\x0ce\n".encode()) == ["a\u2028b\u0085c\x0bd\x0ce"]


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "cp1251", "utf-8"]
)
def test_encodings(encoding):
    text = "Анна\r\nпее\n"
    marked = encoding in ("utf-8-sig", "utf-16", "utf-32")
    data = text.encode(encoding)
    assert read(data, "" if marked else encoding) == ["Анна", "пее"]
    characters = read_characters(BytesIO(data), "file", "" if marked else encoding)
    assert "".join(characters) == text


@pytest.mark.parametrize(
    "encoding, named", [("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be")]
)
def test_utf16_without_a_mark_is_told(encoding, named):
    with pytest.raises(ConcnerError, match=f"C146.*UTF-16.*--encoding {named}"):
        read("Anna sings.\nPaul reads.\n".encode(encoding))


def test_one_nul_breaks_one_line():
    first, second = read_lines(BytesIO(b"good line\nbad\0line with more text\n"), "file")
    assert first.read(PLACE) == "good line"
    with pytest.raises(InvalidRecord, match="C146"):
        second.read(PLACE)


def test_other_encodings_are_told_without_advice_that_makes_garbage():
    with pytest.raises(InvalidRecord, match="C105.*UTF-8, byte 2.*0xfc.*--encoding") as caught:
        read("München\n".encode("latin-1"))
    assert "--skip-invalid" not in str(caught.value)
    assert read("München\n".encode("latin-1"), "latin-1") == ["München"]


def test_cut_utf16_is_told():
    with pytest.raises(ConcnerError, match="C105.*UTF-16"):
        read("Anna".encode("utf-16") + b"\x00")


@given(st.text(st.sampled_from("ab\r\n"), max_size=30), st.integers(1, 5))
def test_chunks_do_not_matter(text, size):
    whole = read(text.encode())
    default, lines_module.CHUNK = lines_module.CHUNK, size
    try:
        assert read(text.encode()) == whole
    finally:
        lines_module.CHUNK = default
