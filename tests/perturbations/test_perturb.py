"""Sentences are disturbed with their labels, the same way each time."""

import random
from collections.abc import Iterator

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc
from spacy.training import Example

from spacy_concner.corpora.segments import annotate, token_tag
from spacy_concner.errors import ConcnerError
from spacy_concner.perturbations.perturb import Perturbation, make_perturbation, perturb
from spacy_concner.perturbations.standard import standard_perturbations

NLP = spacy.blank("xx")
WORDS = ["Angela", "Merkel", "traf", "Łukasz", "in", "Zürich", "Straße", "."]
TAGS = ["B-PER", "I-PER", "O", "B-PER", "O", "B-LOC", "I-LOC", "O"]
STANDARD = standard_perturbations()


def gold_doc(words=WORDS, tags=TAGS, spaces=None, language="de") -> Doc:
    doc = Doc(NLP.vocab, words=words, spaces=spaces, user_data={"language": language})
    annotate(doc, tags)
    return doc


def entities(doc: Doc) -> list[tuple[str, str]]:
    return [(ent.text, ent.label_) for ent in doc.ents]


def made(registered: str, doc: Doc, **given) -> Example:
    return perturb(make_perturbation("it", registered, given), NLP, doc)


@pytest.mark.parametrize("perturbation", STANDARD, ids=lambda p: p.name)
def test_entities_stay_and_text_agrees(perturbation):
    for spaces in (None, [True] * 6 + [False, False]):
        doc = gold_doc(spaces=spaces)
        example = perturb(perturbation, NLP, doc)
        assert [ent.label_ for ent in example.reference.ents] == ["PER", "PER", "LOC"]
        assert example.reference.user_data["language"] == "de"
        assert example.predicted.text == example.reference.text
        assert not example.predicted.ents and len(example.alignment.x2y.lengths)
        again = perturb(perturbation, NLP, gold_doc(spaces=spaces))
        assert again.text == example.text and entities(again.y) == entities(example.y)
        assert entities(doc)[0] == ("Angela Merkel", "PER"), "the gold Doc has changed"


@given(
    st.lists(st.text("aé bЖ1.", min_size=1, max_size=4).filter(str.strip), min_size=1, max_size=6),
    st.data(),
)
@settings(max_examples=40)
def test_whatever_stands_in_a_word_the_labels_stay(words, data):
    words = [word.strip() for word in words]
    tags = [data.draw(st.sampled_from(["O", "B-LOC", "-"])) for _ in words]
    doc = gold_doc(words, tags)
    for perturbation in STANDARD[:10]:
        example = perturb(perturbation, NLP, doc)
        assert [ent.label_ for ent in example.y.ents] == [ent.label_ for ent in doc.ents]
        assert "-" not in tags or "-" in map(token_tag, example.y)
        assert example.alignment is not None


def test_what_is_not_annotated_stays_so():
    doc = gold_doc(["Anna", "in", "Paris"], ["B-PER", "-", "-"])
    example = made("spacy-concner.casing.v1", doc, case="upper")
    assert [token_tag(token) for token in example.y] == ["B-PER", "-", "-"]
    assert example.text.split() == ["ANNA", "IN", "PARIS"]


def test_a_blank_within_a_word_makes_two_of_one_entity():
    doc = gold_doc(["Paris", "!"], ["B-LOC", "O"])
    example = made("spacy-concner.inserted_spaces.v1", doc, rate=1.0)
    assert [token.text for token in example.y] == ["P", "aris", "!"]
    assert entities(example.y) == [("P aris", "LOC")]


def test_words_that_run_together_are_split_by_the_pipeline():
    doc = gold_doc(["in", "Paris", "."], ["O", "B-LOC", "O"])
    example = made("spacy-concner.removed_spaces.v1", doc, rate=1.0)
    assert [token.text for token in example.x] == ["inParis", "."]
    assert [token.text for token in example.y] == ["in", "Paris", "."]
    assert entities(example.y) == [("Paris", "LOC")]


def test_generators_are_as_they_were():
    random.seed(1)
    np.random.seed(1)
    expected = random.random(), np.random.random()
    random.seed(1)
    np.random.seed(1)
    perturb(STANDARD[0], NLP, gold_doc())
    perturb(STANDARD[-1], NLP, gold_doc())
    assert (random.random(), np.random.random()) == expected


def twice(nlp, example) -> Iterator[Example]:
    yield example
    yield example


def broken(nlp, example) -> Iterator[Example]:
    raise KeyError("nothing")
    yield example


@pytest.mark.parametrize(
    "code, augmenter, told",
    [("C702", twice, "2 Examples"), ("C703", broken, "KeyError: 'nothing'")],
)
def test_a_function_that_fails_is_told_with_the_sentence(code, augmenter, told):
    with pytest.raises(ConcnerError, match=f"{code}.*'mine'.*Angela Merkel.*") as caught:
        perturb(Perturbation("mine", augmenter), NLP, gold_doc())
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "registered, given, code",
    [
        ("nothing.v1", {}, "C701.*nothing is registered"),
        ("spacy.lower_case.v1", {}, "C701.*level"),
        ("spacy-concner.keystrokes.v1", {"rate": 2.0}, "C704.*2.0"),
        ("spacy-concner.ocr.v1", {"rate": -0.1}, "C704"),
        ("spacy-concner.casing.v1", {"case": "camel"}, "C705.*lower, title, upper"),
        ("spacy-concner.names.v1", {"gender": "none"}, "C705"),
        ("spacy-concner.names.v1", {"locale": "ar_BH"}, "C706.*ar_BH"),
    ],
)
def test_settings_that_cannot_be_are_told(registered, given, code):
    with pytest.raises(ConcnerError, match=code):
        make_perturbation("it", registered, given)


@pytest.mark.parametrize("package", ["augmenty", "faker", "faker.providers.person"])
def test_a_missing_library_is_told(package, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, package, None)
    with pytest.raises(ConcnerError, match=r"C700.*spacy-concner\[robust\]"):
        standard_perturbations()
