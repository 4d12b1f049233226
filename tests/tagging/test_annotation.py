"""What is asked of the tokens of a Doc, and where entities among its words stand in it."""

import pytest
import spacy

from spacy_concner.entity_scores import token_starts
from spacy_concner.tagging.annotation import view_tokens, word_positions


@pytest.mark.parametrize(
    "text", ["", " ", "Anna", "Anna  lives\nin Sofia .", "\u3000東京 \U0001f600"]
)
def test_a_view_tells_words_and_starts(text):
    doc = spacy.blank("xx")(text)
    view = view_tokens(doc)
    assert view.is_word.tolist() == [not token.is_space for token in doc]
    # Other bytes would have each entity looked for anew whenever it is read.
    assert view.starts == token_starts(doc)


def test_positions_pass_over_white_space():
    nlp = spacy.blank("xx")
    docs = [nlp("Anna  lives"), nlp(""), nlp("Sofia .")]
    views = [view_tokens(doc).is_word for doc in docs]
    assert [list(map(list, parts)) for parts in word_positions(docs, views)] == [
        [[0, 2]],
        [],
        [[0, 1]],
    ]
