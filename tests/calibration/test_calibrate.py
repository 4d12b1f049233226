import shutil

import pytest
import spacy
import srsly
from spacy.training import Example
from typer.testing import CliRunner

from spacy_concner.calibration.calibrate import calibrate, reset_calibration
from spacy_concner.calibration.maps import Calibration
from spacy_concner.cli import concner_cli
from spacy_concner.errors import ConcnerError
from spacy_concner.pipelines import find_component
from tests.sentences import SENTENCES, labelled_doc, write_corpus

pytestmark = pytest.mark.slow

VOCAB = spacy.blank("xx").vocab
RIGHT = [labelled_doc(VOCAB, *pair) for pair in SENTENCES]
WRONG = [labelled_doc(VOCAB, words, ["O"] * len(words)) for words, _ in SENTENCES]


@pytest.fixture(scope="module")
def dev_path(tmp_path_factory):
    """A dev corpus that half agrees with what the pipeline has learned."""
    return write_corpus(RIGHT * 20 + WRONG * 20, tmp_path_factory.mktemp("dev") / "dev.spacy")


@pytest.fixture
def pipeline(trained_folder, tmp_path):
    """A pipeline that may be changed."""
    return shutil.copytree(trained_folder, tmp_path / "nlp")


def scores_of(path) -> list[float]:
    return spacy.load(path)("Anna Berg lives in Sofia .").spans["concner"].attrs["scores"].tolist()


def settings_of(path):
    return (path / "concner/cfg").read_bytes()


def invoke(*arguments):
    return CliRunner().invoke(concner_cli, ["calibrate", *map(str, arguments)])


def test_calibrates_a_pipeline_where_it_is(pipeline, dev_path):
    plain, settings = scores_of(pipeline), settings_of(pipeline)
    weights = (pipeline / "concner/model").read_bytes()
    with pytest.raises(ConcnerError, match="C513"):
        calibrate(pipeline, dev_path, progress=False)
    assert settings_of(pipeline) == settings
    result = calibrate(pipeline, dev_path, tests=[dev_path], force=True, progress=False)
    # Right in the half of the cases.
    assert result.dev.before.entity.ece > 0.3
    assert result.dev.after.entity.ece < 0.1
    assert result.fitted.held_out.ece < 0.2
    assert result.tests[0].after == result.dev.after
    assert scores_of(pipeline) == pytest.approx([0.5, 0.5], abs=0.15)
    assert (pipeline / "concner/model").read_bytes() == weights
    again = calibrate(pipeline, dev_path, force=True, progress=False)
    assert again.dev.before == result.dev.before
    with pytest.raises(ConcnerError, match="C513"):
        reset_calibration(pipeline)
    assert reset_calibration(pipeline, force=True) == pipeline
    assert scores_of(pipeline) == plain


def test_command(trained_folder, dev_path, tmp_path):
    output = tmp_path / "calibrated"
    command = [trained_folder, dev_path, "--output", output]
    command += ["--test", dev_path, "--dev-language", "en", "--target-language", "de"]
    done = invoke(*command)
    assert done.exit_code == 0, done.output
    for expected in ("ECE", "Brier", "token level", "entity level", "held out", "W510", "█"):
        assert expected in done.output
    stored = srsly.read_json(output / "concner" / "cfg")["calibration"]
    assert stored["languages"] == ["en"] and stored["n_entities"] == 240
    assert Calibration.of(stored) != Calibration()
    again = invoke(*command)
    assert again.exit_code == 1 and "C128" in again.output
    assert invoke(*command, "--force").exit_code == 0
    done = invoke(output, "--reset", "--output", tmp_path / "plain")
    assert done.exit_code == 0, done.output
    assert scores_of(tmp_path / "plain") == scores_of(trained_folder)
    done = invoke(output, "--reset", "--thresholds", "f1")
    assert done.exit_code == 1 and "C551" in done.output
    done = invoke(output)
    assert done.exit_code == 1 and "C517" in done.output


def test_thresholds_by_type_are_found_and_go_with_the_calibration(trained_folder, tmp_path):
    # Half of the persons are none, every place is one.
    tags = {True: SENTENCES[0][1], False: ["O", "O", *SENTENCES[0][1][2:]]}
    docs = [labelled_doc(VOCAB, SENTENCES[0][0], tags[number % 2 == 0]) for number in range(300)]
    dev = write_corpus(docs, tmp_path / "dev.spacy")
    output = tmp_path / "calibrated"
    with pytest.warns(UserWarning, match="W514.*precision=0.9 for PER"):
        done = calibrate(
            trained_folder, dev, thresholds="precision=0.9", output=output, progress=False
        )
    assert done.thresholds.thresholds["LOC"] == 0 and set(done.thresholds.missed) >= {"PER"}
    settings = srsly.read_json(output / "concner" / "cfg")
    assert settings["threshold"] == pytest.approx(done.thresholds.thresholds)
    assert settings["calibration"]["thresholds"] == "precision=0.9"
    plain = reset_calibration(output, tmp_path / "plain")
    assert srsly.read_json(plain / "concner" / "cfg")["threshold"] == 0.0
    nlp = spacy.load(output)
    nlp.update([Example(nlp.make_doc(doc.text), doc) for doc in docs[:2]])
    assert nlp.get_pipe("concner").cfg["threshold"] == 0.0


