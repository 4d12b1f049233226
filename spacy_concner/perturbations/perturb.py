"""One labelled sentence disturbed by one of spaCy's augmenters, with labels that stay right.

Augmenters of spaCy and augmenty lose what is not annotated (it comes back as outside), and keep a
word with a blank in it as one token. Both are mended here, for whichever augmenter.
"""

import random
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from spacy import registry
from spacy.language import Language
from spacy.tokens import Doc, Token
from spacy.training import Example

from ..corpora.segments import annotate, copy_tokens, token_tag
from ..errors import ConcnerError, Errors

Augmenter = Callable[[Language, Example], Iterator[Example]]
LANGUAGE_KEY = "language"
# A type that stands for "not annotated" while an augmenter is at work.
MISSING = "-"


@dataclass(frozen=True)
class Perturbation:
    """A way to disturb text.

    name: what it is called.
    augmenter: what does it.
    """

    name: str
    augmenter: Augmenter


def make_perturbation(
    name: str, registered: str, settings: Mapping[str, Any] | None = None
) -> Perturbation:
    """Make a perturbation out of a registered augmenter.

    name (str): What to call it.
    registered (str): Name in the registry `augmenters`.
    settings (Mapping[str, Any]): Arguments of the registered function.
    RETURNS (Perturbation): The perturbation.
    RAISES (ConcnerError): C701 if nothing is registered so or an argument is missing, and those
        of the function, such as C700 without its library.
    """
    try:
        make = registry.get("augmenters", registered)
        return Perturbation(name, make(**(settings or {})))
    except ConcnerError:
        raise
    # Whatever the registry or the function of a user may raise.
    except Exception as error:
        known = sorted(registry.augmenters.get_all())
        reason = str(error).split("\n")[0].rstrip(".") or type(error).__name__
        if registered not in known:
            reason = "nothing is registered by that name"
        told = {"name": registered, "reason": reason, "known": known}
        raise ConcnerError(Errors.C701.format(**told)) from error


def perturb(
    perturbation: Perturbation, nlp: Language, gold: Doc, *, language: str = "", seed: int = 0
) -> Example:
    """Disturb a labelled sentence.

    The same sentence is disturbed in the same way each time, whatever stands before it.

    perturbation (Perturbation): How.
    nlp (Language): The pipeline that will read it: its tokenizer splits the disturbed text. Where
        the spaces of the sentence are unknown, its tokens are kept while none is joined.
    gold (Doc): The sentence, not a bitext; left as it is.
    language (str): Its language code, where the Doc does not tell.
    seed (int): Seed, beside the text.
    RETURNS (Example): The disturbed text, and it with its entities.
    RAISES (ConcnerError): C702 if it does not make one Example, C703 if it fails.
    """
    language = str(gold.user_data.get(LANGUAGE_KEY, "") or language)
    marked = copy_tokens(gold, nlp.vocab)
    annotate(marked, [_marked(token) for token in gold])
    marked.user_data[LANGUAGE_KEY] = language
    told = {"name": perturbation.name, "text": gold.text[:80]}
    example = Example(copy_tokens(marked, nlp.vocab), marked)
    with _seeded(zlib.crc32(f"{seed} {gold.text}".encode())):
        try:
            made = list(perturbation.augmenter(nlp, example))
        except ConcnerError:
            raise
        # Whatever the code of a user may raise.
        except Exception as error:
            found = f"{type(error).__name__}: {error}"
            raise ConcnerError(Errors.C703.format(error=found, **told)) from error
    if len(made) != 1:
        raise ConcnerError(Errors.C702.format(n=len(made), **told))
    words, spaces, tags = _split_at_blanks(made[0].reference)
    keeps_tokens = gold.has_unknown_spaces and all(spaces[:-1])
    reference = Doc(nlp.vocab, words=words, spaces=None if keeps_tokens else spaces)
    annotate(reference, tags)
    reference.user_data[LANGUAGE_KEY] = language
    if keeps_tokens:
        return Example(copy_tokens(reference, nlp.vocab), reference)
    return Example(nlp.make_doc(reference.text), reference)


def language_of(nlp: Language, example: Example) -> str:
    """Give the language of an Example: what its gold Doc tells, or else the pipeline's.

    nlp (Language): The pipeline.
    example (Example): The Example.
    RETURNS (str): The code.
    """
    return str(example.reference.user_data.get(LANGUAGE_KEY) or nlp.lang)


def _marked(token: Token) -> str:
    tag = token_tag(token)
    return f"B-{MISSING}" if tag == "-" else tag


def _split_at_blanks(doc: Doc) -> tuple[list[str], list[bool], list[str]]:
    """Give words, spaces and tags, a word with blanks in it as several of one entity."""
    words, spaces, tags = [], [], []
    for token in doc:
        tag = token_tag(token)
        parts = token.text.split() or [token.text]
        words += parts
        spaces += [True] * (len(parts) - 1) + [bool(token.whitespace_)]
        if tag.endswith(f"-{MISSING}"):
            tags += ["-"] * len(parts)
        else:
            inside = f"I-{tag[2:]}" if tag != "O" else tag
            tags += [tag, *[inside] * (len(parts) - 1)]
    return words, spaces, tags


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed the generators that augmenters draw from, and put them back afterwards."""
    states = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
