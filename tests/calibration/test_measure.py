import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_concner.calibration.measure import (
    Predictions,
    brier_score,
    collect_predictions,
    expected_calibration_error,
    measure_predictions,
    multiclass_brier_score,
    reliability_bins,
)
from spacy_concner.tagging.decoding import decode
from tests.sentences import SENTENCES, as_example, labelled_doc

from .drawn import LABELS, draw

PREDICTIONS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50)


def test_known_values():
    confidences, correct = [0.9, 0.9, 0.6, 0.6], [True, True, True, False]
    assert expected_calibration_error(confidences, correct, 10) == pytest.approx(0.1)
    assert brier_score(confidences, correct) == pytest.approx((0.01 + 0.01 + 0.16 + 0.36) / 4)


def test_bounds_belong_to_the_bin_below():
    bins = reliability_bins([0.0, 0.5, 0.51, 1.0], [False, True, True, True], 2)
    assert [b.n for b in bins] == [2, 2]
    assert (bins[0].confidence, bins[0].accuracy) == (0.25, 0.5)
    assert (bins[0].low, bins[1].high) == (0.0, 1.0)


def test_sure_and_right_is_perfect_sure_and_wrong_is_worst():
    assert expected_calibration_error([1.0, 0.0], [True, False]) == 0.0
    assert expected_calibration_error([1.0, 0.0], [False, True]) == 1.0
    assert brier_score([1.0, 0.0], [False, True]) == 1.0


def test_nothing_to_count():
    assert expected_calibration_error([], []) is None
    assert brier_score([], []) is None
    assert multiclass_brier_score(np.zeros((0, 3)), np.zeros(0, dtype=int)) is None
    assert [b.n for b in reliability_bins([], [], 3)] == [0, 0, 0]


@given(PREDICTIONS, st.integers(1, 20))
def test_error_is_bounded_and_bins_hold_everything(predictions, n_bins):
    confidences, correct = zip(*predictions, strict=True)
    bins = reliability_bins(confidences, correct, n_bins)
    assert sum(b.n for b in bins) == len(predictions)
    for b in bins:
        assert not b.n or b.low - 1e-9 <= b.confidence <= b.high + 1e-9
    error = expected_calibration_error(confidences, correct, n_bins)
    # With one bin it is the distance of the means, and more bins only add to that.
    assert abs(np.mean(confidences) - np.mean(correct)) - 1e-9 <= error <= 1 + 1e-9


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1, max_size=20))
def test_two_classes_count_twice(rows):
    first = np.array([p for p, _ in rows])
    gold = np.array([g for _, g in rows])
    both = multiclass_brier_score(np.stack([first, 1 - first], axis=1), gold)
    assert both == pytest.approx(2 * brier_score(first, gold == 0))


def test_missing_annotation_is_left_out():
    dev = draw(200, 2.0, 0)
    half = Predictions(
        LABELS, dev.logits, dev.lengths, dev.tags.copy(), dev.correct.copy(), dev.languages
    )
    half.tags[::2] = -1
    half.correct[::2] = -1
    measured = measure_predictions(half)
    assert measured.token.n == (half.tags >= 0).sum()
    assert measured.entity.n == (half.correct >= 0).sum()


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
    assert measure_predictions(loaded) == measure_predictions(parts[0])


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
