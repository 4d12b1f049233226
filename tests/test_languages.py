import pytest

from spacy_concner.errors import ConcnerError
from spacy_concner.languages import (
    alpha3,
    check_language,
    find_code,
    is_other_language,
    script_of,
)


@pytest.mark.parametrize("code", ["en", "bg", "mt", "xx", "hsb", "pt-BR", "zh-Hans-CN"])
def test_language_codes_pass(code):
    assert check_language(code) is None


@pytest.mark.parametrize("code", ["zz", "EN", "e", "english", "", "pt_BR", "zz-BR"])
def test_other_words_are_told(code):
    with pytest.raises(ConcnerError, match="C216"):
        check_language(code)


def test_all_languages_of_spacy_are_known():
    import pkgutil

    import spacy.lang

    codes = [module.name for module in pkgutil.iter_modules(spacy.lang.__path__) if module.ispkg]
    assert len(codes) > 60
    for code in codes:
        check_language(code)


@pytest.mark.parametrize(
    "language, nllb, m2m100",
    [
        ("bg", "bul_Cyrl", "bg"),
        ("bul", "bul_Cyrl", "bg"),
        ("zh", "zho_Hans", "zh"),
        ("zh-TW", "zho_Hant", None),
        ("pt-BR", "por_Latn", "pt"),
        ("no", "nob_Latn", "no"),
        ("ar", "arb_Arab", "ar"),
        ("fa", "pes_Arab", "fa"),
        ("lv", "lvs_Latn", "lv"),
        ("ko", "kor_Hang", "ko"),
        ("sr", "srp_Cyrl", "sr"),
        ("sr-Latn", None, None),
        ("gsw", None, None),
        ("hsb", None, None),
        ("xx", None, None),
        ("?", None, None),
    ],
)
def test_codes_of_real_models(language, nllb, m2m100):
    from transformers.models.m2m_100 import tokenization_m2m_100
    from transformers.models.nllb import tokenization_nllb

    known = tokenization_m2m_100.FAIRSEQ_LANGUAGE_CODES["m2m100"]
    assert find_code(language, known) == m2m100
    assert find_code(language, tokenization_nllb.FAIRSEQ_LANGUAGE_CODES) == nllb


def test_codes_that_are_none_do_not_count():
    assert find_code("bg", ["ROMANCE", "be_tarask", "<>", "bul"]) == "bul"
    assert find_code("ro", ["ROMANCE"]) is None
    assert find_code("bg", []) is None


@pytest.mark.parametrize(
    "first, second, expected",
    [
        ("en", "de", True),
        ("eng", "de", True),
        ("deu", "de", False),
        ("zho", "zh", False),
        ("ROMANCE", "pt", False),
        ("gem", "de", False),
        ("mul", "de", False),
        (None, "de", False),
        ("de", "xx", False),
    ],
)
def test_only_what_is_surely_another_language_is_so(first, second, expected):
    assert is_other_language(first, second) is expected


def test_three_letters():
    assert [alpha3(code) for code in ("bg", "nb", "hsb", "pt-BR", "xx")] == [
        "bul",
        "nob",
        "hsb",
        "por",
        "xx",
    ]


@pytest.mark.parametrize(
    "text, script",
    [
        ("Анна Берг", "Cyrillic"),
        ("Anna-Marié 2", "Latin"),
        ("東京", "Cjk"),
        ("Anna Берг", "mixed"),
        ("1945", "no letters"),
    ],
)
def test_scripts(text, script):
    assert script_of(text) == script
