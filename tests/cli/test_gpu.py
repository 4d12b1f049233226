"""Choosing a device: a GPU that cannot be used ends a verb with a code."""

import pytest
from spacy.cli import _util as spacy_util

from spacy_concner.cli._util import use_gpu
from spacy_concner.errors import ConcnerError


def test_the_cpu_is_always_there(capsys):
    use_gpu(-1)
    assert capsys.readouterr().out == ""


def test_a_gpu_that_is_not_there(monkeypatch):
    def fail(gpu_id, silent):
        raise ValueError("Cannot use GPU, CuPy is not installed")

    monkeypatch.setattr(spacy_util, "setup_gpu", fail)
    with pytest.raises(ConcnerError, match=r"C549.*GPU 3 cannot be used.*CuPy is not installed\."):
        use_gpu(3)
