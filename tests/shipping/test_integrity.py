"""A shipped pipeline is loaded as it was written, or not at all."""

import copy
import pickle
import random
import shutil
from pathlib import Path

import pytest
import spacy
import srsly
from thinc.api import Config

from spacy_concner.calibration.calibrate import reset_calibration
from spacy_concner.errors import ConcnerError
from spacy_concner.folder_marker import MARKER, check_sealed, is_sealed, list_files
from spacy_concner.pipelines import load_pipeline
from spacy_concner.shipping.card import write_card
from spacy_concner.shipping.ship import ship

pytestmark = pytest.mark.slow

PIPELINES = Path(__file__).parents[1] / "data" / "pipelines_0_2_0"
TEXT = "Anna Berg lives in Sofia."
# spaCy reads these before any component.
READ_FIRST = "config.cfg"


@pytest.fixture(scope="module")
def original(student_with_tagger, tmp_path_factory):
    """A pipeline that was shipped, with a component beside ours."""
    folder = tmp_path_factory.mktemp("shipped") / "bg"
    ship(student_with_tagger, folder, ["bg"])
    return folder


@pytest.fixture
def shipped(original, tmp_path):
    return shutil.copytree(original, tmp_path / "bg")


def files(folder):
    """List what loading reads."""
    return [str(path) for path in list_files(folder) if str(path) in digests(folder)]


def digests(folder):
    return srsly.read_json(folder / MARKER)["sha256"]


def test_what_is_sealed(shipped):
    names = {path.as_posix() for path in list_files(shipped)}
    assert names - set(digests(shipped)) == {MARKER, "concner_ship.json", "meta.json"}
    assert spacy.load(shipped)(TEXT).ents


def test_a_flipped_byte_in_any_file_is_told(shipped):
    generator = random.Random(0)
    for name in files(shipped):
        path = shipped / name
        content = path.read_bytes()
        for place in {0, generator.randrange(len(content) or 1), len(content) - 1}:
            if not content:
                continue
            changed = bytearray(content)
            changed[place] ^= 1 << generator.randrange(8)
            path.write_bytes(changed)
            with pytest.raises(ConcnerError, match=rf"C607.*{name} has other content"):
                load_pipeline(shipped)
            # Where spaCy cannot read its own files it says so before us.
            expected = Exception if name.startswith(READ_FIRST) else ConcnerError
            with pytest.raises(expected):
                spacy.load(shipped)
        path.write_bytes(content[: len(content) // 2] + b"?" * (not content))
        with pytest.raises(ConcnerError, match=rf"C607.*{name}"):
            load_pipeline(shipped)
        path.write_bytes(content)
    assert spacy.load(shipped)(TEXT).ents


def test_files_of_another_version_are_told(shipped, original, student_with_tagger, tmp_path):
    ship(student_with_tagger, tmp_path / "other", ["bg"], precision="float32")
    shutil.copy(tmp_path / "other" / "concner" / "cfg", shipped / "concner" / "cfg")
    assert spacy.load(shipped)(TEXT).ents
    shutil.copy(tmp_path / "other" / "tok2vec" / "model", shipped / "tok2vec" / "model")
    with pytest.raises(ConcnerError, match="C607.*tok2vec/model"):
        spacy.load(shipped)


def test_a_pipeline_that_is_written_anew_loads(shipped):
    nlp = spacy.load(shipped)
    nlp.get_pipe("concner").cfg["threshold"] = 0.5
    nlp.to_disk(shipped)
    assert not is_sealed(shipped)
    assert spacy.load(shipped).get_pipe("concner").cfg["threshold"] == 0.5


def test_what_is_changed_in_place_stays_sealed(shipped):
    reset_calibration(shipped, force=True)
    assert is_sealed(shipped)
    check_sealed(shipped)


def test_without_our_tokenizer_the_component_tells(shipped):
    config = Config().from_disk(shipped / "config.cfg", interpolate=False)
    config["nlp"]["tokenizer"] = {"@tokenizers": "spacy.Tokenizer.v1"}
    (shipped / "vocab" / "strings.json").write_bytes(b"[")
    nlp = spacy.util.load_model_from_config(config)
    assert type(nlp.tokenizer).__name__ == "Tokenizer"
    with pytest.raises(ConcnerError, match="C607"):
        nlp.from_disk(shipped)


@pytest.mark.parametrize("name", ["ship", "train"])
def test_pipelines_are_copied_and_pickled_as_before(shipped, student_with_tagger, name):
    nlp = spacy.load(shipped if name == "ship" else student_with_tagger)
    for copied in (copy.deepcopy(nlp), pickle.loads(pickle.dumps(nlp))):
        assert [ent.text for ent in copied(TEXT).ents] == [ent.text for ent in nlp(TEXT).ents]
        # The copy fills itself, not the original.
        before = nlp.get_pipe("concner").model
        if name == "ship":
            assert copied.from_disk(shipped) is copied
        assert nlp.get_pipe("concner").model is before


def test_one_that_an_earlier_version_shipped_is_sealed_by_its_card(tmp_path):
    shutil.copytree(PIPELINES / "compact", tmp_path / "shipped")
    assert not is_sealed(tmp_path / "shipped")
    write_card(tmp_path / "shipped", language="bg", version="1.0.0", output=tmp_path / "carded")
    assert is_sealed(tmp_path / "carded")
    (tmp_path / "carded" / "vocab" / "strings.json").write_text("[")
    with pytest.raises(ConcnerError, match=r"C607.*vocab/strings\.json"):
        spacy.load(tmp_path / "carded")
