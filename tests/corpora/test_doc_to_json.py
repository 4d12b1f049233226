"""Bitexts as JSON lines to correct, and back."""

import json

import numpy as np
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc, Span

from spacy_concner.corpora.convert import convert
from spacy_concner.corpora.doc_building import build_doc
from spacy_concner.corpora.doc_to_json import describe_doc, list_unexported
from spacy_concner.corpora.export import export_corpus
from spacy_concner.corpora.reader import read_docs
from spacy_concner.corpora.records import Rejected
from spacy_concner.corpora.segments import annotate, get_segments, make_bitext, token_tag
from spacy_concner.corpora.soft_labels import set_soft_labels
from spacy_concner.errors import ConcnerError
from tests.corpora.formats.reading import jsonl
from tests.sentences import write_corpus

NLP = spacy.blank("xx")
RECORD = {"strategy": "alignment", "problems": ["unaligned entity"], "scores": [0.5, None]}
WORDS = st.text(st.characters(exclude_categories=["Cs", "Zs", "Zl", "Zp", "Cc"]), min_size=1)
TAGS = st.lists(st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "-"]), min_size=1, max_size=6)


def show(doc: Doc) -> dict:
    """Give all of a Doc that has to survive."""
    return {
        "text": doc.text,
        "words": [token.text for token in doc],
        "spaces": [token.whitespace_ for token in doc],
        "unknown_spaces": doc.has_unknown_spaces,
        "tags": [token_tag(token) for token in doc],
        "segments": [(span.start, span.end, span.label_) for span in get_segments(doc)],
        # Files of Docs give lists back as tuples.
        "user_data": json.loads(json.dumps(doc.user_data)),
    }


def read(*rows: dict):
    return jsonl(*rows)


def restore(row: dict) -> Doc:
    (record,) = read(json.loads(json.dumps(row)))
    if isinstance(record, Rejected):
        raise record.error
    return build_doc(record, NLP)


def code(row: dict) -> str:
    (record,) = read(row)
    assert isinstance(record, Rejected), record
    return record.error.code


@st.composite
def docs(draw) -> Doc:
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        tags = draw(TAGS)
        for i, tag in enumerate(tags):
            if tag == "I-PER" and (not i or not tags[i - 1].endswith("-PER")):
                tags[i] = "B-PER"
        words = [draw(WORDS) for _ in tags]
        part = Doc(NLP.vocab, words=words, spaces=[draw(st.booleans()) for _ in tags])
        annotate(part, tags)
        parts.append(part)
    if len(parts) == 1:
        return parts[0]
    return make_bitext(parts, ["en", "bg", "he"][: len(parts)], NLP.vocab)


@pytest.mark.parametrize("style", ["prodigy", "doccano"])
@given(doc=docs(), number=st.one_of(st.none(), st.text(), st.integers(-(1 << 63), (1 << 64) - 1)))
def test_any_doc_comes_back_whole(style, doc, number):
    doc.user_data["concner_translation"] = RECORD
    doc.user_data["language"] = "en"
    if number is not None:
        doc.user_data["id"] = number
    if doc.text.strip():
        assert show(restore(describe_doc(doc, style))) == show(doc)


def test_a_bitext_without_a_space_between_its_segments_comes_back_whole():
    doc = Doc(NLP.vocab, words=["Anna", "アンナ", "\n"], spaces=[False, False, False])
    annotate(doc, ["B-PER", "B-PER", "O"])
    doc.spans["segments"] = [Span(doc, 0, 1, label="en"), Span(doc, 1, 3, label="ja")]
    assert show(restore(describe_doc(doc))) == show(doc)


def test_unknown_spaces_stay_unknown(sentences):
    assert sentences[0].has_unknown_spaces
    assert show(restore(describe_doc(sentences[0]))) == show(sentences[0])


