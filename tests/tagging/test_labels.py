import pytest

from spacy_concner.errors import ConcnerError
from spacy_concner.tagging.labels import TagColumns, bio_tags, entity_type, read_types

ODD_TYPES = ["B-CELL", "I-95", "O", "I-O", "B-B-", "-", "a type / of blanks", "T" * 200]


def test_tags_of_types():
    assert bio_tags(["PER", "LOC", ""]) == ["B-LOC", "B-PER", "I-LOC", "I-PER", "O"]
    assert bio_tags([]) == bio_tags([""]) == []
    assert bio_tags(["O"]) == ["B-O", "I-O", "O"]


@pytest.mark.parametrize("name", ODD_TYPES)
def test_types_of_any_name_come_back(name):
    tags = bio_tags([name, "CELL"])
    assert {entity_type(tag) for tag in tags} == {"", name, "CELL"}
    assert read_types(tags, "ner") == {name, "CELL"}
    columns = TagColumns.of(tags)
    assert set(columns.types) == {name, "CELL"}
    for number, kind in enumerate(columns.types):
        assert tags[columns.begin[number]] == f"B-{kind}"
        assert tags[columns.inside[number]] == f"I-{kind}"
    assert columns.type_numbers[tags.index("O")] == -1 and not columns.is_inside[tags.index("O")]


@pytest.mark.parametrize(
    "labels, types",
    [
        (["PER", "T-CELL"], {"PER", "T-CELL"}),
        (["O", "I-PER", "B-PER"], {"PER"}),
        (["I-PER", "B-PER"], {"PER"}),
        (["O"], set()),
        ([], set()),
    ],
)
def test_labels_are_types_or_whole_tags(labels, types):
    assert read_types(labels, "ner") == types


@pytest.mark.parametrize(
    "labels", [["PER", "B-LOC"], ["B-PER", "B-LOC"], ["PER", "O"], ["B-", "I-"], ["B-X", "I-Y"]]
)
def test_labels_that_may_be_either_are_refused(labels):
    with pytest.raises(ConcnerError, match="C015.*'ner'.*spacy init labels"):
        read_types(labels, "ner")
