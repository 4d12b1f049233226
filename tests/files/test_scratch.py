import tempfile

import pytest

from spacy_concner.errors import ConcnerError
from spacy_concner.files import scratch_folder, whole_file


def test_a_folder_that_goes_at_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with scratch_folder() as folder:
        (folder / "a").write_text("a")
        assert list(tmp_path.iterdir()) == [folder]
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_or_not_there_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    # As a write to an open file tells it, and libraries that raise errors of their own.
    for error in (
        OSError(28, "No space left on device"),
        RuntimeError("I/O error: No space left on device (os error 28)"),
    ):
        with pytest.raises(ConcnerError, match=r"C059.*No space.*TMPDIR"), scratch_folder():
            raise error
    with pytest.raises(ConcnerError, match="C059"), scratch_folder() as folder:
        (folder / "no such folder" / "a").write_text("a")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(ConcnerError, match=r"C059.*gone.*No such file"), scratch_folder():
        pass


def test_faults_of_other_files_are_left_as_they_are(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(FileNotFoundError), scratch_folder():
        (tmp_path / "no such input").read_text()
    with pytest.raises(PermissionError), scratch_folder():
        raise PermissionError(13, "Permission denied", str(tmp_path / "input"))
    with pytest.raises(ConcnerError, match="C129"), scratch_folder(), whole_file(tmp_path / "a"):
        raise OSError(28, "No space left on device")
