import pytest

from spacy_concner.projects.text_language import find_other_language

TEXTS = {
    "en": "This is one of the houses that have been there for a long time, and we like them.",
    "de": "Das ist eines der Häuser, die schon seit langer Zeit da sind, und wir mögen sie sehr.",
    "bg": "Това е една от къщите, които са там от много време, и ние ги харесваме.",
    "hu": "Ez az egyik ház, amely már régóta ott van, és mi nagyon szeretjük őket, mert szépek.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_text_in_its_language_and_in_another(language):
    texts = [TEXTS[language]] * 20
    assert find_other_language(texts, language) == ""
    for other in TEXTS.keys() - {language}:
        found = find_other_language(texts, other)
        assert f"({language})" in found or "letters" in found


def test_what_cannot_be_told():
    assert find_other_language([], "de") == ""
    assert find_other_language(["Haus"], "bg") == ""
    # No stop words, and no script that is known.
    assert find_other_language([TEXTS["en"]] * 20, "xx") == ""


def test_languages_in_two_scripts():
    assert (
        find_other_language(["Ovo je jedna kuća koja je tamo već dugo vremena."] * 20, "sr") == ""
    )
