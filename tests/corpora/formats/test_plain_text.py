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
