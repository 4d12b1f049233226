"""JSON files: lines, lists, objects one after the other, and the shapes of other tools."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_concner.corpora.formats.json_files import is_by_line, split_values
from spacy_concner.corpora.records import Rejected, Skipped

from .reading import json_file, jsonl, refusal, sentences, spanned

ROWS = [{"text": "Anna sings.", "spans": [[0, 4, "PER"]]}, {"text": 'A "b] }, {" c', "spans": []}]
EXPECTED = [("Anna sings.", [(0, 4, "PER")]), ('A "b] }, {" c', [])]


@pytest.mark.parametrize("indent", [None, 0, 2])
def test_lists_and_objects_are_read(indent):
    assert spanned(json_file(json.dumps(ROWS, indent=indent))) == EXPECTED
    objects = "\n".join(json.dumps(row, indent=indent) for row in ROWS)
    assert spanned(json_file(objects)) == EXPECTED
    assert spanned(json_file(json.dumps({"data": ROWS}, indent=indent))) == EXPECTED


def test_one_odd_value_changes_no_other_row():
    rows = [
        {"tokens": ["In", "Sofia"], "ner_tags": ["O", "B-LOC"]},
        {"tokens": ["born", 1999], "ner_tags": ["O", "O"]},
        {"tokens": ["007", "1e5"], "ner_tags": ["O", "O"]},
    ]
    first, odd, last = json_file(json.dumps(rows))
    assert sentences([first, last]) == [
        (["In", "Sofia"], ["O", "B-LOC"]),
        (["007", "1e5"], ["O", "O"]),
    ]
    assert refusal(odd) == ("C115", 2)
    assert "file.json, record 2" in str(odd.error)


def test_a_broken_value_of_a_list_stands_alone():
    first, broken, last = json_file('[{"text": "a"}, {"text": b}, {"text": "c"}]')
    assert (first.text, last.text) == ("a", "c")
    assert refusal(broken) == ("C113", 2)
    assert [refusal(item)[0] for item in json_file("plain words")] == ["C113"]


def test_names_that_stand_twice_are_told():
    (item,) = jsonl('{"text": "a", "text": "b"}')
    assert refusal(item) == ("C113", 1) and "'text' stands twice" in str(item.error)


@pytest.mark.parametrize(
    "number", ["100000000000000000000", '"a\\ud800"', "[1]", "true", "-9223372036854775809"]
)
def test_ids_that_cannot_be_stored_break_their_record_only(number):
    broken, good = jsonl(f'{{"id": {number}, "text": "Anna."}}', {"id": 2, "text": "Paul."})
    assert refusal(broken) in [("C151", 1), ("C115", 1)]
    assert good.user_data == {"id": 2}


def test_tuples_of_spacy2():
    rows = [["Anna sings.\r", {"entities": [[0, 4, "PER"]]}], ["No one.", {"entities": []}]]
    expected = [("Anna sings.\r", [(0, 4, "PER")]), ("No one.", [])]
    assert spanned(json_file(json.dumps(rows))) == expected
    assert spanned(jsonl(*(json.dumps(row) for row in rows))) == expected
    assert spanned(json_file(json.dumps(rows[0]))) == expected[:1]
    annotator = {"classes": ["PER"], "annotations": rows}
    assert spanned(json_file(json.dumps(annotator))) == expected


def test_documents_of_spacy2():
    tokens = [{"orth": "Anna", "ner": "B-PER"}, {"orth": "Berg", "ner": "L-PER"}]
    texts = [{"tokens": tokens}, {"tokens": [{"orth": "x", "ner": "-"}, {"orth": "y", "ner": "O"}]}]
    raw = {"tokens": [{"orth": "z"}]}
    bad = {"tokens": [{"orth": "z", "ner": "L-PER"}]}
    document = {"id": 0, "paragraphs": [{"raw": "…", "sentences": [*texts, raw, bad]}]}
    *good, broken = json_file(json.dumps([document]))
    assert sentences(good) == [
        (["Anna", "Berg"], ["B-PER", "I-PER"]),
        (["x", "y"], ["-", "O"]),
        (["z"], None),
    ]
    assert refusal(broken) == ("C110", 1)


@pytest.mark.parametrize("scheme", ["iob2", "iob1", "bilou", "io", ""])
def test_documents_of_spacy2_in_other_schemes(scheme):
    tags = {"iob1": "I-PER I-PER", "iob2": "B-PER I-PER", "io": "PER PER"}
    tags = tags.get(scheme, "B-PER L-PER").split()
    tokens = [{"orth": "Anna", "ner": tags[0]}, {"orth": "Berg", "ner": tags[1]}]
    document = json.dumps({"id": 0, "paragraphs": [{"sentences": [{"tokens": tokens}]}]})
    (record,) = json_file(document, scheme=scheme)
    assert record.tags == ["B-PER", "I-PER"]
    for other in {"iob2", "bilou"} - {scheme or "bilou"}:
        assert refusal(json_file(document, scheme=other)[0])[0] in ("C109", "C110")


def test_document_marks_are_no_rows():
    rows = [{"tokens": ["-DOCSTART-"], "ner_tags": ["O"]}, {"tokens": ["No"], "ner_tags": ["O"]}]
    assert [record.words for record in jsonl(*rows)] == [["No"]]


def task(*annotations, **changes):
    return {
        "id": 7,
        "data": {"text": "Anna 😀 Berg sings."},
        "annotations": [*annotations],
        **changes,
    }


def result(start, end, text, label="PER", **changes):
    value = {"start": start, "end": end, "text": text, "labels": [label]}
    return {"type": "labels", "value": value, **changes}


def test_tasks_of_label_studio():
    one = {"result": [result(0, 4, "Anna"), {"type": "choices", "value": {"choices": ["x"]}}]}
    (record,) = json_file(json.dumps([task(one)]))
    assert (record.spans, record.user_data) == ([(0, 4, "PER")], {"id": 7})
    (record,) = json_file(json.dumps([task()]))
    assert record.spans is None
    (record,) = json_file(json.dumps([task({"result": []})]))
    assert record.spans == []
    assert json_file(json.dumps([task(one | {"was_cancelled": True})])) == [Skipped("cancelled")]


@pytest.mark.parametrize("kind", ["choices", "textarea", "paragraphlabels"])
def test_annotations_of_another_kind_say_nothing_of_entities(kind):
    other = {"result": [{"type": kind, "value": {kind: ["x"]}}]}
    assert json_file(json.dumps([task(other)]))[0].spans is None
    labelled = {"result": [*other["result"], result(0, 4, "Anna")]}
    assert json_file(json.dumps([task(labelled)]))[0].spans == [(0, 4, "PER")]


def test_annotators_of_label_studio_agree_or_one_is_right():
    one, two = {"result": [result(0, 4, "Anna")]}, {"result": []}
    assert json_file(json.dumps([task(one, one)]))[0].spans == [(0, 4, "PER")]
    assert json_file(json.dumps([task(one, two | {"ground_truth": True})]))[0].spans == []
    assert refusal(json_file(json.dumps([task(one, two)]))[0]) == ("C161", 1)


def test_offsets_of_label_studio_prove_themselves():
    (broken,) = json_file(json.dumps([task({"result": [result(8, 12, "Berg")]})]))
    assert refusal(broken) == ("C147", 1) and "--offsets utf16" in str(broken.error)
    rows = json.dumps([task({"result": [result(8, 12, "Berg")]})])
    assert json_file(rows, offsets="utf16")[0].spans == [(7, 11, "PER")]


def test_short_form_of_label_studio():
    spans = [{"start": 0, "end": 4, "text": "Anna", "labels": ["PER"]}]
    (record,) = json_file(json.dumps([{"id": 1, "text": "Anna lives.", "label": spans}]))
    assert record.spans == [(0, 4, "PER")]
    spans[0]["labels"].append("ORG")
    (broken,) = json_file(json.dumps([{"id": 1, "text": "Anna lives.", "label": spans}]))
    assert refusal(broken) == ("C115", 1)


def test_doccano_keys_of_which_one_is_filled():
    row = {"id": 3, "text": "Maria sleeps.", "label": [[0, 5, "PER"]], "entities": []}
    assert jsonl(row)[0].spans == [(0, 5, "PER")]
    assert jsonl({"id": 1, "data": "Maria.", "label": [[0, 5, "PER"]]})[0].text == "Maria."


def test_binary_answers_of_prodigy_leave_the_rest_unannotated():
    row = {"text": "Anna met Paul.", "spans": [{"start": 0, "end": 4, "label": "PER"}]}
    assert jsonl(row | {"_view_id": "ner"})[0].unannotated == [(0, 14)]
    assert jsonl(row | {"_view_id": "ner_manual"})[0].unannotated == []


@pytest.mark.parametrize(
    "head, expected",
    [
        ('{"a": 1}\n{"a": 2}\n', True),
        ('{"a": 1', True),
        ('{"a": broken\n{"a": 2}\n', True),
        ('{\n  "a": 1\n}\n', False),
        ('[\n{"a": 1},\n{"a": 2}\n]', False),
        ('[{"a": 1}]', False),
        ('["a", {}]\n["b", {}]\n', True),
        ("", True),
    ],
)
def test_lines_are_told_from_lists(head, expected):
    assert is_by_line(head) is expected


JSON = st.recursive(
    st.none() | st.integers() | st.text('"[]{},\\ a', max_size=4),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text("ab{", max_size=2), parts),
    max_leaves=8,
)


@given(st.lists(JSON, max_size=4), st.integers(1, 9), st.sampled_from([None, 1]))
def test_values_are_split_where_they_end(values, size, indent):
    text = json.dumps(values, indent=indent)
    chunks = [text[at : at + size] for at in range(0, len(text), size)]
    assert [json.loads(part) for part in split_values(chunks)] == values


@given(st.text('"[]{},\\:a1 \n', max_size=40))
def test_any_text_is_told(text):
    assert all(isinstance(item, Rejected) for item in json_file("x" + text))


@pytest.mark.parametrize("end", ["", ",", ",\n"])
def test_a_list_that_is_cut_between_its_records_is_told(end):
    records = json_file('[{"text": "a"},\n{"text": "b"}' + end)
    assert refusal(records[-1]) == ("C113", 3) and "no ]" in str(records[-1].error)
    assert [record.text for record in records[:-1]] == ["a", "b"]


@pytest.mark.parametrize("names", [("data", "test"), ("train", "test"), ("data", "rows")])
def test_an_object_of_several_lists_is_told(names):
    data = {name: [{"text": "a", "spans": []}] for name in names}
    (broken,) = json_file(json.dumps(data))
    assert refusal(broken) == ("C171", 1) and ", ".join(names) in str(broken.error)


def test_an_object_may_hold_another_list_than_records():
    data = {"data": [{"text": "a"}], "categories": [{"id": 1, "name": "PER"}]}
    assert [record.text for record in json_file(json.dumps(data))] == ["a"]
