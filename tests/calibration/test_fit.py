import numpy as np
import pytest
import spacy
import srsly
from typer.testing import CliRunner

from spacy_concner.arrays import log_softmax
from spacy_concner.calibration.calibrate import calibrate, reset_calibration
from spacy_concner.calibration.fit import (
    fit,
    fit_beta,
    fit_knots,
    fit_temperature,
    fit_vector,
    measure,
)
from spacy_concner.calibration.maps import Calibration, beta_map
from spacy_concner.calibration.predictions import Predictions, collect_predictions
from spacy_concner.cli import concner_cli
from spacy_concner.errors import ConcnerError
from spacy_concner.pipelines import find_component
from spacy_concner.tagging.decoding import decode
from tests.conftest import SENTENCES, TRANSLATIONS, as_example, labelled_doc, write_corpus

LABELS = ["B-PER", "I-PER", "O"]
SCORES = "scores"


def draw(n_sequences: int, temperature: float, seed: int, shift: float = 0.0) -> Predictions:
    """Draw tags from scores, and give the scores as a model that is too sure would."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(3, 9, n_sequences)
    logits = rng.normal(0.0, 2.0, (lengths.sum(), 3))
    tags = np.array([rng.choice(3, p=p) for p in np.exp(log_softmax(logits))])
    logits = (logits * temperature + [shift, 0.0, 0.0]).astype("f4")
    correct = []
    offset = 0
    for length, found in zip(lengths, decode(logits, lengths.tolist(), LABELS), strict=True):
        for entity in found:
            start, end = offset + entity.start, offset + entity.end
            gold = [0, *[1] * (end - start - 1)]
            ends = end == offset + length or tags[end] != 1
            correct.append(int(ends and tags[start:end].tolist() == gold))
        offset += length
    languages = np.array(["de"] * n_sequences, dtype="U16")
    return Predictions(LABELS, logits, lengths, tags, np.array(correct), languages)


@pytest.fixture
def dev_path(tmp_path):
    """A dev corpus that half agrees with what the pipeline has learned."""
    vocab = spacy.blank("xx").vocab
    docs = [labelled_doc(vocab, *pair) for pair in SENTENCES] * 8
    docs += [labelled_doc(vocab, words, ["O"] * len(words)) for words, _ in SENTENCES] * 8
    return write_corpus(docs, tmp_path / "dev.spacy")


def scores_of(path) -> list[float]:
    return spacy.load(path)("Anna Berg lives in Sofia .").spans["concner"].attrs[SCORES].tolist()


def test_temperature_is_found_again():
    dev = draw(600, 2.5, 0)
    assert fit_temperature(dev.logits, dev.tags) == pytest.approx(2.5, rel=0.1)
    scale, bias = fit_vector(dev.logits, dev.tags)
    assert scale == pytest.approx([0.4] * 3, rel=0.15)
    assert np.abs(bias).max() < 0.15


def test_beta_map_is_found_again():
    rng = np.random.default_rng(0)
    p = rng.random(20000)
    right = rng.random(20000) < beta_map(p, (0.5, 2.0, -0.3))
    found, offsets = fit_beta(p, right)
    assert found == pytest.approx((0.5, 2.0, -0.3), abs=0.12)
    assert offsets == {}


def test_offsets_of_types_are_found_again():
    rng = np.random.default_rng(0)
    p = rng.random(20000)
    types = rng.choice(["LOC", "ORG"], 20000)
    shifts = np.where(types == "LOC", 1.0, -1.5)
    right = rng.random(20000) < beta_map(p, (1.0, 0.5, 0.0), shifts)
    (a, b, c), offsets = fit_beta(p, right, types)
    assert (a, b, c) == pytest.approx((1.0, 0.5, -0.25), abs=0.12)
    assert offsets == pytest.approx({"LOC": 1.25, "ORG": -1.25}, abs=0.12)


def test_a_type_with_few_entities_has_no_offset_of_its_own():
    rng = np.random.default_rng(0)
    p = rng.random(1003)
    types = np.array(["LOC"] * 600 + ["ORG"] * 400 + ["PER"] * 3)
    right = rng.random(1003) < np.where(types == "LOC", 0.8, 0.2)
    # All of the three are right: alone, they would be sure for ever.
    right[-3:] = True
    (_, _, c), offsets = fit_beta(p, right, types)
    assert set(offsets) == {"LOC", "ORG"} and offsets["ORG"] < 0 < offsets["LOC"]
    assert abs(c) < 2
    assert fit_beta(p[:20], right[:20], types[:20])[1] == {}


def test_knots_rise_and_follow_what_is_right():
    rng = np.random.default_rng(0)
    p = rng.random(5000)
    # No beta map has a step.
    share = np.where(p < 0.5, 0.2, 0.9)
    knots = fit_knots(p, rng.random(5000) < share)
    before, after = np.array(knots).T
    assert (np.diff(before) > 0).all() and (np.diff(after) >= 0).all()
    assert 0 < after[0] and after[-1] < 1
    mapped = Calibration(knots=knots).map_entities([0.25, 0.75])
    assert mapped == pytest.approx([0.2, 0.9], abs=0.05)


def test_types_that_are_wrong_more_often_get_a_map_of_their_own():
    labels = ["B-LOC", "B-ORG", "I-LOC", "I-ORG", "O"]
    rng = np.random.default_rng(0)

    def draw_types(n):
        columns = rng.integers(0, 2, n)
        logits = np.zeros((n, 5), dtype="f4")
        logits[:, 2:4] = -9.0
        logits[np.arange(n), columns] = rng.uniform(1.0, 4.0, n)
        correct = rng.random(n) < np.where(columns == 0, 0.9, 0.3)
        tags = np.where(correct, columns, 4)
        lengths = np.ones(n, dtype=int)
        languages = np.array(["de"] * n)
        return Predictions(labels, logits, lengths, tags, correct.astype(int), languages)

    dev, test = draw_types(800), draw_types(800)
    found = fit(dev, "temperature")
    losses = found.losses["temperature"]
    assert losses["types"] < losses["beta"] < losses["identity"]
    assert found.calibration.offsets["LOC"] > found.calibration.offsets["ORG"]
    assert measure(test, found.calibration)["entity"].ece < 0.05
    assert Calibration.of(found.calibration.to_dict()) == found.calibration


def test_worthless_probabilities_keep_a_rising_map():
    p = np.random.default_rng(0).random(500)
    mapped = beta_map(np.array([0.1, 0.5, 0.9]), fit_beta(p, p < 0.5)[0])
    assert mapped[0] < mapped[1] < mapped[2]


@pytest.mark.parametrize("method", ["temperature", "vector", "auto"])
def test_calibration_carries_to_a_test_set(method):
    dev, test = draw(600, 3.0, 0), draw(600, 3.0, 1)
    found = fit(dev, method)
    before, after = measure(test), measure(test, found.calibration)
    assert before["entity"].ece > 0.1
    for level in ("token", "entity"):
        assert after[level].ece < 0.05 < before[level].ece
        assert after[level].brier < before[level].brier
        assert after[level].n == before[level].n == sum(b.n for b in after[level].bins)


def test_auto_takes_what_loses_less_on_entities():
    for shift in (0.0, 3.0):
        found = fit(draw(300, 2.0, 0, shift))
        least = {name: min(losses.values()) for name, losses in found.losses.items()}
        assert set(least) == {"temperature", "vector"}
        assert least[found.method] == min(least.values())
    assert found.method == "vector"


def test_missing_annotation_is_left_out():
    dev = draw(200, 2.0, 0)
    half = Predictions(
        LABELS, dev.logits, dev.lengths, dev.tags.copy(), dev.correct.copy(), dev.languages
    )
    half.tags[::2] = -1
    half.correct[::2] = -1
    measured = measure(half)
    assert measured["token"].n == (half.tags >= 0).sum()
    assert measured["entity"].n == (half.correct >= 0).sum()


def test_too_little_to_fit_on():
    with pytest.raises(ConcnerError, match="C511"):
        fit(draw(2, 2.0, 0))
    with pytest.raises(ConcnerError, match="C512"):
        fit(draw(200, 2.0, 0), "isotonic")


def test_parts_and_files(tmp_path):
    dev = draw(50, 2.0, 0)
    half = np.arange(50) % 2 == 0
    parts = [dev.split(half), dev.split(~half)]
    assert sum(len(part.correct) for part in parts) == len(dev.correct)
    assert sum(len(part.logits) for part in parts) == len(dev.logits)
    parts[0].save(tmp_path / "part.npz")
    loaded = Predictions.load(tmp_path / "part.npz")
    assert loaded.labels == LABELS
    np.testing.assert_array_equal(loaded.logits, parts[0].logits)
    assert measure(loaded) == measure(parts[0])


def test_predictions_of_a_pipeline(trained, bitexts, sentences):
    docs = [*bitexts, *sentences]
    found = collect_predictions(trained, (as_example(doc) for doc in docs), batch_size=2)
    assert sorted(found.languages.tolist()) == ["", "", "", "", *["bg"] * 4, *["en"] * 4]
    plain = found.split(found.languages == "")
    assert len(plain.logits) == sum(len(doc) for doc in sentences)
    assert plain.correct.tolist() == [1] * sum(len(doc.ents) for doc in sentences)
    decoded = decode(plain.logits, plain.lengths.tolist(), plain.labels)
    assert sum(map(len, decoded)) == len(plain.correct)


def test_wrong_and_unknown_entities(trained):
    words, _ = SENTENCES[0]
    tags = ["B-PER", "O", "O", "O", "-", "O"]
    (example,) = [as_example(labelled_doc(trained.vocab, words, tags))]
    assert collect_predictions(trained, [example]).correct.tolist() == [0, -1]


def test_calibrates_a_pipeline_where_it_is(trained, dev_path, tmp_path):
    trained.to_disk(tmp_path / "nlp")
    plain = scores_of(tmp_path / "nlp")
    weights = (tmp_path / "nlp/concner/model").read_bytes()
    result = calibrate(tmp_path / "nlp", dev_path, tests=[dev_path], progress=False)
    # Right in the half of the cases.
    assert result.dev.before["entity"].ece > 0.3
    assert result.dev.after["entity"].ece < 0.1
    assert result.tests[0].after == result.dev.after
    assert scores_of(tmp_path / "nlp") == pytest.approx([0.5, 0.5], abs=0.15)
    assert (tmp_path / "nlp/concner/model").read_bytes() == weights
    again = calibrate(tmp_path / "nlp", dev_path, progress=False)
    assert again.dev.before == result.dev.before
    assert reset_calibration(tmp_path / "nlp") == tmp_path / "nlp"
    assert scores_of(tmp_path / "nlp") == plain


def test_command(trained_folder, dev_path, tmp_path):
    output = tmp_path / "calibrated"
    command = ["calibrate", str(trained_folder), str(dev_path), "--output", str(output)]
    command += ["--test", str(dev_path), "--dev-language", "en", "--target-language", "de"]
    done = CliRunner().invoke(concner_cli, command)
    assert done.exit_code == 0, done.output
    for expected in ("ECE", "Brier", "token level", "entity level", "W510", "█"):
        assert expected in done.output
    stored = srsly.read_json(output / "concner" / "cfg")["calibration"]
    assert stored["languages"] == ["en"] and stored["n_entities"] > 30
    assert Calibration.of(stored) != Calibration()
    again = CliRunner().invoke(concner_cli, command)
    assert again.exit_code == 1 and "C514" in again.output
    done = CliRunner().invoke(
        concner_cli, ["calibrate", str(output), "--reset", "--output", str(tmp_path / "plain")]
    )
    assert done.exit_code == 0, done.output
    assert scores_of(tmp_path / "plain") == scores_of(trained_folder)
    assert CliRunner().invoke(concner_cli, ["calibrate", str(output)]).exit_code == 1


def test_language_is_read_from_segments(trained, tmp_path, bitexts):
    trained.to_disk(tmp_path / "nlp")
    corpus = write_corpus(bitexts * 8, tmp_path / "bitext.spacy")
    with pytest.warns(UserWarning, match=r"W510.*in bg, en.*for de"):
        result = calibrate(tmp_path / "nlp", corpus, target_language="de", progress=False)
    assert result.dev.languages == {"en": 32, "bg": 32}
    assert len(TRANSLATIONS) * 8 == 32


def test_pipelines_that_cannot_be_calibrated(tmp_path, dev_path):
    with pytest.raises(ConcnerError, match="C515"):
        calibrate("xx_no_such_package", dev_path)
    spacy.blank("xx").to_disk(tmp_path / "blank")
    with pytest.raises(ConcnerError, match="C510"):
        calibrate(tmp_path / "blank", dev_path)
    with pytest.raises(ConcnerError, match="C510"):
        find_component(spacy.blank("xx"))
