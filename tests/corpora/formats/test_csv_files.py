"""CSV and TSV files with a header."""

import pytest

from spacy_concner.corpora.records import InvalidRecord

from .reading import csv, refusal, sentences, spanned

FIELDS = {"tokens_field": "Word", "tags_field": "Tag"}
EXPECTED = [
    (["Anna", "Berg", ","], ["B-per", "I-per", "O"]),
    (["NA", "1.0"], ["O", "O"]),
]
ROWS = [
    ("1", "Anna", "B-per"),
    ("1", "Berg", "I-per"),
    ("1", '","', "O"),
    ("2", "NA", "O"),
    ("2", "1.0", "O"),
]


@pytest.mark.parametrize("name", ["Sentence #", "sentence_id", "sent", "SentID"])
@pytest.mark.parametrize("filled", ["every row", "first row"])
def test_a_token_a_row_is_grouped_by_the_sentence(name, filled):
    rows, last = [f"{name},Word,Tag"], ""
    for sentence, word, tag in ROWS:
        shown = sentence if filled == "every row" or sentence != last else ""
        rows.append(f"{shown},{word},{tag}")
        last = sentence
    assert sentences(csv("\n".join(rows), **FIELDS)) == EXPECTED


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n", "\r"])
@pytest.mark.parametrize("blank", ["", ",,"])
def test_a_token_a_row_with_blank_rows_between_sentences(end, blank):
    rows = ["Word,POS,Tag"] + [f"{word},x,{tag}" for _, word, tag in ROWS]
    rows.insert(4, blank)
    assert sentences(csv(end.join(rows) + end, **FIELDS)) == EXPECTED


def test_named_sentence_field():
    rows = ["doc;Word;Tag"] + [";".join(row).replace('","', ",") for row in ROWS]
    assert sentences(csv("\n".join(rows), sentence_field="doc", **FIELDS)) == EXPECTED
    with pytest.raises(InvalidRecord, match="C133.*'?nope.*doc, Word, Tag"):
        csv("\n".join(rows), sentence_field="nope", **FIELDS)


def test_a_token_a_row_without_sentences_is_told():
    with pytest.raises(InvalidRecord, match="C154.*--sentence-field"):
        csv("Word,Tag\nAnna,B-per\nsings,O\n", **FIELDS)


def test_a_broken_token_breaks_its_sentence():
    broken, good = csv("sent,Word,Tag\n1,Anna,B-per\n1,sings,I-loc\n2,Sofia,B-loc\n", **FIELDS)
    assert refusal(broken) == ("C110", 3)
    assert good.words == ["Sofia"]


def test_texts_with_spans_as_json():
    spans = '"[{""start"": 0, ""end"": 4, ""labels"": [""PER""]}]"'
    content = f"id,text,label\n1,Anna sings.,{spans}\n2,No.,\n"
    assert spanned(csv(content)) == [("Anna sings.", [(0, 4, "PER")]), ("No.", None)]


@pytest.mark.parametrize(
    "content, code, line",
    [
        ('tokens,ner_tags\na b,"O O\n', "C153", 2),
        ("tokens,ner_tags\na b,O O,x\n", "C153", 2),
        ("tokens,tokens\na b,O O\n", "C153", 1),
        ("words,tags\na b,O O\n", "C133", 2),
    ],
)
def test_broken_tables_are_told(content, code, line):
    try:
        (item,) = csv(content)
        assert refusal(item) == (code, line)
    except InvalidRecord as error:
        assert (error.code, error.place.line) == (code, line)


def test_line_breaks_in_cells_stay():
    (record,) = csv('text,id\n"Anna\r\nsings.",1\n')
    assert record.text == "Anna\r\nsings."
