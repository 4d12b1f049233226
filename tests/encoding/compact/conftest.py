"""A tiny encoder in compact form."""

import pytest

from tests.encoding.tiny_encoders import make_compact


@pytest.fixture(scope="session")
def tiny(encoder_folder):
    """The compact form of a random BERT in float32, with small windows and batches."""
    return make_compact(encoder_folder, window=32, overlap=8, batch_pieces=128)
