"""An Example with other words in the place of its own, one for one."""

from collections.abc import Sequence

from spacy.tokens import Doc, Span
from spacy.training import Example

from ..corpora.segments import SEGMENTS_KEY, annotate, copy_tokens, token_tag


def replace_words(example: Example, words: Sequence[str]) -> Example:
    """Replace the words of an Example, one for one; entities, segments and soft labels stay.

    example (Example): The Example, left as it is.
    words (Sequence[str]): A word for each token of the gold Doc, none of them empty.
    RETURNS (Example): The new words, without and with what was annotated.
    """
    old = example.reference
    spaces = None if old.has_unknown_spaces else [bool(token.whitespace_) for token in old]
    reference = Doc(old.vocab, words=list(words), spaces=spaces, user_data=dict(old.user_data))
    if old.has_annotation("ENT_IOB"):
        annotate(reference, [token_tag(token) for token in old])
    if SEGMENTS_KEY in old.spans:
        reference.spans[SEGMENTS_KEY] = [
            Span(reference, span.start, span.end, label=span.label_)
            for span in old.spans[SEGMENTS_KEY]
        ]
    return Example(copy_tokens(reference, old.vocab), reference)
