from pathlib import Path

import pytest

from spacy_concner.errors import ConcnerError
from spacy_concner.files import file_of_folder, unseal, whole_folder
from spacy_concner.folder_marker import (
    MARKER,
    check_complete,
    check_sealed,
    file_sha256,
    fingerprint,
    is_sealed,
    read_marker,
)


@pytest.fixture
def pipeline(tmp_path):
    """What stands for a shipped pipeline: files for people, and files that loading reads."""
    with whole_folder(tmp_path / "out", "ship", sealed=True) as part:
        (part / "concner").mkdir()
        for name in ("config.cfg", "meta.json", "README.md", "concner/model"):
            (part / name).write_text("{}" if name == "meta.json" else name)
    return tmp_path / "out"


def test_a_folder_tells_of_lost_files(pipeline, tmp_path):
    check_complete(pipeline)
    (pipeline / "concner" / "model").unlink()
    with pytest.raises(ConcnerError, match=r"C602.*1 of the 4 files.*ship with --force"):
        check_complete(pipeline)
    check_complete(tmp_path)


def test_meta_data_must_be_json(pipeline):
    (pipeline / "meta.json").write_text('{"version": "1.0.1"}')
    check_sealed(pipeline)
    (pipeline / "meta.json").write_text("{")
    with pytest.raises(ConcnerError, match=r"C607.*meta\.json"):
        check_sealed(pipeline)


def test_a_sealed_folder_tells_of_changes(pipeline):
    assert is_sealed(pipeline)
    (pipeline / "README.md").write_text("better words")
    # As spacy package does.
    (pipeline / "meta.json").write_text('{"the same": "in another order"}')
    check_sealed(pipeline)
    (pipeline / "concner" / "model").write_text("concner/Model")
    with pytest.raises(ConcnerError, match=r"C607.*concner/model has other content.*ship wrote"):
        check_sealed(pipeline)
    (pipeline / "concner" / "model").unlink()
    with pytest.raises(ConcnerError, match=r"C607.*concner/model is gone"):
        check_sealed(pipeline)
    marker = (pipeline / MARKER).read_text()
    (pipeline / MARKER).write_text(marker[:-5])
    with pytest.raises(ConcnerError, match=r"C607.*concner\.json has other content"):
        check_sealed(pipeline)
    (pipeline / MARKER).write_text(marker)
    unseal(pipeline)
    assert not is_sealed(pipeline) and read_marker(pipeline).verb == "ship"
    check_sealed(pipeline)


def test_one_that_is_not_sealed_keeps_no_digests(tmp_path):
    with whole_folder(tmp_path / "out", "convert") as part:
        (part / "a").write_text("a")
    assert "sha256" not in (tmp_path / "out" / MARKER).read_text()
    (tmp_path / "out" / "a").write_text("b")
    check_sealed(tmp_path / "out")
    check_sealed(tmp_path)


def test_a_file_written_anew_is_true_of_its_marker_at_every_moment(pipeline):
    check_sealed(pipeline)
    with pytest.raises(RuntimeError), file_of_folder(pipeline, "config.cfg", "PIPELINE") as part:
        part.write_text("half")
        raise RuntimeError
    check_sealed(pipeline)
    with file_of_folder(pipeline, "config.cfg", "PIPELINE") as part:
        part.write_text("new")
    check_sealed(pipeline)
    with file_of_folder(pipeline, "notes.md", "PIPELINE") as part:
        part.write_text("more for people")
    check_complete(pipeline)
    marker = read_marker(pipeline)
    assert marker.sha256["config.cfg"] == file_sha256(pipeline / "config.cfg")
    assert "notes.md" not in marker.sha256 and len(marker.files) == 5


def test_between_the_two_both_contents_are_good(pipeline, monkeypatch):
    rename = Path.replace
    seen = []

    def replace(self, target):
        check_sealed(pipeline)
        found = rename(self, target)
        check_sealed(pipeline)
        seen.append(Path(target).name)
        return found

    monkeypatch.setattr(Path, "replace", replace)
    with file_of_folder(pipeline, "config.cfg", "PIPELINE") as part:
        part.write_text("new")
    assert seen == [MARKER, "config.cfg", MARKER]


def test_a_folder_without_marker_gets_none(tmp_path):
    with file_of_folder(tmp_path, "a", "PIPELINE") as part:
        part.write_text("a")
    unseal(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_fingerprints_tell_names_and_contents(tmp_path):
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("a")
    prints = {fingerprint([tmp_path / name]) for name in "ab"}
    (tmp_path / "a").write_text("b")
    assert len(prints | {fingerprint([tmp_path / "a"])}) == 3
    assert file_sha256(tmp_path / "b").startswith("ca978112ca1b")