def test_the_command_shows_thresholds(trained_folder, dev_path, tmp_path):
    command = [trained_folder, dev_path, "--output", tmp_path / "out", "--thresholds"]
    done = invoke(*command, "f1")
    assert done.exit_code == 0, done.output
    assert "thresholds for f1" in done.output and "all types" in done.output
    assert done.output.count("Fit maps to") == done.output.count("Find thresholds for f1") == 1
    done = invoke(*command, "best", "--force")
    assert done.exit_code == 1 and "C526" in done.output


def test_only_what_was_calibrated_before_is_replaced(trained_folder, dev_path, tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/mine.txt").write_text("mine", encoding="utf8")
    with pytest.raises(ConcnerError, match="C408"):
        calibrate(trained_folder, dev_path, output=tmp_path / "notes", force=True)
    with pytest.raises(ConcnerError, match="C407.*PIPELINE"):
        calibrate(trained_folder, dev_path, output=trained_folder, force=True)
    assert (tmp_path / "notes/mine.txt").read_text("utf8") == "mine"


def test_a_corpus_of_other_types_is_refused(pipeline, tmp_path):
    renamed = [
        labelled_doc(VOCAB, words, [tag.replace("-", "-X") for tag in tags])
        for words, tags in SENTENCES
    ]
    settings = settings_of(pipeline)
    for docs, found in ((renamed, "XLOC, XORG, XPER"), (WRONG, "no entity")):
        corpus = write_corpus(docs * 60, tmp_path / "dev.spacy")
        with pytest.raises(ConcnerError, match=f"C518.*{found}.*LOC, ORG, PER"):
            calibrate(pipeline, corpus, force=True, progress=False)
    assert settings_of(pipeline) == settings


def test_types_that_the_corpus_lacks_are_told(pipeline, tmp_path):
    tags = ["B-PER", "I-PER", "O", "O", "O", "O"]
    corpus = write_corpus([labelled_doc(VOCAB, SENTENCES[0][0], tags)] * 100, tmp_path / "d.spacy")
    with pytest.warns(UserWarning, match="W513.*has PER,.*each LOC, ORG"):
        calibrate(pipeline, corpus, output=tmp_path / "calibrated", progress=False)


@pytest.mark.parametrize("reason", ["too few", "worse"])
def test_a_calibration_that_is_not_to_be_trusted_is_not_stored(pipeline, tmp_path, reason):
    if reason == "too few":
        docs, expected = RIGHT * 10 + WRONG * 10, r"fewer than 200.*: 120 entities, ECE 0\.\d{4}"
    else:
        # The two that are wrong stand in one fold: what the others learn is surer still.
        docs, expected = RIGHT * 40 + WRONG[:1], r"worse.*: 242 entities, ECE 0\.\d{4}"
    corpus = write_corpus(docs, tmp_path / "dev.spacy")
    output = tmp_path / "calibrated"
    with pytest.raises(ConcnerError, match=f"C519.*{expected}.*Brier"):
        calibrate(pipeline, corpus, output=output, progress=False)
    assert not output.exists()
    with pytest.warns(UserWarning, match=f"W512.*{expected}.*Brier"):
        calibrate(pipeline, corpus, output=output, force=True, progress=False)
    assert srsly.read_json(output / "concner/cfg")["calibration"]


def test_language_is_read_from_segments(pipeline, tmp_path, bitexts):
    corpus = write_corpus(bitexts * 40, tmp_path / "bitext.spacy")
    with pytest.warns(UserWarning, match=r"W510.*in bg, en.*for de"):
        result = calibrate(pipeline, corpus, target_language="de", force=True, progress=False)
    assert result.dev.languages == {"en": 160, "bg": 160}


def test_pipelines_that_cannot_be_calibrated(tmp_path, dev_path):
    with pytest.raises(ConcnerError, match="C515"):
        calibrate("xx_no_such_package", dev_path)
    spacy.blank("xx").to_disk(tmp_path / "blank")
    with pytest.raises(ConcnerError, match="C510"):
        calibrate(tmp_path / "blank", dev_path, force=True)
    with pytest.raises(ConcnerError, match="C510"):
        find_component(spacy.blank("xx"))
