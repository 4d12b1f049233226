import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin, Span
from spacy.vocab import Vocab

from spacy_concner.corpora.segments import (
    SEGMENTS_KEY,
    annotate,
    get_segments,
    is_bitext,
    make_bitext,
    split_bitext,
    text_ids,
    token_tag,
)
from spacy_concner.errors import ConcnerError

NLP = spacy.blank("xx")
WORDS = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=5)


def tags_of(doc):
    return [token_tag(token) for token in doc]


@st.composite
def valid_tags(draw, n_tokens):
    tags = []
    for _ in range(n_tokens):
        choices = ["O", "-", "B-PER", "B-LOC"]
        if tags and tags[-1][0] in "BI":
            choices.append("I-" + tags[-1][2:])
        tags.append(draw(st.sampled_from(choices)))
    return tags


@st.composite
def segments(draw):
    words = draw(st.lists(WORDS, min_size=1, max_size=6))
    spaces = draw(st.lists(st.booleans(), min_size=len(words), max_size=len(words)))
    language = draw(st.sampled_from(["en", "bg", "de", "hu"]))
    return language, words, spaces[:-1] + [False], draw(valid_tags(len(words)))


def make_doc(words, spaces, tags):
    doc = Doc(NLP.vocab, words=words, spaces=spaces)
    annotate(doc, tags)
    return doc


@settings(deadline=None)
@given(st.lists(segments(), min_size=2, max_size=4))
def test_segments_and_annotation_survive_a_doc_bin(parts):
    docs = [make_doc(words, spaces, tags) for _, words, spaces, tags in parts]
    bitext = make_bitext(docs, [language for language, *_ in parts], NLP.vocab)
    data = DocBin(store_user_data=True, docs=[bitext]).to_bytes()
    (loaded,) = DocBin().from_bytes(data).get_docs(Vocab())
    found = [
        (language, [t.text for t in part], [bool(t.whitespace_) for t in part], tags_of(part))
        for language, part in split_bitext(loaded)
    ]
    assert found == parts
    assert is_bitext(loaded)


@settings(deadline=None)
@given(st.integers(1, 8).flatmap(valid_tags))
def test_annotate_sets_what_token_tag_reads(tags):
    doc = make_doc(["w"] * len(tags), None, tags)
    assert tags_of(doc) == tags
    assert len(doc.ents) == sum(tag.startswith("B-") for tag in tags)


def test_annotate_replaces_earlier_annotation():
    doc = make_doc(["a", "b", "c"], None, ["B-PER", "I-PER", "-"])
    annotate(doc, ["-", "O", "B-LOC"])
    assert tags_of(doc) == ["-", "O", "B-LOC"]


def test_entities_do_not_join_across_segments():
    parts = [make_doc(["Anna"], None, ["B-PER"]), make_doc(["Анна"], None, ["B-PER"])]
    bitext = make_bitext(parts, ["en", "bg"], NLP.vocab)
    assert [(entity.text, entity.label_) for entity in bitext.ents] == [
        ("Anna", "PER"),
        ("Анна", "PER"),
    ]
    assert bitext.text.split() == ["Anna", "Анна"]


def test_untouched_docs_are_missing_annotation():
    labelled = make_doc(["Anna"], None, ["B-PER"])
    raw = Doc(NLP.vocab, words=["Анна", "спа"])
    bitext = make_bitext([labelled, raw], ["en", "bg"], NLP.vocab)
    assert tags_of(bitext) == ["B-PER", "-", "-"]


@pytest.mark.parametrize(
    "words, languages",
    [([["a"]], ["en"]), ([["a"], []], ["en", "bg"]), ([["a"], ["b"]], ["en"]), ([], [])],
)
def test_what_is_no_bitext_is_refused(words, languages):
    docs = [Doc(NLP.vocab, words=w) for w in words]
    with pytest.raises(ConcnerError, match="C101"):
        make_bitext(docs, languages, NLP.vocab)


def test_plain_docs_are_one_segment():
    doc = NLP("Anna slept")
    assert [segment.text for segment in get_segments(doc)] == ["Anna slept"]
    assert not is_bitext(doc)
    ((language, part),) = split_bitext(doc)
    assert (language, part.text) == ("", "Anna slept")
    assert get_segments(NLP("")) == []


@pytest.mark.parametrize("bounds", [[(0, 1)], [(0, 1), (2, 3)], [(0, 2), (1, 3)], [(1, 3)]])
def test_segments_must_tile_the_doc(bounds):
    doc = NLP("a b c")
    doc.spans[SEGMENTS_KEY] = [Span(doc, start, end, label="en") for start, end in bounds]
    with pytest.raises(ConcnerError, match="C102"):
        get_segments(doc)


def test_equal_texts_share_a_number():
    first, other, same, in_capitals = text_ids(["a b", "c", "a  b ", "A b"])
    assert first == same and len({first, other, in_capitals}) == 3


def test_numbers_of_texts_are_those_of_other_processes():
    (number,) = text_ids(["София"])
    assert number == 1800446647101940806
