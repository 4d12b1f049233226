"""Objects with a text and spans."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_concner.corpora.records import BitextRecord, Rejected, Skipped, TextRecord

from .reading import jsonl, refusal


def spans(*items):
    return {"text": "Anna lives", "spans": list(items)}


def span(start, end, label="PER"):
    return {"start": start, "end": end, "label": label}


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
        ({"text": "a", "spans": [[0, 1, "X"]], "entities": [[0, 1, "Y"]]}, "C115"),
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


WORDS = ["Anna", "-Maria", "sings."]
TOKENS = [
    {"text": word, "start": start, "end": start + len(word), "id": number, "ws": number == 1}
    for number, (word, start) in enumerate(zip(WORDS, [0, 4, 11], strict=True))
]


def prodigy(first, last, start=0, end=10, **changes):
    found = span(start, end) | {"token_start": first, "token_end": last}
    return {"text": "Anna-Maria sings.", "tokens": TOKENS, "spans": [found], **changes}


def test_tokens_of_prodigy_are_those_of_the_text():
    expected = [("Anna", False), ("-Maria", True), ("sings.", False)]
    for unlabelled in (False, True):
        (record,) = jsonl(prodigy(0, 1), unlabelled=unlabelled)
        assert record.tokens == expected
    (broken,) = jsonl(prodigy(0, 1, text="Anna Maria sings."))
    assert refusal(broken) == ("C136", 1)


@pytest.mark.parametrize(
    "tokens, told",
    [
        (["Anna", "Borg"], "token 2 is 'Borg', where 'Berg' stands"),
        (["Anna"], "the end of the tokens is '', where 'Berg' stands"),
        (["Anna", "Berg", "sings"], "token 3 is 'sings'"),
    ],
)
def test_words_that_are_not_those_of_the_text_are_told(tokens, told):
    data = {"text": "Anna Berg", "tokens": tokens, "spans": [[0, 4, "PER"]]}
    (broken,) = jsonl(data)
    assert refusal(broken) == ("C136", 1) and told in str(broken.error)
    assert jsonl(data, unlabelled=True)[0].spans is None


@pytest.mark.parametrize(
    "tokens",
    [
        *[["``", "Anna", "''", "B.", "-", "Berg"], ['"Anna"', "B.-Berg"], [1, 2], []],
        *[['"', "▁anna", '"', "▁b", ".", "-", "be", "##rg"]],
    ],
)
def test_words_may_be_written_in_other_ways(tokens):
    (record,) = jsonl({"text": '"Anna" B.-Berg', "tokens": tokens, "spans": [[1, 5, "PER"]]})
    assert (record.spans, record.tokens) == ([(1, 5, "PER")], None)


@pytest.mark.parametrize(
    "numbers, offsets",
    [((1, 1), (0, 4)), ((0, 0), (0, 10)), ((0, 9), (0, 10)), ((-1, 1), (0, 10)), ((2, 1), (0, 10))],
)
def test_spans_that_name_other_tokens_are_told(numbers, offsets):
    (broken,) = jsonl(prodigy(*numbers, *offsets))
    assert refusal(broken) == ("C167", 1)
    assert f"from token {numbers[0]} to {numbers[1]}" in str(broken.error)
    assert jsonl(prodigy(*numbers, *offsets), unlabelled=True)[0].spans is None


@pytest.mark.parametrize("answer", ["foo", "", True, ["accept"]])
def test_answers_that_prodigy_does_not_give_are_told(answer):
    (broken,) = jsonl(prodigy(0, 1, answer=answer))
    assert refusal(broken) == ("C115", 1) and "accept, reject, ignore" in str(broken.error)
    assert jsonl(prodigy(0, 1, answer=answer), unlabelled=True)[0].spans is None
    assert jsonl(prodigy(0, 1, answer=None))[0].spans == [(0, 10, "PER")]


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


def test_jsonl_messages_take_braces_as_they_are():
    (item,) = jsonl({"text": "a {place} {0}", "spans": [span(0, 99, "{x}")]})
    assert "0-99 {x}" in str(item.error) and "'a {place} {0}'" in str(item.error)


@settings(deadline=None)
@given(JSON)
def test_jsonl_never_fails_on_json(data):
    _, item = jsonl({"text": "first"}, json.dumps(data))
    assert isinstance(item, TextRecord | BitextRecord | Rejected)


@pytest.mark.parametrize(
    "other",
    [
        {"tags": "B-PER I-PER O"},
        {"iob": "['B-PER', 'O']"},
        {"Tag": "B-PER,O"},
        {"word_labels": "O O"},
        {"entity_list": [{"entity": "Anna", "type": "PER"}]},
        {"found": [{"entity_index": {"begin": 0, "end": 4}, "entity_type": "PER"}]},
        {"result": [{"from": 0, "to": 4, "tag": "PER"}]},
    ],
)
def test_annotation_that_is_not_read_is_told_in_whatever_form(other):
    assert refusal(jsonl({"text": "Anna sings", **other})[0]) == ("C135", 1)


@pytest.mark.parametrize(
    "other",
    [
        {"code": "S-12"},
        {"title": "O Porto"},
        {"topics": "E-Mail U-Bahn"},
        {"edges": [{"from": 0, "to": 4}]},
    ],
)
def test_what_only_resembles_annotation_is_passed_over(other):
    (record,) = jsonl({"text": "O O", **other})
    assert (record.text, record.spans) == ("O O", None)


def test_white_space_around_a_type_is_none_of_it():
    spans = [{"start": 0, "end": 4, "label": "PER "}, [5, 9, " PER"], [10, 15, "\tX"]]
    (record,) = jsonl({"text": "Anna Berg sings", "spans": spans})
    assert [label for _, _, label in record.spans] == ["PER", "PER", "X"]
