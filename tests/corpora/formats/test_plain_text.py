"""Plain text."""

from .reading import refusal, text


def test_text_reads_a_sentence_a_line():
    records = text("\ufeffAnna slept.\r\n \n\n Sofia\u2028woke. \n")
    assert [(r.text, r.spans, r.place.line) for r in records] == [
        ("Anna slept.", None, 1),
        ("Sofia\u2028woke.", None, 4),
    ]


def test_text_rejects_the_bad_line_only():
    first, second = text(b"\xe9t\xe9\n" + "été\n".encode())
    assert refusal(first) == ("C105", 1)
    assert second.text == "été"


def test_a_file_of_one_line_that_other_line_ends_part_is_told():
    (item,) = text("Anna sings.\u2028Paul reads.\u2028")
    assert refusal(item) == ("C165", 1)
    assert len(text("Anna sings.\u2028Paul reads.\nMore.\n")) == 2
