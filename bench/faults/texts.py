"""Texts that nobody writes, drawn from a seed."""

import random
from collections.abc import Callable, Iterator, Sequence

WORDS = "Anna Berg Sofia Берлин Ана живее в Red Cross ; . , - 北京 東京 القاهرة ירושלים".split()
SPACES = " \t\n\r\v\f\u00a0\u2003\u2028\u3000\u200b\ufeff"
EMOJI = ["😀", "👩‍👩‍👧‍👦", "🇧🇬", "👍🏽", "❤️", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"]
MARKS = [chr(code) for code in range(0x300, 0x370)]
CONTROL = [chr(code) for code in [*range(32), *range(0x7F, 0xA0), *range(0x202A, 0x202F)]]
RIGHT_TO_LEFT = [chr(code) for code in [*range(0x5D0, 0x5EB), *range(0x620, 0x64B)]]
# Half of a character of UTF-16, which no text in UTF-8 can hold.
SURROGATES = range(0xD800, 0xE000)
# Of so many texts one is as long as a book's chapter.
LONG_ONE_IN = 1000
LONG = 100_000


def make_texts(n: int, seed: int, *, surrogates: bool = False) -> list[str]:
    """Draw texts, every kind in turn.

    n (int): How many.
    seed (int): Of the draw.
    surrogates (bool): Give texts with halves of surrogate pairs, too, which spaCy refuses.
    RETURNS (list[str]): The texts.
    """
    return list(_draw(n, random.Random(seed), surrogates))


def has_surrogates(text: str) -> bool:
    """Tell whether a text cannot be written as UTF-8."""
    return any(ord(letter) in SURROGATES for letter in text)


def _draw(n: int, rng: random.Random, surrogates: bool) -> Iterator[str]:
    kinds: list[Callable[[random.Random], str]] = [
        _any_characters,
        lambda rng: "",
        lambda rng: "".join(rng.choices(SPACES, k=rng.randint(1, 20))),
        lambda rng: _some(rng, [*WORDS, *EMOJI]),
        lambda rng: "".join(letter + "".join(rng.choices(MARKS, k=20)) for letter in "Sofia"),
        lambda rng: "".join(rng.choices([*CONTROL, *"Anna Berg "], k=rng.randint(1, 60))),
        lambda rng: "".join(rng.choices([*RIGHT_TO_LEFT, " ", "A", "7"], k=rng.randint(1, 80))),
        lambda rng: rng.choice("aЖ1-北") * rng.randint(200, 2000),
        lambda rng: _some(rng, WORDS, least=100, most=400),
        lambda rng: _some(rng, [*WORDS, *SPACES, *EMOJI, *CONTROL]),
    ]
    if surrogates:
        kinds.append(lambda rng: f"Anna {chr(rng.choice(SURROGATES))} Berg")
    for number in range(n):
        if number % LONG_ONE_IN == LONG_ONE_IN - 1:
            yield (_some(rng, WORDS, least=LONG // 2, most=LONG // 2))[:LONG]
        else:
            yield kinds[number % len(kinds)](rng)


def _any_characters(rng: random.Random) -> str:
    """Draw from all of Unicode but the halves of surrogate pairs."""
    codes = (rng.randrange(0x110000) for _ in range(rng.randint(1, 60)))
    return "".join(chr(code) for code in codes if code not in SURROGATES)


def _some(rng: random.Random, words: Sequence[str], least: int = 1, most: int = 30) -> str:
    return " ".join(rng.choices(words, k=rng.randint(least, most)))