@pytest.mark.parametrize("style", ["prodigy", "doccano"])
def test_files_come_back_whole(tmp_path, bitexts, sentences, style):
    bitexts[0].user_data |= {"id": "news-1", "concner_translation": RECORD}
    annotate(bitexts[1], ["B-ORG"] + ["-"] * (len(bitexts[1]) - 1))
    path = write_corpus([*bitexts, sentences[0], Doc(NLP.vocab)], tmp_path / "in.spacy")
    done = export_corpus(path, tmp_path / "out" / "to_correct.jsonl", style=style)
    assert (done.n_docs, done.n_bitexts, done.n_missing, done.n_empty) == (5, 4, 1, 1)
    assert done.entities["ORG"] == 1 and not done.left_out
    convert(tmp_path / "out" / "to_correct.jsonl", tmp_path / "back.spacy")
    back = list(read_docs(tmp_path / "back.spacy", NLP))
    assert [show(doc) for doc in back] == [show(doc) for doc in [*bitexts, sentences[0]]]
    assert not list(tmp_path.glob("**/.*"))


def test_prodigy_gets_its_own_form(bitexts):
    row = describe_doc(bitexts[0])
    assert row["text"][row["segments"][1]["start"] :].startswith("Ана Берг")
    assert row["spans"][0] == {
        "start": 0,
        "end": 9,
        "label": "PER",
        "token_start": 0,
        "token_end": 1,
    }
    assert [span["label"] for span in row["spans"]] == ["PER", "LOC", "PER", "LOC"]
    assert row["tokens"][1] == {"text": "Berg", "start": 5, "end": 9, "id": 1, "ws": True}


def test_corrections_are_taken_over(bitexts):
    row = describe_doc(bitexts[0]) | {"answer": "accept", "_input_hash": 1}
    del row["spans"][2]
    row["spans"][2]["label"] = "ORG"
    doc = restore(row)
    assert [(ent.text, ent.label_) for ent in doc.ents] == [
        ("Anna Berg", "PER"),
        ("Sofia", "LOC"),
        ("София", "ORG"),
    ]


def test_doccano_exports_with_relations_are_read(bitexts):
    row = describe_doc(bitexts[0], "doccano")
    triples = row.pop("label")
    row["entities"] = [
        {"id": n, "start_offset": start, "end_offset": end, "label": label}
        for n, (start, end, label) in enumerate(triples)
    ]
    assert show(restore(row | {"relations": []})) == show(bitexts[0])


def test_an_entity_makes_its_stretch_annotated(bitexts):
    tags = [token_tag(token) for token in bitexts[0]]
    annotate(bitexts[0], tags[:6] + ["-"] * 6)
    row = describe_doc(bitexts[0])
    (offsets,) = row["unannotated"]
    row["spans"].append({"start": offsets[0], "end": offsets[0] + 8, "label": "PER"})
    assert [token_tag(t) for t in restore(row)][6:] == ["B-PER", "I-PER", "O", "O", "O", "O"]


def test_a_changed_text_is_split_anew(bitexts):
    row = describe_doc(bitexts[3])
    row["text"] = row["text"].replace("срещна", "видя")
    assert row["spans"].pop()["label"] == "PER"
    assert code(row) == "C136"
    del row["tokens"]
    assert code(row) == "C137"
    row["segments"][1]["end"] -= 2
    doc = restore(row)
    assert [segment.text for segment in get_segments(doc)] == [
        "Paul Novak met Anna",
        "Паул Новак видя Ана",
    ]
    assert [ent.text for ent in doc.ents] == ["Paul Novak", "Anna", "Паул Новак"]


