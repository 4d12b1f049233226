"""`spacy-concner.noisy_words.v1`: a student reads dirty words, and learns of the clean ones.

Words stay one for one, so that soft labels, entities and segments hold. No keyboard is needed, and
none is learned: any letter of the sentence may stand in the place of another.
"""

import random
from collections.abc import Iterator

from spacy.language import Language
from spacy.training import Example

from ..errors import ConcnerError, Errors
from .diacritics import without_diacritics
from .perturb import Augmenter
from .settings import check_rate
from .words import replace_words


def create_noisy_words(
    lower: float = 0.1,
    upper: float = 0.1,
    title: float = 0.05,
    diacritics: float = 0.1,
    typos: float = 0.2,
    typo_rate: float = 0.08,
) -> Augmenter:
    """Create the augmenter of training text, which serves softly labelled text and bitexts, too.

    lower (float): Share of the sentences in lower case.
    upper (float): Share in upper case.
    title (float): Share in which every word begins with a capital letter.
    diacritics (float): Share without diacritics.
    typos (float): Share with typing errors.
    typo_rate (float): Share of the letters of these that are wrong: another in its place, left out,
        doubled or in the place of the next.
    RETURNS (Callable): The augmenter.
    RAISES (ConcnerError): C704 for a share, C707 if the cases take more than all sentences.
    """
    shares = {"lower": lower, "upper": upper, "title": title}
    others = {"diacritics": diacritics, "typos": typos, "typo_rate": typo_rate}
    for name, value in {**shares, **others}.items():
        check_rate(name, value)
    if sum(shares.values()) > 1:
        raise ConcnerError(Errors.C707.format(found=[*shares.values()]))
    return NoisyWords(shares, diacritics, typos, typo_rate)


class NoisyWords:
    """Dirty words for training: see `create_noisy_words`."""

    # Tells the reader that tokens stay, one for one.
    keeps_tokens = True

    def __init__(
        self, cases: dict[str, float], diacritics: float, typos: float, typo_rate: float
    ) -> None:
        """Initialise; arguments as for `create_noisy_words`, `cases` by name."""
        self.cases = cases
        self.diacritics = diacritics
        self.typos = typos
        self.typo_rate = typo_rate

    def __call__(self, nlp: Language, example: Example) -> Iterator[Example]:
        """Disturb an Example."""
        old = [token.text for token in example.reference]
        words = old
        drawn = random.random()
        for case, share in self.cases.items():
            if 0 <= drawn < share:
                words = [change_case(word, case) for word in words]
            drawn -= share
        if random.random() < self.diacritics:
            words = [without_diacritics(word) for word in words]
        if random.random() < self.typos:
            letters = [letter for word in words for letter in word if letter.isalpha()]
            words = [mistype(word, self.typo_rate, letters) for word in words]
        yield example if words == old else replace_words(example, words)


def change_case(word: str, case: str) -> str:
    """Give a word in "lower", "upper" or "title" case."""
    if case == "title":
        return word[:1].upper() + word[1:].lower()
    return word.upper() if case == "upper" else word.lower()


def mistype(word: str, rate: float, letters: list[str]) -> str:
    """Put typing errors into a word.

    word (str): The word.
    rate (float): Share of its letters that are wrong.
    letters (list[str]): What may stand in the place of a letter.
    RETURNS (str): The word, never empty.
    """
    typed: list[str] = []
    rest = list(word)
    while rest:
        letter = rest.pop(0)
        if not letter.isalpha() or random.random() >= rate:
            typed.append(letter)
            continue
        kind = random.choice(("other", "none", "double", "swap"))
        if kind == "other":
            typed.append(random.choice(letters))
        elif kind == "double":
            typed += [letter, letter]
        elif kind == "swap" and rest:
            typed += [rest.pop(0), letter]
    return "".join(typed) or word
