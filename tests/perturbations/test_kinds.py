"""What each perturbation makes of text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_concner.languages import script_of
from spacy_concner.perturbations.diacritics import without_diacritics
from spacy_concner.perturbations.keystrokes import bulgarian_keyboard, find_layout
from spacy_concner.perturbations.ocr import find_confusions
from tests.perturbations.test_perturb import entities, gold_doc, made


@pytest.mark.parametrize(
    "case, expected",
    [
        ("lower", "anna besucht die nato"),
        ("upper", "ANNA BESUCHT DIE NATO"),
        ("title", "Anna Besucht Die Nato"),
    ],
)
def test_case(case, expected):
    doc = gold_doc(["Anna", "besucht", "die", "NATO"], ["B-PER", "O", "O", "B-ORG"])
    assert made("spacy-concner.casing.v1", doc, case=case).text.strip() == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Łódź", "Lodz"),
        ("Győr, Århus, São", "Gyor, Arhus, Sao"),
        ("Αθήνα", "Αθηνα"),
        ("Пётр й ї", "Петр й ї"),
        ("東京 é", "東京 e"),
    ],
)
def test_diacritics(text, expected):
    assert without_diacritics(text) == expected


@given(st.text(max_size=20))
@settings(max_examples=50)
def test_without_diacritics_nothing_is_left_to_lose(text):
    bare = without_diacritics(text)
    assert without_diacritics(bare) == bare


def test_keys_are_neighbours_on_the_keyboard_of_the_language():
    doc = gold_doc(["яяяя"], ["O"], language="bg")
    text = made("spacy-concner.keystrokes.v1", doc, rate=1.0).text.strip()
    # Beside я, above it and below.
    assert len(text) == 4 and set(text) <= set("ьа,уеюйъ")


def test_keyboards():
    layouts = ["de_qwerty_v1", "ru_v1", "en_qwerty_v1"]
    assert find_layout("de", "Köln", layouts) == "de_qwerty_v1"
    assert find_layout("sk", "Žilina", layouts) == "en_qwerty_v1"
    assert find_layout("sr", "Ниш", layouts) == "ru_v1"
    assert find_layout("ja", "東京", layouts) == ""
    rows = bulgarian_keyboard()
    letters = {key.lower() for level in rows.values() for row in level for key in row}
    assert set("абвгдежзийклмнопрстуфхцчшщъьюя") - letters == set()


def test_text_without_a_keyboard_stays_and_is_told():
    doc = gold_doc(["東京"], ["B-LOC"], language="ja")
    with pytest.warns(UserWarning, match="W700.*'ja'"):
        assert made("spacy-concner.keystrokes.v1", doc, rate=1.0).text == doc.text


def test_letters_are_misread():
    doc = gold_doc(["8B0", "München"], ["O", "B-LOC"])
    text = made("spacy-concner.ocr.v1", doc, rate=1.0).text
    assert text.split()[0] in ("B8O", "B8o") and "ü" not in text
    for letter, readings in find_confusions().items():
        assert len(letter) == 1 and letter not in readings and all(readings)


def test_people_get_names_of_an_origin_and_gender():
    doc = gold_doc()
    swapped = made("spacy-concner.names.v1", doc, locale="tr_TR", gender="male")
    first, second, place = entities(swapped.y)
    assert first[0] != "Angela Merkel" and second[0] != "Łukasz" and place[0] == "Zürich Straße"
    assert len(first[0].split()) >= 2
    women = made("spacy-concner.names.v1", doc, locale="tr_TR", gender="female")
    assert entities(women.y)[0] != first


@pytest.mark.parametrize("label", ["PER", "PERSON", "PRS"])
def test_names_of_the_language_go_by_any_label(label):
    doc = gold_doc(["Иван", "Вазов"], [f"B-{label}", f"I-{label}"], language="bg")
    (found,) = entities(made("spacy-concner.names.v1", doc).y)
    assert found[0] != "Иван Вазов" and found[1] == label and script_of(found[0]) == "Cyrillic"


def test_names_of_another_script_change_nothing():
    doc = gold_doc(["Иван", "Вазов"], ["B-PER", "I-PER"], language="bg")
    assert made("spacy-concner.names.v1", doc, locale="tr_TR").text == doc.text
    unknown = gold_doc(language="xx")
    assert made("spacy-concner.names.v1", unknown).text == unknown.text
