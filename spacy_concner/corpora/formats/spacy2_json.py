"""The JSON format in which spaCy 2 took its training data: documents of paragraphs of sentences."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ...errors import Errors
from ..json_values import as_list, get_string, get_value, wrong_type
from ..read_options import ReadOptions
from ..records import InvalidRecord, Place, Rejected, TokenRecord
from .token_sentences import make_sentence


def parse_document(
    data: Mapping[str, Any], place: Place, raw: str, options: ReadOptions
) -> Iterator[TokenRecord | Rejected]:
    """Make a record of each sentence of a document.

    Tags are BILUO unless the options name another scheme, "-" where annotation is missing; a
    sentence without any lacks annotation.

    data (Mapping[str, Any]): The document.
    place (Place): Where it stands.
    raw (str): The document as it stands in the source.
    options (ReadOptions): The scheme, and whether tags are read.
    YIELDS (TokenRecord | Rejected): A record for each sentence.
    """
    for paragraph in as_list(data["paragraphs"], "paragraphs", place):
        if not isinstance(paragraph, Mapping):
            wrong_type("a paragraph", paragraph, "an object", place)
        sentences = get_value(paragraph, ("sentences",), "a paragraph", place, expected="a list")
        for sentence in as_list(sentences, "sentences", place):
            try:
                yield _parse_sentence(sentence, place, raw, options)
            except InvalidRecord as error:
                yield Rejected(error, raw)


def _parse_sentence(data: Any, place: Place, raw: str, options: ReadOptions) -> TokenRecord:
    if not isinstance(data, Mapping):
        wrong_type("a sentence", data, "an object", place)
    words: list[str] = []
    tags: list[str | None] = []
    for token in as_list(
        get_value(data, ("tokens",), "a sentence", place, expected="a list"), "tokens", place
    ):
        if not isinstance(token, Mapping):
            wrong_type("a token", token, "an object", place)
        word = token.get("orth")
        if not isinstance(word, str):
            word = get_string(token, ("orth",), "a token", place)
        words.append(word)
        tag = token.get("ner")
        if tag is not None and not isinstance(tag, str):
            wrong_type("the ner of a token", tag, "a string", place)
        tags.append(tag or "-")
    if not words:
        raise InvalidRecord(Errors.C116, place, what="a sentence")
    known = None if options.unlabelled or set(tags) == {"-"} else [str(tag) for tag in tags]
    scheme = replace(options, scheme=options.scheme or "bilou")
    places = [place] * len(words)
    return make_sentence(words, known, places, raw, options=scheme, allow_missing=True)
