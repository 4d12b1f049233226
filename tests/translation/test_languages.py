import pytest

from spacy_concner.errors import ConcnerError
from spacy_concner.translation.languages import ISO_639_1, check_language


@pytest.mark.parametrize("code", ["en", "bg", "mt", "xx", "hsb", "pt-BR", "zh-Hans-CN"])
def test_language_codes_pass(code):
    assert check_language(code) is None


@pytest.mark.parametrize("code", ["zz", "EN", "e", "english", "", "pt_BR", "zz-BR"])
def test_other_words_are_told(code):
    with pytest.raises(ConcnerError, match="C216"):
        check_language(code)


def test_all_languages_of_spacy_with_two_letters_are_known():
    import pkgutil

    import spacy.lang

    codes = {module.name for module in pkgutil.iter_modules(spacy.lang.__path__) if module.ispkg}
    assert {code for code in codes if len(code) == 2} - {"xx"} <= ISO_639_1
