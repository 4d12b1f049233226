import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_concner.corpora.formats import conll as conll_format
from spacy_concner.corpora.formats.conll import read_conll
from spacy_concner.corpora.formats.plain_text import read_text
from spacy_concner.corpora.formats.text_and_spans import read_jsonl
from spacy_concner.corpora.records import (
    BitextRecord,
    Rejected,
    Skipped,
    TextRecord,
    TokenRecord,
    detect_format,
)
from spacy_concner.errors import ConcnerError


def lines(text):
    data = text if isinstance(text, bytes) else text.encode("utf8")
    return data.splitlines(keepends=True)


def conll(text, **settings):
    return list(read_conll(lines(text), "file.tsv", **settings))


def jsonl(*objects, **settings):
    text = "\n".join(o if isinstance(o, str) else json.dumps(o) for o in objects)
    return list(read_jsonl(lines(text), "file.jsonl", **settings))


def sentences(records):
    return [(record.words, record.tags) for record in records]


def refusal(item):
    assert isinstance(item, Rejected)
    assert str(item.error).startswith(f"[{item.error.code}] {item.error.place}")
    return item.error.code, item.error.place.line


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
    assert "byte 2 of the line is 0xfc" in str(item.error)
    assert item.raw == "a\tO\nM\\xfcnchen\tO"


def test_conll_without_blank_lines_is_one_rejected_sentence(monkeypatch):
    monkeypatch.setattr(conll_format, "MAX_TOKENS", 5)
    first, second = conll("a\tO\n" * 6 + "\n" + "a\tO\n" * 5)
    assert refusal(first) == ("C111", 1)
    assert len(second.words) == 5


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


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60), st.sampled_from(["iob2", "iob1", "bilou"]))
def test_conll_never_fails_on_bytes(pieces, scheme):
    for item in conll(b"".join(pieces), scheme=scheme):
        assert isinstance(item, TokenRecord | Rejected)


def test_text_reads_a_sentence_a_line():
    records = list(read_text(lines("\ufeffAnna slept.\r\n \n\n Sofia\u2028woke. \n"), "file.txt"))
    assert [(r.text, r.spans, r.place.line) for r in records] == [
        ("Anna slept.", None, 1),
        ("Sofia\u2028woke.", None, 4),
    ]


def test_text_rejects_the_bad_line_only():
    first, second = read_text([b"\xe9t\xe9\n", "été\n".encode()], "file.txt")
    assert refusal(first) == ("C105", 1)
    assert second.text == "été"


@pytest.mark.parametrize(
    "annotation",
    [
        {"spans": [
            {"start": 14, "end": 19, "label": "LOC"},
            {"start": 0, "end": 4, "label": "PER"},
        ]},
        {"entities": [[0, 4, "PER"], [14, 19, "LOC"]]},
        {"label": [[0, 4, "PER"], [14, 19, "LOC"]]},
        {"labels": [[0, 4, "PER"], [14, 19, "LOC"]]},
        {"spans": [[0, 4, "PER"], [14, 19, "LOC"]], "answer": "accept"},
        {"entities": [
            {"id": 1, "start_offset": 0, "end_offset": 4, "label": "PER"},
            {"id": 2, "start_offset": 14, "end_offset": 19, "label": "LOC"},
        ]},
    ],
)  # fmt: skip
def test_jsonl_reads_every_form_of_spans(annotation):
    (record,) = jsonl({"text": "Anna lives in Sofia.", **annotation})
    assert record.spans == [(0, 4, "PER"), (14, 19, "LOC")]


def test_jsonl_tells_missing_annotation_from_none():
    records = jsonl({"text": "a"}, {"text": "a", "spans": None}, "", {"text": "a", "spans": []})
    assert [record.spans for record in records] == [None, None, []]
    (record,) = jsonl({"text": "a", "spans": [[0, 1, "X"]]}, unlabelled=True)
    assert record.spans is None


def test_jsonl_reads_bitexts():
    english = {"lang": "en", "text": "Anna", "spans": [[0, 4, "PER"]]}
    (record,) = jsonl({"segments": [english, {"lang": "bg", "text": "Анна"}]})
    assert isinstance(record, BitextRecord)
    assert [(language, s.text, s.spans) for language, s in record.segments] == [
        ("en", "Anna", [(0, 4, "PER")]),
        ("bg", "Анна", None),
    ]


def spans(*items):
    return {"text": "Anna lives", "spans": list(items)}


def span(start, end, label="PER"):
    return {"start": start, "end": end, "label": label}


