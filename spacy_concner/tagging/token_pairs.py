"""Pairs of tokens for the similarity evaluator: same label or not, as many of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from spacy.training import Example

from .gold_tags import MISSING, align_tags
from .labels import entity_type

Level = Literal["tag", "type"]
LEVELS = ("tag", "type")


@dataclass(frozen=True)
class TokenPairs:
    """Pairs of tokens by row.

    first: `(n_pairs,)` int64 rows of the one token of each pair.
    second: `(n_pairs,)` int64 rows of the other.
    same: `(n_pairs,)` bool, whether both have the same label.
    """

    first: np.ndarray
    second: np.ndarray
    same: np.ndarray


def pair_classes(examples: Iterable[Example], level: Level) -> np.ndarray:
    """Give the class of each predicted token; O is a class of its own.

    examples (Iterable[Example]): The examples.
    level (str): "tag" tells B-PER from I-PER, "type" makes them one class.
    RETURNS (ndarray): `(n_tokens,)` int64, all Docs one after another, `MISSING` for white
        space and where the annotation is unknown.
    """
    classes: dict[str, int] = {}
    rows: list[int] = []
    for example in examples:
        for token, tag in zip(example.predicted, align_tags(example), strict=True):
            if tag is None or token.is_space:
                rows.append(MISSING)
            else:
                name = tag if level == "tag" else entity_type(tag)
                rows.append(classes.setdefault(name, len(classes)))
    return np.asarray(rows, dtype="i8")


def draw_pairs(classes: np.ndarray, max_pairs: int, seed: int | Sequence[int]) -> TokenPairs:
    """Draw pairs of different tokens, half of them of the same class.

    All pairs of the rarer kind are taken and as many of the other, or `max_pairs` / 2 of
    each where there are more. What is drawn is spread evenly over all pairs of its kind,
    so that each class has its share. Pairs are counted, not listed: memory is that of the
    tokens and the pairs drawn.

    classes (ndarray): `(n_tokens,)` int64, `MISSING` for tokens to leave out.
    max_pairs (int): The most pairs to draw, at least 2.
    seed (int | Sequence[int]): Decides which pairs are drawn where not all are.
    RETURNS (TokenPairs): The pairs, those of the same class first; none if all tokens are
        of one class or each is of its own.
    """
    known = np.flatnonzero(classes != MISSING)
    order = known[np.argsort(classes[known], kind="stable")]
    n = len(order)
    # Sorted by class, a token's partners are the rest of its class and all that comes after.
    ends = np.searchsorted(classes[order], classes[order], side="right")
    n_same = ends - np.arange(n) - 1
    n_other = n - ends
    n_drawn = int(min(n_same.sum(), n_other.sum(), max_pairs // 2))
    random = np.random.default_rng(seed)
    same = _draw(n_same, np.arange(n) + 1, n_drawn, random)
    other = _draw(n_other, ends, n_drawn, random)
    first, second = (order[np.concatenate(rows)] for rows in zip(same, other, strict=True))
    return TokenPairs(first, second, np.arange(2 * n_drawn) < n_drawn)


def _draw(
    counts: np.ndarray, starts: np.ndarray, n_drawn: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw pairs where row i has `counts[i]` partners from `starts[i]` on."""
    ends = np.cumsum(counts)
    if not n_drawn:
        nothing = np.zeros(0, dtype="i8")
        return nothing, nothing
    total = int(ends[-1])
    if n_drawn == total:
        numbers = np.arange(total)
    else:
        # One from each of equal stretches: none twice, none of the stretches left out.
        bounds = np.arange(n_drawn + 1) * total // n_drawn
        numbers = random.integers(bounds[:-1], bounds[1:])
    rows = np.searchsorted(ends, numbers, side="right")
    return rows, starts[rows] + numbers - (ends - counts)[rows]
