"""Names of stores, and what their libraries say."""

import sys
from pathlib import Path

import pytest

from spacy_concner.errors import ConcnerError
from spacy_concner.files import check_apart
from spacy_concner.remote import as_told, is_remote, list_sizes, locate, same_place


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("nothing://bucket/in", "C680"),
        ("simplecache::s3://bucket/in", "C680"),
        ("s3://bucket/in*.txt", "C680"),
        ("s3://bucket/[ab].txt", "C680"),
        ("gs://bucket/in", r'C681.*install "spacy-concner\[remote\]" gcsfs'),
        (Path("s3://bucket/in"), "C686.*s3://bucket/in"),
    ],
)
def test_urls_that_cannot_be_used(url, code):
    if "gcsfs" in code:
        pytest.importorskip("upath")
        sys.modules.setdefault("gcsfs", None)
    with pytest.raises(ConcnerError, match=code):
        locate(url)


def test_a_password_is_not_shown():
    with pytest.raises(ConcnerError, match="C680") as caught:
        locate("ftp://me:secret@host/in")
    assert "secret" not in str(caught.value)


def test_without_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "upath", None)
    with pytest.raises(ConcnerError, match=r'C681.*install "spacy-concner\[remote\]"$'):
        locate("s3://bucket/in")
    assert locate("in") == Path("in") and locate(Path("in")) == Path("in")


def test_paths_of_the_disk(tmp_path):
    assert locate(tmp_path.as_uri()) == tmp_path
    assert not is_remote(locate(str(tmp_path)))
    assert locate(f"file://{tmp_path}/a#b?.txt") == tmp_path / "a#b?.txt"
    assert locate("a" * 5000) == Path("a" * 5000)
    # A folder may be called so.
    (tmp_path / "s3:").mkdir()
    assert locate(tmp_path / "s3:") == tmp_path / "s3:"


def test_files_that_are_renamed_while_they_are_listed(tmp_path, monkeypatch):
    (tmp_path / "kept").write_text("four")
    monkeypatch.setattr(Path, "iterdir", lambda folder: iter([folder / "kept", folder / "gone"]))
    monkeypatch.setattr(Path, "is_file", lambda path: True)
    assert list_sizes(tmp_path) == {"kept": 4}


def test_verbs_that_read_the_disk_alone_say_so(tmp_path):
    for inputs, outputs in [
        ({"INPUT": Path("s3://bucket/in")}, {}),
        ({}, {"OUTPUT": Path("gs://bucket/out")}),
    ]:
        with pytest.raises(ConcnerError, match="C686"):
            check_apart(inputs, outputs)
    check_apart({"INPUT": "wikiann/en"}, {"OUTPUT": tmp_path / "out"})


def test_names_of_one_place():
    one = same_place(locate("s3://bucket/a/in"))
    assert one == same_place(locate("s3a://bucket/a/./b/../in/"))
    assert one != same_place(locate("memory://bucket/a/in"))
    assert one != same_place(locate("s3://bucket/a"))


def test_what_stores_say():
    class NoCredentialsError(Exception):
        pass

    class EndpointConnectionError(Exception):
        pass

    faults = {
        "C682": FileNotFoundError("The specified bucket does not exist"),
        "C683": NoCredentialsError("Unable to locate credentials"),
        "C684": EndpointConnectionError("Could not connect"),
        "C685": OSError(5, "Please reduce your request rate"),
    }
    faults_too = {"C683": PermissionError("Access Denied"), "C684": TimeoutError()}
    path = locate("memory://bucket/in")
    for code, error in [*faults.items(), *faults_too.items()]:
        assert str(as_told(path, error)).startswith(f"[{code}] ")
