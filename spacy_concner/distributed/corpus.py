"""`spacy-concner.DistributedCorpus.v1`: each rank trains on its part of a corpus."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from weakref import WeakKeyDictionary

from spacy.language import Language
from spacy.training import Example

from ..errors import ConcnerError, Errors
from ..training.random_states import OF_BATCHES, States, gather_states, restore_states
from .ranks import Ranks, find_ranks

# By pipeline in training: the random numbers that all ranks read its corpus with.
_reading_parts: WeakKeyDictionary[Language, States] = WeakKeyDictionary()


@contextmanager
def parts_read(nlp: Language, numbers: States) -> Iterator[None]:
    """Let each rank read its part of a corpus, for a time; initialisation has read the whole.

    nlp (Language): The pipeline that trains on it.
    numbers (dict[str, np.ndarray]): The states of random numbers, the same on all ranks.
    """
    _reading_parts[nlp] = numbers
    try:
        yield
    finally:
        del _reading_parts[nlp]


@contextmanager
def whole_read(nlp: Language) -> Iterator[None]:
    """Let a rank read the whole of a corpus again, in the midst of `parts_read`.

    nlp (Language): The pipeline that is evaluated on it.
    """
    numbers = _reading_parts.pop(nlp)
    try:
        yield
    finally:
        _reading_parts[nlp] = numbers


def create_distributed_corpus(
    corpus: Callable[[Language], Iterable[Example]],
) -> "DistributedCorpus":
    """Create the reader that gives each rank its part of what another reads.

    The first rank takes the first document, the next one the second, and so on in turn, so that
    parts differ by a document at most and no document is in two. A pipeline is initialised on the
    whole corpus, so that all ranks know all labels. A process alone reads the whole.

    corpus (Callable[[Language], Iterable[Example]]): The reader. Each rank reads by itself, and
        all draw the same random numbers of Python and numpy as they do, to shuffle and augment.
    RETURNS (DistributedCorpus): The reader.
    RAISES (ConcnerError): C663 if there are several ranks and the optimiser adds up no gradients.
    """
    ranks = find_ranks()
    if ranks.size > 1:
        # Which can be in use only once the optimiser of the config has been made.
        training = sys.modules.get("spacy_concner.distributed.training")
        if training is None or not training.train_on_ranks.stands_in:
            raise ConcnerError(Errors.C663.format(size=ranks.size))
    return DistributedCorpus(corpus, ranks)


class DistributedCorpus:
    """Reader of a rank's part of a corpus: see `create_distributed_corpus`."""

    def __init__(self, corpus: Callable[[Language], Iterable[Example]], ranks: Ranks) -> None:
        """Take a reader.

        corpus (Callable[[Language], Iterable[Example]]): The reader.
        ranks (Ranks): Which rank this is.
        """
        self.corpus = corpus
        self.ranks = ranks

    def __call__(self, nlp: Language) -> Iterator[Example]:
        """Read the Examples: in training those of this rank's part.

        nlp (Language): The pipeline.
        YIELDS (Example): The Examples.
        RAISES (ConcnerError): C664 if none is left for this rank.
        """
        if nlp not in _reading_parts:
            yield from self.corpus(nlp)
            return
        rank, size = self.ranks.rank, self.ranks.size
        n_read = 0
        for example in islice(self._read_alike(nlp), rank, None, size):
            yield example
            n_read += 1
        if not n_read:
            raise ConcnerError(Errors.C664.format(rank=rank, size=size))

    def _read_alike(self, nlp: Language) -> Iterator[Example]:
        """Read what all ranks read, whatever else each draws random numbers for."""
        examples = iter(self.corpus(nlp))
        while True:
            own = gather_states(OF_BATCHES)
            restore_states(_reading_parts[nlp])
            try:
                example = next(examples, None)
            finally:
                _reading_parts[nlp] = gather_states(OF_BATCHES)
                restore_states(own)
            if example is None:
                return
            yield example
