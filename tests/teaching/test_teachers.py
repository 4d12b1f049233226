import numpy as np
import pytest
import spacy
import srsly

from spacy_concner.corpora.reader import read_docs
from spacy_concner.corpora.soft_labels import get_soft_labels
from spacy_concner.errors import ConcnerError
from spacy_concner.teaching.label import label
from spacy_concner.teaching.teachers import load_teachers, name_teachers, read_label_map
from tests.sentences import SENTENCES, labelled_doc, write_corpus
from tests.tiny_pipelines import build_tiny_config, train_tiny

NEW_NAMES = {"PER": "PERSON", "LOC": "GPE", "ORG": "MISC"}


@pytest.fixture(scope="module")
def other_labels(tmp_path_factory):
    """A teacher that calls people PERSON, places GPE, and organisations MISC."""
    vocab = spacy.blank("xx").vocab
    docs = [
        labelled_doc(
            vocab, words, [tag if tag == "O" else tag[:2] + NEW_NAMES[tag[2:]] for tag in tags]
        )
        for words, tags in SENTENCES
    ]
    folder = tmp_path_factory.mktemp("other")
    train_tiny(build_tiny_config(), docs).to_disk(folder)
    return folder


def test_names():
    assert name_teachers(["en=a/b", "c/d"]) == {"en": "a/b", "c/d": "c/d"}
    assert name_teachers(["en=models/x=1"]) == {"en": "models/x=1"}


@pytest.mark.parametrize("entry", ["", "=", "en=", "=folder"])
def test_teacher_without_name_or_path(entry):
    with pytest.raises(ConcnerError, match="C424"):
        name_teachers([entry])


def test_a_folder_with_an_equals_sign_is_a_path(tmp_path):
    folder = tmp_path / "a=b"
    folder.mkdir()
    assert name_teachers([folder]) == {str(folder): str(folder)}


def test_labels_in_common(trained_folder, other_labels, tmp_path):
    teachers = [f"en={trained_folder}", f"de={other_labels}"]
    with pytest.raises(ConcnerError, match="C403.*--map-labels"):
        load_teachers(teachers)
    mapping = {"de": {"PERSON": "PER", "GPE": "LOC", "MISC": None}, "en": {"ORG": None}}
    english, german = load_teachers(teachers, mapping)
    assert english.labels == german.labels == ["B-LOC", "B-PER", "I-LOC", "I-PER", "O"]
    for teacher in (english, german):
        own = teacher.own_labels
        pairs = {own[i]: teacher.labels[k] for i, k in zip(*teacher.columns.nonzero(), strict=True)}
        assert len(pairs) == len(own) == teacher.columns.sum()
        person = "PER" if teacher.name == "en" else "PERSON"
        organisation = "ORG" if teacher.name == "en" else "MISC"
        assert pairs[f"I-{person}"] == "I-PER"
        assert pairs[f"B-{organisation}"] == pairs["O"] == "O"


def test_mapped_probabilities_add_up(trained_folder, other_labels, tmp_path):
    vocab = spacy.blank("xx").vocab
    raw = write_corpus(
        [labelled_doc(vocab, words, None) for words, _ in SENTENCES], tmp_path / "raw.spacy"
    )
    mapping = {"de": {"PERSON": "PER", "GPE": "LOC", "MISC": "ORG"}}
    teachers = [f"en={trained_folder}", f"de={other_labels}"]
    label(raw, tmp_path / "soft", teachers, map_labels=mapping, progress=False)
    label(raw, tmp_path / "one", teachers[:1], progress=False)
    nlp = spacy.blank("xx")
    pairs = zip(read_docs(tmp_path / "soft", nlp), read_docs(tmp_path / "one", nlp), strict=True)
    for both, one in pairs:
        found, expected = get_soft_labels(both), get_soft_labels(one)
        assert found.labels == expected.labels
        np.testing.assert_allclose(found.probabilities.astype("f4").sum(axis=1), 1, atol=5e-3)
        # Both have learned the sentences by heart.
        assert (found.probabilities.argmax(1) == expected.probabilities.argmax(1)).all()


def test_map_for_all_teachers(trained_folder):
    (teacher,) = load_teachers([trained_folder], {"*": {"ORG": "LOC"}})
    assert not any(name.endswith("ORG") for name in teacher.labels)
    assert teacher.columns.shape == (len(teacher.own_labels), len(teacher.labels))


def test_types_that_are_not_named_go_together(trained_folder):
    (teacher,) = load_teachers([f"en={trained_folder}"], {"en": {"PER": "PERSON", "*": None}})
    assert teacher.labels == ["B-PERSON", "I-PERSON", "O"]
    (teacher,) = load_teachers([trained_folder], {"*": {"PER": "PER", "*": "THING"}})
    assert teacher.labels == ["B-PER", "B-THING", "I-PER", "I-THING", "O"]


@pytest.mark.parametrize(
    "mapping, unknown", [({"fr": {"PER": "LOC"}}, "fr"), ({"*": {"PERSON": "PER"}}, "PERSON")]
)
def test_map_of_what_is_not_there(trained_folder, mapping, unknown):
    with pytest.raises(ConcnerError, match=f"C411.*{unknown}"):
        load_teachers([f"en={trained_folder}"], mapping)


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"de": 1}',
        '{"de": {"A": 3}}',
        '{"de": {"A": ""}}',
        '{"de": {"A": "O"}}',
        '{"de": {"A": "B C"}}',
        '{"de": {"A": "B", "A": "C"}}',
    ],
)
def test_map_of_something_else(tmp_path, content):
    (tmp_path / "map.json").write_text(content)
    with pytest.raises(ConcnerError, match="C410"):
        read_label_map(tmp_path / "map.json")
    with pytest.raises(ConcnerError, match="C410"):
        read_label_map(tmp_path / "missing.json")


def test_map_from_a_file(tmp_path):
    content = {"de": {"PERSON": "PER", "MISC": None}}
    srsly.write_json(tmp_path / "map.json", content)
    assert read_label_map(tmp_path / "map.json") == content
