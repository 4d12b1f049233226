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


TABLE = ["sent", "Word", "Tag"], ["1", "He", "O"], ["1", '"', "O"], ["1", "Paris", "B-LOC"]


def as_table(*rows, delimiter="\t"):
    return "".join(delimiter.join(row) + "\n" for row in rows)


@pytest.mark.parametrize("number", [1, 2])
def test_quotes_between_tabs_are_characters(number):
    rows = [*TABLE, *[["2", '"', "O"]] * (number - 1), ["2", '"Sofia', "B-LOC"]]
    first, second = csv(as_table(*rows), **FIELDS)
    assert first.words == ["He", '"', "Paris"]
    assert second.words == ['"'] * (number - 1) + ['"Sofia']
    content = as_table(["tokens", "ner_tags"], ['" He', "O O"], ['Sofia "', "B-LOC O"])
    assert [record.words for record in csv(content)] == [['"', "He"], ["Sofia", '"']]
    content = as_table(["id", "text"], ["1", '"Anna sings."'], ["2", '"No." she says.'])
    assert [record.text for record in csv(content)] == ['"Anna sings."', '"No." she says.']


def test_cells_between_tabs_that_were_written_as_csv():
    spans = '"[{""start"": 0, ""end"": 4, ""label"": ""PER""}]"'
    content = as_table(["text", "spans"], ["Anna sings.", spans], ['"""No"" one."', ""])
    assert spanned(csv(content)) == [("Anna sings.", [(0, 4, "PER")]), ('"No" one.', None)]
    content = as_table(['"text"', '"id"'], ['"Anna\tsings."', '"1"'], ['"No\none."', '"2"'])
    assert [record.text for record in csv(content)] == ["Anna\tsings.", "No\none."]


@pytest.mark.parametrize("more", [[], [["1", '"', "O"]]])
def test_quotes_that_swallow_rows_are_told(more):
    content = as_table(*TABLE, *more, ["2", "Sofia", "B-LOC"], delimiter=",")
    for settings in (FIELDS, FIELDS | {"unlabelled": True}):
        with pytest.raises(InvalidRecord, match=r"C153.* line 3.*(unexpected end|to line 5)"):
            csv(content, **settings)
    with pytest.raises(InvalidRecord, match=r"C153.* line 2.*token or tag goes over 2 lines"):
        csv('sent,Word,Tag\n1,"He\nsings",O\n1,x,O\n', **FIELDS)


def test_quotes_that_swallow_sentences_are_told():
    broken, good = csv('id,text\n1,"Anna sings\n2,and says: no"\n3,"Paul, too\nand so on."\n')
    assert refusal(broken) == ("C153", 2)
    assert good.text == "Paul, too\nand so on."


@pytest.mark.parametrize("parted", ["by number", "by blank rows"])
@pytest.mark.parametrize("odd", [("New York", "B-LOC"), ("10 000", "O")])
def test_blanks_in_tokens_leave_a_table_one_of_tokens(odd, parted):
    rows = [("1", "He", "O"), ("1", *odd), ("1", "sings", "O"), ("2", "Sofia", "B-LOC")]
    content = "sent,Word,Tag\n" + as_table(*rows, delimiter=",")
    if parted == "by blank rows":
        content = "Word,Tag\n" + "".join(f"{word},{tag}\n" for _, word, tag in rows[:3])
        content += "\nSofia,B-LOC\n"
    expected = [(["He", odd[0], "sings"], ["O", odd[1], "O"]), (["Sofia"], ["B-LOC"])]
    assert sentences(csv(content, **FIELDS)) == expected
    unlabelled = csv(content, **FIELDS, unlabelled=True)
    assert [record.words for record in unlabelled] == [words for words, _ in expected]


def test_several_tags_in_a_table_of_tokens_break_their_sentence():
    rows = [("1", "He", "O"), ("1", "New York", "B-LOC I-LOC"), ("2", "Sofia", "B-LOC")]
    broken, good = csv("sent,Word,Tag\n" + as_table(*rows, delimiter=","), **FIELDS)
    assert refusal(broken) == ("C115", 3)
    assert good.words == ["Sofia"]


def test_a_tag_for_a_whole_text_is_no_reason_to_skip():
    for item in csv("tokens,ner_tags\nAnna sings,PER\nPaul sings,PER\nNo,O\n")[:2]:
        assert refusal(item)[0] == "C123" and "--skip-invalid" not in str(item.error)


def test_a_broken_row_between_sentences_breaks_both():
    content = "sent,Word,Tag\n1,He,O\n1,sings,O\n2,Anna\n2,sings,O\n3,No,O\n"
    first, second, good = csv(content, **FIELDS)
    assert refusal(first) == refusal(second) == ("C153", 4)
    assert good.words == ["No"]


@pytest.mark.parametrize("outer", ["doc_id", "document", "Doc #", "file_name", "paragraph_id"])
@pytest.mark.parametrize("at", [0, 1])
def test_numbers_of_sentences_begin_anew_in_each_document(outer, at):
    names = ["sentence_id"]
    names.insert(at, outer)
    rows = [names + ["Word", "Tag"]]
    for document, sentence, word in [("a", "1", "He"), ("a", "1", "sings"), ("b", "1", "No")]:
        numbers = [sentence]
        numbers.insert(at, document)
        rows.append([*numbers, word, "O"])
    for settings in (FIELDS, FIELDS | {"sentence_field": "sentence_id"}):
        records = csv(as_table(*rows, delimiter=","), **settings)
        assert [record.words for record in records] == [["He", "sings"], ["No"]]


@pytest.mark.parametrize("name", ["text_idx", "Article", "token_id", "POS", "tag_id"])
def test_other_columns_part_no_sentences(name):
    content = f"sentence_id,{name},Word,Tag\n1,a,He,O\n1,b,sings,O\n2,c,No,O\n"
    assert [record.words for record in csv(content, **FIELDS)] == [["He", "sings"], ["No"]]


def test_the_number_of_the_sentence_tells_more_than_its_text():
    content = "sentence,sentence_id,Word,Tag\nNo no,1,No,O\nNo no,1,no,O\nNo no,2,No,O\n"
    assert [record.words for record in csv(content, **FIELDS)] == [["No", "no"], ["No"]]
    content = "sentence,tags\nNo no,O O\nNo,O\n"
    records = csv(content, tokens_field="sentence", tags_field="tags")
    assert [record.words for record in records] == [["No", "no"], ["No"]]


def test_document_marks_end_sentences():
    content = "sent,Word,Tag\n1,-DOCSTART-,O\n1,No,O\n1,-DOCSTART-,O\n1,Yes,O\n"
    assert [record.words for record in csv(content, **FIELDS)] == [["No"], ["Yes"]]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_the_delimiter_line_of_excel(delimiter):
    rows = [["sent", "Word", "Tag"], ["1", "Anna", "B-PER"], ["1", "sings"]]
    (broken,) = csv(
        "\ufeffsep=" + delimiter + "\r\n" + as_table(*rows, delimiter=delimiter), **FIELDS
    )
    assert refusal(broken) == ("C153", 4)
    rows[2].append("O")
    (record,) = csv("sep=" + delimiter + "\n" + as_table(*rows, delimiter=delimiter), **FIELDS)
    assert sentences([record]) == [(["Anna", "sings"], ["B-PER", "O"])]
