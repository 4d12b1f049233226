"""`spacy-concner.ReplacingTokenizer.v1`: spaCy's tokenizer for text that is not all characters."""

from collections.abc import Callable

from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc

from ...checked_loading import check_when_loaded

REPLACEMENT = "\ufffd"


def create_replacing_tokenizer() -> Callable[[Language], Tokenizer]:
    """Create a tokenizer that puts U+FFFD for lone surrogates, at which spaCy's own stops.

    Such halves of characters come from JSON and from text that was cut in the wrong place.

    RETURNS (Callable[[Language], Tokenizer]): Makes the tokenizer of a language.
    """
    return make_tokenizer


def make_tokenizer(nlp: Language) -> Tokenizer:
    """Make the tokenizer of a pipeline's language.

    nlp (Language): The pipeline.
    RETURNS (Tokenizer): Like `nlp.tokenizer` made from spaCy's own defaults.
    """
    from spacy.util import registry

    check_when_loaded(nlp)
    return replacing(registry.get("tokenizers", "spacy.Tokenizer.v1")()(nlp))


def replacing(tokenizer: Tokenizer) -> Tokenizer:
    """Copy a tokenizer into one that replaces lone surrogates.

    tokenizer (Tokenizer): Any of spaCy's own.
    RETURNS (Tokenizer): One with the same rules.
    """
    return ReplacingTokenizer(
        tokenizer.vocab,
        rules=tokenizer.rules,
        prefix_search=tokenizer.prefix_search,
        suffix_search=tokenizer.suffix_search,
        infix_finditer=tokenizer.infix_finditer,
        token_match=tokenizer.token_match,
        url_match=tokenizer.url_match,
        faster_heuristics=tokenizer.faster_heuristics,
    )


class ReplacingTokenizer(Tokenizer):
    """spaCy's tokenizer, given `readable` text."""

    def __call__(self, string: str) -> Doc:
        """Tokenize a text; offsets stay as they are."""
        return super().__call__(readable(string))


def readable(text: str) -> str:
    """Replace lone surrogates, which are no characters, so that tokenizers take the text.

    text (str): Any string.
    RETURNS (str): As many characters.
    """
    if text.isascii():
        return text
    try:
        text.encode("utf8")
    except UnicodeEncodeError:
        return "".join(REPLACEMENT if "\ud800" <= c <= "\udfff" else c for c in text)
    return text
