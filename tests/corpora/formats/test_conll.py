"""CoNLL files."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_concner.corpora.formats import conll as conll_format
from spacy_concner.corpora.records import Rejected, TokenRecord

from .reading import conll, refusal, sentences

PIECES = [
    b"a",
    b"#",
    b"\t",
    b" ",
    b"\n",
    b"\r",
    b"O",
    b"B-X",
    b"I-X",
    b"L-X",
    b"-",
    b"\xff",
    b"\xc3",
]


def test_conll_reads_sentences_between_blank_lines():
    records = conll("Anna\tB-PER\nSmith\tI-PER\nslept\tO\n\n\nSofia\tB-LOC\n")
    assert sentences(records) == [
        (["Anna", "Smith", "slept"], ["B-PER", "I-PER", "O"]),
        (["Sofia"], ["B-LOC"]),
    ]
    assert [str(record.place) for record in records] == ["file.tsv, line 1", "file.tsv, line 6"]


def test_conll_skips_document_marks_comments_and_byte_order_mark():
    text = "\ufeff-DOCSTART- -X- O O\n\n# id = 1\n# text = Anna\nAnna\tB-PER\n-DOCSTART-\tO\nx\tO\n"
    assert sentences(conll(text)) == [(["Anna"], ["B-PER"]), (["x"], ["O"])]


def test_conll_keeps_number_signs_that_are_tokens():
    assert sentences(conll("#\tO\n1\tO\n")) == [(["#", "1"], ["O", "O"])]
    assert sentences(conll("# O\n1 O\n\n# a comment here\n#sofia B-LOC\n")) == [
        (["#", "1"], ["O", "O"]),
        (["#sofia"], ["B-LOC"]),
    ]


def test_conll_takes_spaces_and_windows_line_ends():
    text = "Anna NNP  B-NP B-PER\r\nslept VBD B-VP O\r\n\r\n"
    assert sentences(conll(text)) == [(["Anna", "slept"], ["B-PER", "O"])]


def test_conll_reads_chosen_columns():
    text = "1\tAnna\tB-PER\t_\n2\tslept\tO\t_\n"
    expected = [(["Anna", "slept"], ["B-PER", "O"])]
    assert sentences(conll(text, token_column=1, label_column=2)) == expected
    assert sentences(conll(text, token_column=-3, label_column=-2)) == expected


def test_conll_unlabelled_needs_no_tags():
    assert sentences(conll("Anna\nslept\n", unlabelled=True)) == [(["Anna", "slept"], None)]
    assert sentences(conll("Anna\tnonsense\n", unlabelled=True)) == [(["Anna"], None)]


@pytest.mark.parametrize(
    "text, code, line",
    [
        ("a\tO\nb\tI-PER\n", "C110", 2),
        ("a\tI-PER\n", "C110", 1),
        ("a\tB-LOC\nb\tI-PER\n", "C110", 2),
        ("a\tX-PER\n", "C109", 1),
        ("a\tB-\n", "C109", 1),
        ("a\t-\n", "C109", 1),
        ("a\to\n", "C109", 1),
        ("a\tO\nb\n", "C107", 2),
        ("a\tO\nb\tc\tO\n", "C107", 2),
        ("a\n", "C107", 1),
        ("a\tO\n\tO\n", "C108", 2),
        (b"a\tO\nM\xfcnchen\tO\n", "C105", 2),
    ],
)
def test_conll_rejects_the_whole_broken_sentence(text, code, line):
    data = text if isinstance(text, bytes) else text.encode("utf8")
    broken, good = conll(data + b"\ngood\tO\n")
    assert refusal(broken) == (code, line)
    assert good.words == ["good"]


def test_conll_entities_end_with_the_sentence():
    first, second = conll("a\tB-PER\n\nb\tI-PER\n")
    assert first.tags == ["B-PER"]
    assert refusal(second) == ("C110", 3)


def test_conll_rejects_a_sentence_whose_columns_differ_from_the_file():
    first, second, third = conll("a\tO\n\nb\tc\tO\n\nd\tO\n")
    assert refusal(second) == ("C107", 3)
    assert sentences([first, third]) == [(["a"], ["O"]), (["d"], ["O"])]


def test_conll_counts_columns_by_good_sentences_only():
    first, second = conll("a\tx\tO\nb\tO\n\nc\tO\n")
    assert refusal(first) == ("C107", 2)
    assert second.words == ["c"]


def test_conll_names_the_bad_byte_and_keeps_the_raw_lines():
    (item,) = conll(b"a\tO\nM\xfcnchen\tO\n")
    assert "byte 2 of it is 0xfc" in str(item.error)
    assert item.raw == "a\tO\nM\\xfcnchen\tO"


def test_conll_without_blank_lines_is_one_rejected_sentence(monkeypatch):
    monkeypatch.setattr(conll_format, "MAX_TOKENS", 5)
    first, second = conll("a\tO\n" * 6 + "\n" + "a\tO\n" * 5)
    assert refusal(first) == ("C111", 1)
    assert len(second.words) == 5


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60), st.sampled_from(["iob2", "iob1", "bilou"]))
def test_conll_never_fails_on_bytes(pieces, scheme):
    for item in conll(b"".join(pieces), scheme=scheme):
        assert isinstance(item, TokenRecord | Rejected)


@pytest.mark.parametrize(
    "scheme, tags, expected",
    [
        ("iob1", "I-PER I-PER O I-LOC", "B-PER I-PER O B-LOC"),
        ("iob1", "I-PER B-PER I-LOC", "B-PER B-PER B-LOC"),
        ("bilou", "B-PER I-PER L-PER U-LOC O", "B-PER I-PER I-PER B-LOC O"),
        ("bilou", "B-PER E-PER S-LOC O", "B-PER I-PER B-LOC O"),
        ("iob2", "B-PER B-PER I-PER", "B-PER B-PER I-PER"),
    ],
)
def test_schemes_become_iob2(scheme, tags, expected):
    text = "".join(f"w\t{tag}\n" for tag in tags.split())
    assert conll(text, scheme=scheme)[0].tags == expected.split()


@pytest.mark.parametrize(
    "tags, line",
    [("B-PER O", 2), ("L-PER", 1), ("B-PER L-LOC", 2), ("U-PER I-PER", 2), ("B-PER", 1)],
)
def test_broken_bilou_is_rejected(tags, line):
    text = "".join(f"w\t{tag}\n" for tag in tags.split())
    assert refusal(conll(text, scheme="bilou")[0]) == ("C110", line)


def test_wrong_order_of_tags_names_the_other_schemes():
    (broken,) = conll("a\tI-PER\n")
    assert "--scheme iob1 or bilou" in str(broken.error)