@pytest.mark.parametrize(
    "data, code",
    [
        ("{", "C113"),
        ("[" * 100_000, "C113"),
        ("[1]", "C115"),
        ({"words": ["a"]}, "C114"),
        ({"text": 1}, "C115"),
        ({"text": "  "}, "C116"),
        ({"text": "a", "spans": {}}, "C115"),
        ({"text": "a", "spans": [], "entities": []}, "C115"),
        ({"text": "a", "label": "sports"}, "C115"),
        (spans(3), "C115"),
        (spans([0, 4]), "C115"),
        (spans([0, 4, None]), "C115"),
        (spans({"start": 0, "end": 4}), "C114"),
        (spans({"end": 4, "label": "PER"}), "C114"),
        (spans(span("0", 4)), "C115"),
        (spans(span(True, 4)), "C115"),
        (spans(span(0, 4.0)), "C115"),
        (spans(span(0, 4, "")), "C116"),
        (spans(span(0, 99)), "C117"),
        (spans(span(-1, 4)), "C117"),
        (spans(span(4, 4)), "C118"),
        (spans(span(4, 0)), "C118"),
        (spans(span(0, 4), span(3, 10)), "C119"),
        (spans(span(0, 4), span(0, 4)), "C119"),
        ({"segments": [{"lang": "en", "text": "a"}]}, "C121"),
        ({"segments": []}, "C121"),
        ({"segments": "a"}, "C115"),
        ({"segments": ["a", "b"]}, "C115"),
        ({"segments": [{"text": "a"}, {"lang": "en", "text": "a"}]}, "C114"),
        ({"segments": [{"lang": "en", "text": ""}, {"lang": "bg", "text": "a"}]}, "C116"),
        ('{"text": "a\\ud800"}', "C122"),
    ],
)
def test_jsonl_rejects_broken_objects(data, code):
    good, broken, after = jsonl({"text": "first"}, data, {"text": "last"})
    assert refusal(broken) == (code, 2)
    assert (good.text, after.text) == ("first", "last")


@pytest.mark.parametrize(
    "annotation",
    [
        {"ents": [[0, 4, "PER"]]},
        {"Spans": [{"from": 0, "to": 4}]},
        {"ner": "PER"},
        {"annotations": []},
        {"marks": [[0, 4, "PER", "Anna"]]},
        {"marks": [{"start": 0, "end": 4, "type": "PER"}]},
        {"result": [{"value": {"start": 0, "end": 4, "labels": ["PER"]}}]},
        {"spans": [], "marks": [[0, 4, "PER"]]},
        {"tokens": ["Anna", "lives"], "tags": ["B-PER", "O"]},
    ],
)
def test_jsonl_spans_under_an_unknown_key_are_never_lost(annotation):
    (broken,) = jsonl({"text": "Anna lives", **annotation})
    assert refusal(broken) == ("C135", 1)
    assert repr(list(annotation)[-1]) in str(broken.error)
    (record,) = jsonl({"text": "Anna lives", **annotation}, unlabelled=True)
    assert record.spans is None


def test_jsonl_takes_other_keys_for_what_they_are():
    (record,) = jsonl(
        {
            "text": "Anna",
            "id": 3,
            "keywords": ["people", "O"],
            "meta": {"start": 10, "end": 14},
            "tokens": [{"text": "Anna", "start": 0, "end": 4, "id": 0}],
        }
    )
    assert record.spans is None


@pytest.mark.parametrize("answer", ["reject", "ignore"])
def test_jsonl_skips_what_annotators_took_out(answer):
    skipped, record = jsonl(
        {"text": "Anna", "spans": [[0, 4, "PER"]], "answer": answer}, {"text": "b"}
    )
    assert skipped == Skipped(answer)
    assert record.text == "b"


@pytest.mark.parametrize(
    "data, value",
    [({"text": None}, "text of the record"), (spans([0, 4, None]), "label of span 1")],
)
def test_jsonl_tells_nulls(data, value):
    (broken,) = jsonl(data)
    assert f"the {value} is null, expected a string" in str(broken.error)


def test_wrong_order_of_tags_names_the_other_schemes():
    (broken,) = conll("a\tI-PER\n")
    assert "--scheme iob1 or bilou" in str(broken.error)


def test_jsonl_messages_take_braces_as_they_are():
    (item,) = jsonl({"text": "a {place} {0}", "spans": [span(0, 99, "{x}")]})
    assert "0-99 {x}" in str(item.error) and "'a {place} {0}'" in str(item.error)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda values: (
        st.lists(values, max_size=3)
        | st.dictionaries(
            st.sampled_from(["text", "spans", "segments", "lang", "start", "end", "label"]), values
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(JSON)
def test_jsonl_never_fails_on_json(data):
    (item,) = jsonl(json.dumps(data))
    assert isinstance(item, TextRecord | BitextRecord | Rejected)


@pytest.mark.parametrize(
    "source, exists, is_folder, expected",
    [
        ("a/train.conll", True, False, "conll"),
        ("train.IOB2", True, False, "conll"),
        ("missing.tsv", False, False, "conll"),
        ("train.jsonl", True, False, "jsonl"),
        ("train.txt", True, False, "text"),
        ("train.parquet", True, False, "datasets"),
        ("some/folder.tsv", True, True, "datasets"),
        ("wikiann/bg", False, False, "datasets"),
        ("owner/name/config", False, False, "datasets"),
    ],
)
def test_format_goes_by_the_name(source, exists, is_folder, expected):
    assert detect_format(source, exists, is_folder) == expected


@pytest.mark.parametrize("source, exists", [("a.docx", True), ("/no/path", False), ("./x", False)])
def test_unknown_names_have_no_format(source, exists):
    with pytest.raises(ConcnerError, match="C104"):
        detect_format(source, exists, False)
