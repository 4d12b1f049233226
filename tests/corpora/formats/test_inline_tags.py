"""Sentences a line, tags after a bar."""

from spacy_concner.corpora.formats.inline_tags import read_inline_tags

from .reading import by_lines, refusal, sentences


def inline(content, **settings):
    return by_lines(read_inline_tags, "file.iob", content, settings)


def test_tokens_with_their_tags():
    expected = [(["Anna", "sings"], ["B-PER", "O"]), (["Sofia"], ["B-LOC"])]
    assert sentences(inline("Anna|B-PER sings|O\n\nSofia|B-LOC\n")) == expected
    assert sentences(inline("Anna|NNP|I-PER sings|VBZ|O\n", scheme="iob1")) == expected[:1]
    assert inline("Anna|B-PER\n", unlabelled=True)[0].tags is None


def test_broken_lines_are_told():
    one, two, three = inline("Anna|B-PER sings\nAnna|X sings|O\nBerg|I-PER\n")
    assert [refusal(item) for item in (one, two, three)] == [("C107", 1), ("C109", 2), ("C110", 3)]


def test_document_marks_are_no_sentences():
    text = "-DOCSTART-|O\n\nAnna|B-PER\n-DOCSTART-|-X-|O\nof|O -DOCSTART-|O\n"
    assert [record.words for record in inline(text)] == [["Anna"], ["of", "-DOCSTART-"]]
