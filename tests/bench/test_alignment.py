import numpy as np
import pytest
from alignment import neighbour_purity, retrieval_accuracy


def test_translations_are_found_where_they_are_nearest():
    random = np.random.default_rng(0)
    source = random.normal(size=(50, 16)) + 5
    assert retrieval_accuracy(source, 2 * source + 0.1 * random.normal(size=(50, 16))) == 100
    assert retrieval_accuracy(source, random.normal(size=(50, 16))) < 20


def test_purity_counts_neighbours_of_the_same_tag_and_tags_alike():
    random = np.random.default_rng(0)
    tags = ["O"] * 60 + ["B-PER"] * 20
    centers = np.repeat([[9.0, 0, 0], [0, 9.0, 0]], [60, 20], axis=0)
    source = centers + 0.1 * random.normal(size=(80, 3))
    target = centers + 0.1 * random.normal(size=(80, 3))
    assert neighbour_purity(target, tags, source, tags) == pytest.approx(100)
    # Every neighbour of a person is now outside: half of the tags are wrong.
    target[60:] = target[:20]
    target += [[0, 0, 0]]
    assert neighbour_purity(target, tags, source, tags) == pytest.approx(50, abs=20)
