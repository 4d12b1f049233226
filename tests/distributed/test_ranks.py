import random

import numpy as np
import pytest
import spacy

from spacy_concner.distributed.corpus import DistributedCorpus, parts_read, whole_read
from spacy_concner.distributed.ranks import ALONE, Ranks, check_processors, find_ranks
from spacy_concner.distributed.same_start import find_difference
from spacy_concner.errors import ConcnerError
from spacy_concner.training.random_states import OF_BATCHES, gather_states


def test_torchrun_tells_the_rank(monkeypatch):
    for name in ("RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    assert find_ranks() == Ranks(0, 1)
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "3")
    assert find_ranks() == Ranks(1, 3)


@pytest.mark.parametrize(
    "places, told",
    [
        ([("a", "GPU 0"), ("a", "GPU 1"), ("b", "GPU 0")], None),
        ([("a", ALONE), ("a", ALONE)], None),
        ([("a", "GPU 0"), ("b", "GPU 0"), ("a", "GPU 0")], "Ranks 0, 2 .* GPU 0 of a"),
        ([("a", "GPU 0"), ("a", ALONE)], "Ranks 1 .* the processor of a"),
    ],
)
def test_each_rank_has_a_processor_of_its_own(places, told):
    if told is None:
        check_processors(places)
    else:
        with pytest.raises(ConcnerError, match=f"C666.*{told}.*'\\$\\{{local_rank\\}}'"):
            check_processors(places)


def test_parts_are_the_whole_and_disjoint():
    nlp = spacy.blank("xx")
    corpora = [DistributedCorpus(lambda nlp: iter(range(11)), Ranks(rank, 3)) for rank in range(3)]
    assert [list(corpus(nlp)) for corpus in corpora] == [list(range(11))] * 3
    with parts_read(nlp, gather_states(OF_BATCHES)):
        parts = [list(corpus(nlp)) for corpus in corpora]
        assert parts == [[0, 3, 6, 9], [1, 4, 7, 10], [2, 5, 8]]
        with whole_read(nlp):
            assert list(corpora[1](nlp)) == list(range(11))
        assert list(corpora[1](nlp)) == parts[1]


def test_parts_of_what_chance_orders_are_disjoint():
    def read(nlp):
        order = random.sample(range(9), 9)
        for number in order:
            # As an augmenter does.
            yield from [number] * int(np.random.randint(1, 3))

    nlp = spacy.blank("xx")
    numbers = gather_states(OF_BATCHES)

    def read_part(ranks):
        found = []
        with parts_read(nlp, numbers):
            for number in DistributedCorpus(read, ranks)(nlp):
                # What a rank draws for itself between two documents.
                random.seed(ranks.rank)
                np.random.seed(ranks.rank + 7)
                found.append(number)
        return found

    whole = read_part(Ranks(0, 1))
    assert sorted({*whole}) == list(range(9)) != whole
    assert [read_part(Ranks(rank, 2)) for rank in range(2)] == [whole[::2], whole[1::2]]


def test_weights_that_differ_are_named():
    ours = [("a/W", (2, 3)), ("b/W", (4,))]
    assert find_difference(ours, list(ours)) == ""
    assert find_difference(ours, [("a/W", (2, 3)), ("b/W", (5,))]).startswith("the weight b/W has")
    assert find_difference(ours, ours[:1]) == "one has 2 weights, the other 1"
    assert "b/W, the other c/W" in find_difference(ours, [ours[0], ("c/W", (4,))])
