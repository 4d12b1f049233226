"""CoNLL files."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_concner.corpora.formats import conll as conll_format
from spacy_concner.corpora.records import InvalidRecord, Rejected, TokenRecord

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


def test_comments_stand_before_sentences_and_fit_no_columns():
    text = (
        "#\thttp://x.example/a [2009]\n1\tDer\tO\tO\n2\tFC\tB-ORG\tO\n\n"
        "#\tz.B. x [2009]\n1\tAnna\tB-PER\tO\n"
    )
    expected = [(["Der", "FC"], ["O", "B-ORG"]), (["Anna"], ["B-PER"])]
    assert sentences(conll(text, token_column=1, label_column=2)) == expected
    expected = [(["#", "god"], ["O", "B-CW"]), (["anna"], ["B-PER"])]
    assert sentences(conll("# _ _ O\ngod _ _ B-CW\n\nanna _ _ B-PER\n")) == expected
    text = "# id 1-a domain=en\nanna _ _ B-PER\n\n\n# id 2-b domain=en\nsofia _ _ B-LOC\n"
    assert sentences(conll(text)) == [(["anna"], ["B-PER"]), (["sofia"], ["B-LOC"])]


@pytest.mark.parametrize("line", ["#sofia LOC-B", "#sofia S-LOC", "# LOC-B"])
def test_tokens_with_a_number_sign_are_never_lost(line):
    text = f"Anna B-PER\nlikes O\n{line}\nrocks O\n"
    assert refusal(conll(text)[0]) == ("C109", 3)
    assert len(conll(text, unlabelled=True)[0].words) == 4


@pytest.mark.parametrize(
    "numbers",
    [
        [["1", "2", "3"]],
        [["0", "1"], ["0"]],
        [["1"]],
        [["1", "2"], ["3", "4"]],
        [["1-1", "1-2"], ["2-1"]],
        [["w1", "w2"], ["w1"]],
        [["s1_t1"], ["s2_t1", "s2_t2"]],
        [["1", "2"], ["1-2", "1", "2"]],
        [["17", "18", "19"], ["20"]],
        [["1", "2", "4"], *[["1", "2"]] * 9, ["what"]],
    ],
)
def test_numbers_of_tokens_are_no_tokens(numbers):
    blocks = ["".join(f"{number}\tAnna\tO\n" for number in block) for block in numbers]
    with pytest.raises(InvalidRecord, match="C150.* line 1:.*--token-column, such as 1"):
        conll("\n".join(blocks))
    with pytest.raises(InvalidRecord, match="C150"):
        conll("\n".join(blocks).replace("\tO", ""), unlabelled=True)
    records = conll("\n".join(blocks), token_column=1)
    assert all(set(record.words) == {"Anna"} for record in records)


@pytest.mark.parametrize(
    "blocks",
    [
        ["1 CD O\n2 CD O\n3 CD O\n", "Anna NNP O\n"],
        ["1 O\n2 O\n3 O\n"],
        ["B52 NNP B-X\n"],
        ["3 CD O\n2 CD O\n1 CD O\n"],
    ],
)
def test_numbers_may_be_tokens(blocks):
    records = conll("\n".join(blocks))
    assert [len(record.words) for record in records] == [block.count("\n") for block in blocks]


@pytest.mark.parametrize(
    "scheme, tags",
    [
        ("bmes", "B-PER M-PER E-PER O S-LOC"),
        ("bmewo", "B-PER M-PER E-PER O W-LOC"),
        ("io", "PER PER PER O LOC"),
    ],
)
def test_other_schemes(scheme, tags):
    text = "".join(f"w\t{tag}\n" for tag in tags.split())
    assert conll(text, scheme=scheme)[0].tags == "B-PER I-PER I-PER O B-LOC".split()
    (broken,) = conll(text)
    assert refusal(broken)[0] == "C109" and "--scheme" in str(broken.error)


@pytest.mark.parametrize("tag", ["PER-B", "B_PER", "ner=O", "Anna", "foo"])
def test_no_scheme_is_advised_that_would_take_anything_for_a_type(tag):
    (broken,) = conll(f"w\t{tag}\n")
    assert refusal(broken)[0] == "C109" and "may be one of" not in str(broken.error)


@pytest.mark.parametrize("tag", ["0", "o", "_", "-", "B-PER", "I-95"])
def test_what_is_no_type_is_no_plain_type(tag):
    assert refusal(conll(f"w\t{tag}\n", scheme="io")[0]) == ("C109", 1)


def test_types_may_have_any_name():
    types = ["B-CELL", "I-95", "O", "U-2", "a/b", "long name", "x" * 200]
    text = "".join(f"w\tB-{name}\nw\tI-{name}\n" for name in types)
    assert conll(text)[0].tags == [f"{p}-{name}" for name in types for p in "BI"]
    alone = "".join(f"w\tU-{name}\n" for name in types)
    assert conll(alone, scheme="bilou")[0].tags == [f"B-{name}" for name in types]


def test_white_space_is_a_token_but_no_padding():
    for text in (
        "Anna B-PER\n\u00a0 I-PER\nBerg I-PER\n",
        "Anna\tB-PER\n\u00a0\tI-PER\nBerg \tI-PER\n",
    ):
        assert conll(text)[0].words == ["Anna", "\u00a0", "Berg"]
    assert refusal(conll("Anna\tO\n  \tO\n")[0]) == ("C108", 2)
    assert refusal(conll("\u00a0\tO\n\u2003\tO\n")[0]) == ("C116", 1)


def test_prefixes_are_taken_off():
    text = "en:Anna\tB-PER\nen:12:30\tO\n"
    assert conll(text, strip_prefix="en:")[0].words == ["Anna", "12:30"]
    assert refusal(conll("en:\tO\n", strip_prefix="en:")[0]) == ("C108", 1)


@pytest.mark.parametrize("end", ["\r", "\r\n", "\r\r\n"])
def test_line_ends_of_other_systems(end):
    text = "Anna\tB-PER\nsings\tO\n\nSofia\tB-LOC\n".replace("\n", end)
    assert sentences(conll(text)) == [(["Anna", "sings"], ["B-PER", "O"]), (["Sofia"], ["B-LOC"])]


def test_multiword_tokens_are_read_as_their_words():
    text = "1-2\tdon't\t_\n1\tdo\tO\n2\tnot\tO\n2.1\tx\t_\n3\tAnna\tB-PER\n"
    (record,) = conll(text, token_column=1)
    assert (record.words, record.tags) == (["do", "not", "Anna"], ["O", "O", "B-PER"])
    (broken,) = conll(text.replace("_", "B-PER", 1), token_column=1)
    assert refusal(broken) == ("C164", 1)
    assert conll("1-2\tO\n1\tO\n")[0].words == ["1-2", "1"]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0c"])
def test_line_ends_that_are_none_are_told(separator):
    for text in (f"Anna\tB-PER{separator}sings\tO\n", f"Anna B-PER{separator}sings O\n"):
        assert refusal(conll(text)[0]) == ("C165", 1)
    assert refusal(conll(f"Anna{separator}sings\n", unlabelled=True)[0]) == ("C165", 1)
    assert conll(f"Anna\tO\n{separator}\tO\n")[0].words == ["Anna", separator]


@pytest.mark.parametrize(
    "line, told, settings",
    [
        ("Anna Berg sings\tB-PER I-PER O", "a row of several tags", {}),
        ("Anna Berg sings\tPER PER O", "a row of several tags", {"scheme": "io"}),
        ("It rains\tO O", "a row of several tags", {"scheme": "io"}),
        ("Anna\tB-PER|B-ORG", "holds several tags", {}),
        ("Anna\tB-PER,B-ORG", "holds several tags", {}),
        ("Anna\tU-PER;U-ORG", "holds several tags", {"scheme": "bilou"}),
        ("Anna\tB-PER;", "ends in ';'", {}),
    ],
)
def test_a_tag_that_is_several_is_no_type(line, told, settings):
    (broken,) = conll(f"{line}\n", **settings)
    assert refusal(broken) == ("C169", 1) and told in str(broken.error)


def test_types_may_hold_blanks_and_delimiters():
    types = ["O positive", "creative work", "a|b", "a,b", "R&B-band", "a/L-x"]
    text = "".join(f"w x\tB-{name}\n" for name in types)
    assert conll(text)[0].tags == [f"B-{name}" for name in types]


def test_a_wrong_scheme_is_named_and_nothing_skipped():
    (broken,) = conll("Anna\tB-PER\nBerg\tE-PER\n")
    told = str(broken.error)
    assert refusal(broken) == ("C109", 2) and "--scheme bilou" in told
    assert "--skip-invalid" not in told and "--skip-invalid" in str(conll("w\tx\n")[0].error)


def test_a_word_may_begin_like_a_document_mark():
    text = "a\tO\n-DOCSTART-ing\tO\n-DOCSTART-(2)\tO\nb\tO\n"
    assert [record.words for record in conll(text)] == [["a", "-DOCSTART-ing"], ["b"]]
