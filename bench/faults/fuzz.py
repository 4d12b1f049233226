"""Pipelines on texts that nobody writes: no crash, and the same one by one as in any batch."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import spacy

from faults.tamper import describe
from faults.texts import has_surrogates, make_texts

# Of torch's sums, which are rounded otherwise in other batches; shipped pipelines need none.
TOLERANCE = 1e-4
BATCHES = (1, 7, 64, 256)
# Texts that go through `pipe` at once.
ROUND = 500


@dataclass
class Fuzzing:
    """What became of the texts.

    n: Texts.
    refused: Those that a blank pipeline refuses as well.
    crashes: Those that ours alone does not take, a line each.
    unlike: Those whose entities depend on the batch, a line each.
    largest: Largest difference of a score between batches.
    """

    n: int = 0
    refused: int = 0
    crashes: list[str] = field(default_factory=list)
    unlike: list[str] = field(default_factory=list)
    largest: float = 0.0


def fuzz(pipeline: str, *, n: int, seed: int) -> Fuzzing:
    """Run a pipeline on drawn texts, each alone and in batches of any size.

    pipeline (str): Folder or package.
    n (int): Texts.
    seed (int): Of the texts and of their order in the batches.
    RETURNS (Fuzzing): What was found.
    """
    nlp, blank = spacy.load(pipeline), spacy.blank("xx")
    rng, done = random.Random(seed), Fuzzing()
    texts = make_texts(n, seed, surrogates=True)
    for start in range(0, n, ROUND):
        some = texts[start : start + ROUND]
        done.n += len(some)
        with nlp.memory_zone():
            _try(nlp, blank, some, done, rng)
    return done


def _try(nlp: Any, blank: Any, texts: Sequence[str], done: Fuzzing, rng: random.Random) -> None:
    alone: dict[str, list] = {}
    for text in texts:
        try:
            alone[text] = describe(nlp(text))
        except Exception as error:
            if has_surrogates(text) and _is_refused(blank, text):
                done.refused += 1
                continue
            done.crashes.append(f"{text[:40]!r}: {type(error).__name__}: {error}"[:200])
    given = list(alone)
    for size in BATCHES:
        rng.shuffle(given)
        try:
            found = [describe(doc) for doc in nlp.pipe(given, batch_size=size)]
        except Exception as error:
            done.crashes.append(f"batches of {size}: {type(error).__name__}: {error}"[:200])
            continue
        for text, (ents, scores) in zip(given, found, strict=True):
            expected, known = alone[text]
            if ents != expected:
                done.unlike.append(f"batches of {size}: {text[:40]!r}")
                continue
            apart = [abs(a - b) for a, b in zip(scores, known, strict=True)]
            done.largest = max([done.largest, *apart])
            if max(apart, default=0) > TOLERANCE:
                done.unlike.append(f"batches of {size}: {text[:40]!r}, scores {max(apart):.1e}")


def _is_refused(blank: Any, text: str) -> bool:
    try:
        blank(text)
    except Exception:
        return True
    return False
