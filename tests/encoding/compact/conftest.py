"""Tiny encoders in compact form, beside what they are made from."""

from pathlib import Path

import pytest

from spacy_concner.encoding.compact.architecture import build_compact_encoder, set_weights
from spacy_concner.encoding.compact.conversion import make_compact_weights
from spacy_concner.encoding.loading import load_encoder
from tests.tiny_pipelines import make_bert


def compact(folder: Path, precision="float32", **settings):
    """Make the compact form of an encoder folder."""
    weights = make_compact_weights(load_encoder(folder), precision=precision)
    return set_weights(build_compact_encoder(**settings), weights)


@pytest.fixture(scope="session")
def bert_folder(tmp_path_factory):
    """A random BERT of two layers."""
    return make_bert(tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="session")
def tiny(bert_folder):
    """Its compact form in float32, with small windows and batches."""
    return compact(bert_folder, window=32, overlap=8, batch_pieces=128)
