"""Fixtures of the encoding tests."""

import pytest

from tests.encoding.tiny_encoders import KINDS, make_encoder_folder


@pytest.fixture(scope="session")
def encoder_folders(tmp_path_factory):
    """Folder of a tiny encoder for each kind of tokenizer."""
    root = tmp_path_factory.mktemp("encoders")
    return {kind: make_encoder_folder(kind, root / kind.replace(" ", "-")) for kind in KINDS}
