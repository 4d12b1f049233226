from dataclasses import replace

import numpy as np
import pytest

from spacy_concner.calibration.fit import (
    fit_beta,
    fit_calibration,
    fit_knots,
    fit_temperature,
    fit_vector,
)
from spacy_concner.calibration.maps import Calibration, beta_map
from spacy_concner.calibration.measure import Predictions, measure_predictions
from spacy_concner.errors import ConcnerError

from .drawn import draw


def test_temperature_is_found_again():
    dev = draw(600, 2.5, 0)
    assert fit_temperature(dev.logits, dev.tags) == pytest.approx(2.5, rel=0.1)
    found = fit_vector(dev.logits, dev.tags)
    assert found.scale == pytest.approx([0.4] * 3, rel=0.15)
    assert np.abs(found.bias).max() < 0.15


def test_beta_map_is_found_again():
    rng = np.random.default_rng(0)
    p = rng.random(20000)
    right = rng.random(20000) < beta_map(p, (0.5, 2.0, -0.3))
    found = fit_beta(p, right)
    assert found.entity == pytest.approx((0.5, 2.0, -0.3), abs=0.12)
    assert found.offsets == {}


def test_offsets_of_types_are_found_again():
    rng = np.random.default_rng(0)
    p = rng.random(20000)
    types = rng.choice(["LOC", "ORG"], 20000)
    shifts = np.where(types == "LOC", 1.0, -1.5)
    right = rng.random(20000) < beta_map(p, (1.0, 0.5, 0.0), shifts)
    found = fit_beta(p, right, types)
    assert found.entity == pytest.approx((1.0, 0.5, -0.25), abs=0.12)
    assert found.offsets == pytest.approx({"LOC": 1.25, "ORG": -1.25}, abs=0.12)


def test_a_type_with_few_entities_has_no_offset_of_its_own():
    rng = np.random.default_rng(0)
    p = rng.random(1003)
    types = np.array(["LOC"] * 600 + ["ORG"] * 400 + ["PER"] * 3)
    right = rng.random(1003) < np.where(types == "LOC", 0.8, 0.2)
    # All of the three are right: alone, they would be sure for ever.
    right[-3:] = True
    found = fit_beta(p, right, types)
    assert set(found.offsets) == {"LOC", "ORG"}
    assert found.offsets["ORG"] < 0 < found.offsets["LOC"]
    assert abs(found.entity[2]) < 2
    assert fit_beta(p[:20], right[:20], types[:20]).offsets == {}


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
    found = fit_calibration(dev, "temperature")
    losses = found.losses["temperature"]
    assert found.entity_map == "types" and not found.is_worse
    assert losses["types"] < losses["beta"] < losses["identity"]
    assert found.calibration.offsets["LOC"] > found.calibration.offsets["ORG"]
    assert measure_predictions(test, found.calibration).entity.ece < 0.05
    assert Calibration.of(found.calibration.to_dict()) == found.calibration


def test_worthless_probabilities_keep_a_rising_map():
    p = np.random.default_rng(0).random(500)
    mapped = beta_map(np.array([0.1, 0.5, 0.9]), fit_beta(p, p < 0.5).entity)
    assert mapped[0] < mapped[1] < mapped[2]


@pytest.mark.parametrize("method", ["temperature", "vector", "auto"])
def test_calibration_carries_to_a_test_set(method):
    dev, test = draw(600, 3.0, 0), draw(600, 3.0, 1)
    found = fit_calibration(dev, method)
    before = measure_predictions(test).levels
    after = measure_predictions(test, found.calibration).levels
    assert before["entity"].ece > 0.1
    for level in ("token", "entity"):
        assert after[level].ece < 0.05 < before[level].ece
        assert after[level].brier < before[level].brier
        assert after[level].n == before[level].n == sum(b.n for b in after[level].bins)


def test_auto_takes_what_loses_less_on_entities():
    for shift in (0.0, 3.0):
        found = fit_calibration(draw(300, 2.0, 0, shift))
        least = {name: min(losses.values()) for name, losses in found.losses.items()}
        assert set(least) == {"temperature", "vector"}
        assert least[found.method] == min(least.values())
    assert found.method == "vector"


def test_too_little_to_fit_on():
    with pytest.raises(ConcnerError, match="C511"):
        fit_calibration(draw(2, 2.0, 0))
    with pytest.raises(ConcnerError, match="C512"):
        fit_calibration(draw(200, 2.0, 0), "isotonic")


def test_held_out_entities_tell_what_a_test_set_does():
    dev, test = draw(600, 3.0, 0), draw(600, 3.0, 1)
    found = fit_calibration(dev)
    assert found.before == measure_predictions(dev).entity
    after = measure_predictions(test, found.calibration).entity
    assert found.held_out.brier == pytest.approx(after.brier, abs=0.02)
    assert not found.is_worse


@pytest.mark.parametrize(
    "ece, brier, worse", [(0.1, 0.2, False), (0.11, 0.1, True), (0.01, 0.21, True)]
)
def test_either_measure_can_be_worse(ece, brier, worse):
    found = fit_calibration(draw(100, 3.0, 0), "temperature")
    before = replace(found.before, ece=0.1, brier=0.2)
    after = replace(found.held_out, ece=ece, brier=brier)
    assert replace(found, before=before, held_out=after).is_worse == worse


def test_entities_of_one_fold_alone_are_held_out_as_they_were():
    dev = draw(200, 2.0, 0)
    one = replace(dev, lengths=dev.lengths.sum(keepdims=True), languages=dev.languages[:1])
    found = fit_calibration(replace(one, correct=np.arange(len(one.entities())) % 2), "temperature")
    assert found.held_out == found.before and not found.is_worse
