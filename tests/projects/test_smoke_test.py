import pytest
import spacy
import srsly
from spacy.cli.package import package

from spacy_concner.errors import ConcnerError
from spacy_concner.projects.smoke_test import smoke_test
from tests.sentences import SENTENCES, TRANSLATIONS, labelled_doc, write_corpus

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def packages(trained_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("packages")
    create = {"create_wheel": True, "create_sdist": False, "silent": True}
    package(trained_folder, folder, name="tried", version="1.0.0", **create)
    return folder


def corpus(path, words):
    return write_corpus([labelled_doc(spacy.blank("xx").vocab, words, None)], path)


def test_a_wheel_that_works(packages, tmp_path):
    output = tmp_path / "examples" / "en.jsonl"
    (found,) = smoke_test(
        packages, "xx_tried", corpus(tmp_path / "a.spacy", SENTENCES[0][0]), output
    )
    assert str(found).startswith(f"{found.text} → Anna Berg (PER, ")
    (row,) = srsly.read_jsonl(output)
    assert row["text"] == found.text and row["entities"] == found.entities
    assert set(row["entities"][0]) == {"text", "label", "score"}


def test_a_wheel_that_finds_nothing(packages, tmp_path):
    with pytest.raises(ConcnerError, match=r"(?s)C616.*xx_tried-1\.0\.0.*no entity in 1 sent"):
        smoke_test(packages, "xx_tried", corpus(tmp_path / "a.spacy", SENTENCES[2][0]))


def test_no_wheel(packages, tmp_path):
    with pytest.raises(ConcnerError, match="C615.*xx_other"):
        smoke_test(packages, "xx_other", corpus(tmp_path / "a.spacy", TRANSLATIONS[0][0]))
