"""What must not be in a wheel is found there; wheels of the project are tried in test_project."""

import io
import pickle
import zipfile

import numpy
import pytest
import srsly
from spacy.cli.package import TEMPLATE_INIT

from tests.shipping.wheels import find_strange


def as_zip(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def as_npy(*values: object, **settings) -> bytes:
    stream = io.BytesIO()
    numpy.save(stream, numpy.asarray(values, **settings))
    return stream.getvalue()


def write(tmp_path, name: str, content: bytes):
    wheel = tmp_path / "xx_a-1.0-py3-none-any.whl"
    wheel.write_bytes(as_zip({name: content}))
    return wheel


@pytest.mark.parametrize(
    "name, content, reason",
    [
        ("xx_a/__init__.py", TEMPLATE_INIT.format(imports="from . import more").encode(), "spaCy"),
        ("xx_a/more.py", b"", "kind"),
        ("xx_a.pth", b"import os", "kind"),
        ("xx_a/a/model.pt", b"", "kind"),
        ("xx_a/a/concner/model", pickle.dumps({"a": 1}, protocol=0), "pickle"),
        ("xx_a/a/lookups.bin", pickle.dumps({"a": 1}), "pickle"),
        ("xx_a/a/lookups.bin", as_zip({"data.pkl": b""}), "pickle"),
        ("xx_a/a/vocab/vectors", as_npy({}, dtype=object), "pickle"),
    ],
)
def test_code_and_pickles_are_found(tmp_path, name, content, reason):
    ((found, why),) = find_strange(write(tmp_path, name, content)).items()
    assert found == name and reason in why


@pytest.mark.parametrize(
    "name, content",
    [
        ("xx_a/__init__.py", TEMPLATE_INIT.format(imports="").encode()),
        ("xx_a/a/concner/model", srsly.msgpack_dumps({"a": [1, 2.5]})),
        ("xx_a/a/vocab/lookups.bin", srsly.msgpack_dumps({})),
        ("xx_a/a/vocab/vectors", as_npy(1.0, 2.0)),
        ("xx_a/meta.json", b"0.5"),
        ("xx_a-1.0.dist-info/RECORD", b"xx_a/__init__.py,,"),
    ],
)
def test_data_is_let_pass(tmp_path, name, content):
    assert find_strange(write(tmp_path, name, content)) == {}
