import pytest

from spacy_concner.errors import ConcnerError
from spacy_concner.sharding.part import Part


@pytest.mark.parametrize("n_parts", [1, 2, 7])
def test_parts_have_each_shard_once(n_parts):
    parts = [Part.read(f"{number}/{n_parts}") for number in range(1, n_parts + 1)]
    for shard in range(1, 30):
        assert [part.has(shard) for part in parts].count(True) == 1
    assert len({part.folder for part in parts}) == n_parts


def test_all_of_the_work():
    assert Part.read("") == Part.read("1/1") == Part()
    assert Part().is_all and Part().folder == "" and not Part(1, 2).is_all


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/0", "-1/2", "1/2/3", "2/1e3"])
def test_what_is_no_part(text):
    with pytest.raises(ConcnerError, match="C630.*such as 2/8"):
        Part.read(text)
