"""Running text from words that come without spaces: what an engine reads should look like text."""

from collections import Counter
from collections.abc import Sequence

NO_SPACE_BEFORE = frozenset(".,;:!?)]}%…»”’")
NO_SPACE_AFTER = frozenset("([{«“„‘¿¡$£€#")
DOUBLE_QUOTE = '"'
QUOTES = {DOUBLE_QUOTE: DOUBLE_QUOTE, "``": DOUBLE_QUOTE, "''": DOUBLE_QUOTE, "'": "'"}
CLITICS = frozenset(["'s", "'re", "'ve", "'ll", "'d", "'m", "n't", "’s", "’re", "’ve", "’ll"])


def detokenise(words: Sequence[str]) -> list[str]:
    """Write each word as in running text, with the space that follows it.

    Double quotes, also those of treebanks and wikis ("``" and "''"), become straight ones,
    which engines know. Straight quotes open and close in turn where their number is even;
    others keep their spaces.

    words (Sequence[str]): Words of a sentence, punctuation apart, as in token-a-line
        corpora.
    RETURNS (list[str]): The pieces of the text, one for each word; the last has no space.
    """
    written = [QUOTES.get(word, word) for word in words]
    counts = Counter(written)
    is_open = dict.fromkeys(QUOTES, False)
    joins_left: list[bool] = []
    joins_right: list[bool] = []
    for word in written:
        left = set(word) <= NO_SPACE_BEFORE or word.lower() in CLITICS
        right = set(word) <= NO_SPACE_AFTER
        if word in QUOTES and counts[word] % 2 == 0:
            left = is_open[word]
            right = is_open[word] = not left
        joins_left.append(left)
        joins_right.append(right)
    spaces = [
        "" if right or left else " "
        for right, left in zip(joins_right, [*joins_left[1:], True], strict=False)
    ]
    return [word + space for word, space in zip(written, spaces, strict=True)]
