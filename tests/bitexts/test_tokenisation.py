import pytest

from spacy_concner.bitexts.tokenisation import make_tokenizer


@pytest.mark.parametrize(
    "language, text, tokens",
    [
        ("zh", "安娜住在Paris。", ["安", "娜", "住", "在", "Paris", "。"]),
        ("zh-TW", "東京", ["東", "京"]),
        ("th", "ที่นี่ Anna", ["ที่", "นี่", "Anna"]),
        ("de", "Anna mag 東京.", ["Anna", "mag", "東京", "."]),
        ("he", "אנה גרה בפריז.", ["אנה", "גרה", "בפריז", "."]),
    ],
)
def test_scripts_without_spaces_are_cut_into_characters(language, text, tokens):
    doc = make_tokenizer(language)(text)
    assert [token.text for token in doc] == tokens
    assert doc.text == text
