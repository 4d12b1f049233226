"""What `nlp.memory_zone()` does for our components: memory that stays, and one zone at a time.

spaCy frees the words of a zone at its end, but not their places in the index of its vocabulary:
two tables that double again and again, as many places in each as words have come. And where
threads open zones side by side, the end of one frees the words of the other.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakSet

import srsly
from cymem.cymem import Pool
from spacy.attrs import LANG, LOWER, NORM, PREFIX, SHAPE, SUFFIX
from spacy.lexeme import Lexeme
from spacy.vocab import Vocab

from ..errors import ConcnerError, Errors

# Places in the index of strings, of 16 bytes each.
MOST_PLACES = 2**16
MOST_PLACES_A_STRING = 8
# Attributes of words that are strings; all others are flags.
NAMES = {
    LOWER: "lower",
    NORM: "norm",
    SHAPE: "shape",
    PREFIX: "prefix",
    SUFFIX: "suffix",
    LANG: "lang",
}
# Not an attribute of the component, which would be copied to other processes.
_OPEN: WeakSet[Any] = WeakSet()


class InMemoryZones:
    """A component that can be used in memory zones; it has `vocab` and `name`."""

    vocab: Vocab
    name: str

    @contextmanager
    def memory_zone(self, mem: Pool | None = None) -> Iterator[Pool | None]:
        """Take part in a memory zone: `nlp.memory_zone()` calls it.

        mem (Pool): What the zone allocates memory from.
        YIELDS (Pool): The same.
        RAISES (ConcnerError): C018 if a zone of this pipeline is open already.
        """
        if self in _OPEN:
            raise ConcnerError(Errors.C018.format(name=self.name))
        _OPEN.add(self)
        try:
            yield mem
        finally:
            _OPEN.discard(self)
            if is_sparse(self.vocab):
                # A zone that ends within another ends both.
                with self.vocab.memory_zone():
                    pass
                rebuild_index(self.vocab)


def is_sparse(vocab: Vocab) -> bool:
    """Tell whether the index of a vocabulary is mostly places of words that are gone.

    vocab (Vocab): The vocabulary.
    RETURNS (bool): Whether it has far more places than strings; the index of words is no larger.
    """
    strings: Any = vocab.strings
    return strings._map.capacity > max(MOST_PLACES, MOST_PLACES_A_STRING * len(strings))


def rebuild_index(vocab: Vocab) -> None:
    """Make the index of a vocabulary anew, outside of memory zones.

    vocab (Vocab): The vocabulary, changed in place: strings stay, and words are made again when
        they come again, those with attributes that were set by hand at once.
    """
    changed = dict(changed_words(vocab))
    getters = attribute_getters(vocab)
    norm = getters.get(NORM)
    vocab.from_bytes(srsly.msgpack_dumps({"strings": "[]"}))
    # Vocab.from_bytes would look norms up once more each time.
    if norm is not None:
        getters[NORM] = norm
    for orth, attributes in changed.items():
        word = vocab[orth]
        for attribute, value in attributes.items():
            if attribute in NAMES:
                setattr(word, NAMES[attribute], value)
            else:
                word.set_flag(attribute, bool(value))


def changed_words(vocab: Vocab) -> Iterator[tuple[int, dict[int, int]]]:
    """Find words with attributes that are not those a new word would get.

    vocab (Vocab): The vocabulary.
    YIELDS (tuple[int, dict[int, int]]): The hash of a word, and the attributes that differ.
    """
    for word in vocab:
        attributes = {}
        for attribute, getter in attribute_getters(vocab).items():
            usual: Any = getter(word.orth_)
            if isinstance(usual, str):
                usual = vocab.strings[usual]
            found = get_attribute(word, attribute)
            if usual is not None and found != usual:
                attributes[attribute] = found
        if attributes:
            yield word.orth, attributes


def attribute_getters(vocab: Any) -> dict[int, Any]:
    """Give the functions that make the attributes of a new word, by attribute."""
    return vocab.lex_attr_getters


def get_attribute(word: Lexeme, attribute: int) -> int:
    """Give the value of an attribute of a word, a hash or a flag."""
    return getattr(word, NAMES[attribute]) if attribute in NAMES else word.check_flag(attribute)
