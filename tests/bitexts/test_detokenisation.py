import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_concner.bitexts.detokenisation import detokenise


@pytest.mark.parametrize(
    "words, text",
    [
        ("Anna , who ( aged 5 ) left !", "Anna, who (aged 5) left!"),
        ("It 's 5 % of $ 9 ...", "It's 5% of $9..."),
        ("`` Run ! '' she said", '"Run!" she said'),
        ("'' Bonanza '' ( 1959 )", '"Bonanza" (1959)'),
        ("' '' Anna '' '", "'\"Anna\"'"),
        ("rock ' n ' roll", "rock 'n' roll"),
        ("the players ' choice", "the players ' choice"),
        ('a " b', 'a " b'),
        ("10 – 12", "10 – 12"),
        ("", ""),
    ],
)
def test_running_text(words, text):
    assert "".join(detokenise(words.split())) == text


@given(st.lists(st.text("ab.,('\"`", min_size=1, max_size=3)))
def test_every_word_has_its_piece(words):
    pieces = detokenise(words)
    assert len(pieces) == len(words)
    double = ("``", "''")
    assert [piece.rstrip(" ") for piece in pieces] == ['"' if w in double else w for w in words]
    assert not pieces or not pieces[-1].endswith(" ")
