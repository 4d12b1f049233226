"""What one rank's half precision cannot hold, no rank takes a step by."""

import pytest
import spacy
import torch
from thinc.api import PyTorchGradScaler, PyTorchWrapper

from spacy_concner.distributed.gradients import GradientSum
from spacy_concner.distributed.ranks import Ranks, connect
from tests.distributed.ranks import run_ranks
from tests.tiny_pipelines import build_tiny_config


@pytest.mark.parametrize("overflows", [False, True])
def test_an_overflow_of_one_rank_is_one_of_all(tmp_path, overflows):
    def run(rank):
        nlp = spacy.blank("xx")
        pipe = nlp.add_pipe("concner", config=build_tiny_config())
        wrapped = PyTorchWrapper(torch.nn.Linear(2, 1))
        (shim,) = wrapped.shims
        shim._grad_scaler = scaler = PyTorchGradScaler(enabled=True)
        scaler._found_inf = overflows and rank == 1
        pipe.model.layers.append(wrapped)
        module = shim._model
        module.weight.grad = torch.full((1, 2), 1.0 + rank)
        if rank:
            module.bias.grad = torch.ones(1)
        with connect(Ranks(rank, 2), 1):
            GradientSum(nlp, [], 25)(0)
        assert scaler.found_inf == overflows
        if not overflows:
            # A rank without a gradient adds nothing, and takes the step of the other.
            assert module.weight.grad.tolist() == [[3.0, 3.0]] and module.bias.grad.tolist() == [1]

    assert run_ranks(run, tmp_path) == [0, 0], (tmp_path / "rank1.log").read_text()