def test_what_does_not_fit_is_told(bitexts):
    whole = describe_doc(bitexts[0])
    n = len(whole["text"])
    first, second = whole["segments"]
    cases = [
        ({"segments": [first | {"end": first["end"] + 2}, second]}, "C137"),
        ({"segments": [first]}, "C137"),
        ({"segments": [first, second | {"end": n + 5}]}, "C137"),
        ({"segments": [first | {"start": 3}, second]}, "C137"),
        ({"segments": [{"start": 0, "end": 3}, {"start": 3, "end": n}]}, "C114"),
        ({"segments": [first, second | {"start": True}]}, "C115"),
        ({"segments": [first, "bg"]}, "C115"),
        (
            {
                "segments": [first | {"end": 3}, second | {"start": 3}],
                "spans": [{"start": 0, "end": 9, "label": "PER"}],
            },
            "C136",
        ),
        (
            {
                "segments": [first | {"end": 3}, second | {"start": 3}],
                "spans": [{"start": 0, "end": 9, "label": "PER"}],
                "tokens": None,
            },
            "C138",
        ),
        ({"tokens": whole["tokens"][:-2]}, "C136"),
        ({"tokens": whole["tokens"][1:]}, "C136"),
        ({"tokens": ["Anna"]}, "C115"),
        ({"unannotated": [[0, 1, 2]]}, "C115"),
        ({"unannotated": "all"}, "C115"),
        ({"meta": "x"}, "C115"),
        ({"spans": [{"start": 0, "end": n + 1, "label": "PER"}]}, "C117"),
    ]
    for changes, expected in cases:
        assert (code(whole | changes), changes) == (expected, changes)


def test_ids_of_plain_and_nested_records_are_kept():
    english = {"text": "Anna", "spans": []}
    (plain,) = read(english | {"id": 7})
    (nested,) = read(
        {"id": "x", "segments": [english | {"lang": "en"}, {"lang": "bg", "text": "Ана"}]}
    )
    assert build_doc(plain, NLP).user_data == {"id": 7}
    assert build_doc(nested, NLP).user_data == {"id": "x"}


def test_a_segment_of_a_corrected_file_is_kept_alone(tmp_path, bitexts):
    path = write_corpus(bitexts, tmp_path / "in.spacy")
    export_corpus(path, tmp_path / "out.jsonl")
    convert(tmp_path / "out.jsonl", tmp_path / "bg.spacy", segment="bg")
    back = list(read_docs(tmp_path / "bg.spacy", NLP))
    assert [doc.text.strip() for doc in back][0] == "Ана Берг живее в София ."
    assert [ent.label_ for ent in back[0].ents] == ["PER", "LOC"]


def test_what_json_lines_do_not_hold_is_told(sentences, tmp_path):
    doc = sentences[0]
    assert list_unexported(doc) == []
    set_soft_labels(doc, ["O"], np.ones((len(doc), 1)))
    doc.spans["concner"] = [doc[0:1]]
    doc[0].tag_ = "NN"
    doc.user_data[("._.", "mine", None, None)] = 1
    expected = ["user_data 'concner'", "user_data ('._.', 'mine', None, None)"]
    assert list_unexported(doc) == [*expected, "spans 'concner'", "TAG"]
    path = write_corpus([doc], tmp_path / "in.spacy")
    assert export_corpus(path, tmp_path / "out.jsonl").left_out["TAG"] == 1


def test_bad_settings_are_told(tmp_path, sentences):
    path = write_corpus(sentences, tmp_path / "in.spacy")
    with pytest.raises(ConcnerError, match="C132"):
        export_corpus(path, tmp_path / "out.jsonl", style="brat")
    with pytest.raises(ConcnerError, match="C407"):
        export_corpus(path, path)
    with pytest.raises(ConcnerError, match="C129"):
        (tmp_path / "folder").mkdir()
        export_corpus(path, tmp_path / "folder")
    with pytest.raises(ConcnerError, match="C142"):
        export_corpus(tmp_path / "absent.spacy", tmp_path / "out.jsonl")


def test_a_file_that_is_there_stays_without_force(tmp_path, sentences):
    path = write_corpus(sentences, tmp_path / "in.spacy")
    output = tmp_path / "out.jsonl"
    export_corpus(path, output, limit=1)
    with pytest.raises(ConcnerError, match="C128.*--force"):
        export_corpus(path, output)
    assert export_corpus(path, output, force=True).n_docs == len(sentences)
    output.write_text("my notes")
    with pytest.raises(ConcnerError, match="C408"):
        export_corpus(path, output, force=True)
    assert output.read_text() == "my notes"
