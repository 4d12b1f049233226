import numpy as np
import pytest
from thinc.api import Adam, Optimizer, registry, warmup_linear

from spacy_concner.distributed import training
from spacy_concner.distributed.optimizer import create_distributed_adam
from spacy_concner.errors import ConcnerError

NAME = "spacy-concner.DistributedAdam.v1"
SETTINGS = [{}, {"L2": 0.1, "L2_is_weight_decay": False, "use_averages": False, "beta1": 0.8}]


@pytest.mark.parametrize("settings", SETTINGS)
def test_alone_it_is_adam_to_the_bit(settings):
    optimizers = [
        make(learn_rate=warmup_linear(0.01, 2, 9), **settings)
        for make in (registry.get("optimizers", NAME), registry.get("optimizers", "Adam.v1"))
    ]
    assert [type(optimizer) for optimizer in optimizers] == [Optimizer, Optimizer]
    random = np.random.default_rng(0)
    weights = [np.ones((3, 4), dtype="f") for _ in optimizers]
    for _ in range(5):
        gradient = random.normal(size=(3, 4)).astype("f")
        for optimizer, weight in zip(optimizers, weights, strict=True):
            optimizer((1, "W"), weight, gradient.copy())
            optimizer.step_schedules()
    ours, theirs = optimizers
    assert np.array_equal(*weights) and not np.array_equal(weights[0], np.ones((3, 4)))
    assert ours.learn_rate == theirs.learn_rate
    for key, average in (theirs.averages or {}).items():
        assert np.array_equal(ours.averages[key], average)


def test_no_step_by_the_gradients_of_one_rank(monkeypatch):
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setattr(training.TrainOnRanks, "stand_in", lambda self: None)
    optimizer = create_distributed_adam()
    with pytest.raises(ConcnerError, match="C669"):
        optimizer((1, "W"), np.ones(2, dtype="f"), np.ones(2, dtype="f"))


@pytest.mark.parametrize("setting", ["bucket_mb", "timeout_minutes"])
def test_settings_out_of_range(setting):
    with pytest.raises(ConcnerError, match=f"C670.*{setting} is 0"):
        create_distributed_adam(**{setting: 0})


def test_settings_that_are_adams_keep_its_defaults():
    ours, theirs = create_distributed_adam(), Adam()
    for name in ("learn_rate", "b1", "b2", "eps", "L2", "grad_clip", "L2_is_weight_decay"):
        assert getattr(ours, name) == getattr(theirs, name)
