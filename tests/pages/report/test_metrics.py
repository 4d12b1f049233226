import pytest

from spacy_concner.errors import ConcnerError
from spacy_concner.pages.report.metrics import read_metrics
from tests.pages.report.harmful import METRICS


def test_losses_become_means_of_a_step(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text(METRICS, "utf8")
    training = read_metrics(path)
    assert training.steps == [0, 10]
    # The first is of a single batch, whose size is not that of others.
    assert training.losses == {"concner": [None, 3.0], "concner_entity": [None, 2.0]}
    assert training.scores == {"ents_f": [1.0, 50.0], "score": [1.0, 50.0]}


def test_a_loss_that_diverged_leaves_a_gap(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 1, "losses": {"a": NaN}, "scores": {}, "score": NaN}\n', "utf8")
    training = read_metrics(path)
    assert training.losses == {"a": [None]} and training.scores == {"score": [None]}


@pytest.mark.parametrize(
    "text, code",
    [
        ("", "C525"),
        ("step 1\n", "C524"),
        ("[1]\n", "C524"),
        ('{"step": 1, "losses": [1], "scores": {}, "score": 0}\n', "C524"),
        ('{"step": 1, "losses": {"a": "b"}, "scores": {}, "score": 0}\n', "C524"),
    ],
)
def test_what_is_no_metrics_file(tmp_path, text, code):
    path = tmp_path / "metrics.jsonl"
    path.write_text(METRICS.splitlines()[0] + "\n" + text if text else text, "utf8")
    with pytest.raises(ConcnerError, match=code) as error:
        read_metrics(path)
    assert str(path) in str(error.value) and ("line 2" in str(error.value)) == (code == "C524")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConcnerError, match="C525"):
        read_metrics(tmp_path / "absent.jsonl")
