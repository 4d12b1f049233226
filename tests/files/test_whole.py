import os
import shutil

import pytest

from spacy_concner.errors import ConcnerError
from spacy_concner.files import whole_file, whole_folder
from tests.files.claiming import make_folder


def test_what_fails_leaves_the_old_output(tmp_path):
    file, folder = tmp_path / "a.txt", make_folder(tmp_path / "out", text="old")
    file.write_text("old")
    with pytest.raises(RuntimeError), whole_file(file) as part:
        part.write_text("half")
        raise RuntimeError
    with pytest.raises(RuntimeError), whole_folder(folder, "convert") as part:
        (part / "half").write_text("half")
        raise RuntimeError
    assert file.read_text() == "old" and (folder / "inner" / "a.txt").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "out"]


def test_what_succeeds_replaces_it(tmp_path):
    file, folder = tmp_path / "new" / "a.txt", make_folder(tmp_path / "out", text="old")
    with whole_file(file) as part:
        part.write_text("new")
    make_folder(folder)
    assert file.read_text() == "new" and (folder / "inner" / "a.txt").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "out"]


@pytest.mark.parametrize("is_there", [True, False])
def test_what_a_link_points_to_is_written(tmp_path, is_there):
    disk = tmp_path / "disk"
    file, folder = tmp_path / "a.txt", tmp_path / "out"
    file.symlink_to(disk / "a.txt")
    folder.symlink_to(disk / "out")
    if is_there:
        make_folder(disk / "out", text="old")
        (disk / "a.txt").write_text("old")
    with whole_file(file) as part:
        part.write_text("new")
    make_folder(folder)
    assert file.is_symlink() and (disk / "a.txt").read_text() == "new"
    assert folder.is_symlink() and (disk / "out" / "inner" / "a.txt").read_text() == "new"
    assert len(list(tmp_path.iterdir())) == 3 and len(list(disk.iterdir())) == 2


def test_faults_of_the_disk_are_told(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConcnerError, match="C129"), whole_file(tmp_path / "file" / "a") as part:
        part.write_text("a")
    with (
        pytest.raises(ConcnerError, match=r"C129.*No space.*make room"),
        whole_file(tmp_path / "a") as part,
    ):
        raise OSError(28, "No space left on device")
    for told in ("I/O error: No space left on device (os error 28)", "10 requested and 4 written"):
        with (
            pytest.raises(ConcnerError, match=r"C129.*No space.*make room"),
            whole_file(tmp_path / "a") as part,
        ):
            raise RuntimeError(told)
    (tmp_path / "in" / "below").mkdir(parents=True)

    def fail(*paths):
        raise OSError(28, "No space left on device", str(paths[-1]))

    with monkeypatch.context() as patch:
        patch.setattr(os, "mkdir", fail)
        with pytest.raises(shutil.Error, match="No space") as copied:
            shutil.copytree(tmp_path / "in", tmp_path, dirs_exist_ok=True)
    with (
        pytest.raises(ConcnerError, match=r"C129.*No space.*make room"),
        whole_file(tmp_path / "a"),
    ):
        raise copied.value
    unreadable = shutil.Error([("in", "out", "[Errno 13] Permission denied: 'in'")])
    with pytest.raises(ConcnerError, match=r"C129.*denied: 'in'"), whole_file(tmp_path / "a"):
        raise unreadable
    with pytest.raises(FileNotFoundError), whole_file(tmp_path / "a") as part:
        (tmp_path / "no such input").read_text()
    assert not (tmp_path / "a").exists()
