import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from spacy_concner.errors import ConcnerError
from spacy_concner.files import (
    File,
    Folder,
    Store,
    check_in_place,
    claim,
    is_doc_bin,
    json_line_with,
    whole_file,
    whole_folder,
)
from spacy_concner.folder_marker import MARKER, Marker, read_marker

is_rejects = json_line_with("reason", "code")


def try_claim(verb="convert", inputs=None, outputs=None, force=False):
    with claim(verb, inputs=inputs or {}, outputs=outputs or {}, force=force):
        pass


def make_folder(path: Path, verb: str = "convert", text: str = "new") -> Path:
    with whole_folder(path, verb) as part:
        (part / "inner").mkdir()
        (part / "inner" / "a.txt").write_text(text)
    return path


def test_an_output_may_not_harm_an_input(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text("{}")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "b.txt").write_text("b")
    (tmp_path / "symbolic.jsonl").symlink_to(source)
    os.link(source, tmp_path / "hard.jsonl")
    os.link(source, folder / "inside.jsonl")
    inputs = {"INPUT": source, "--keep-from": [folder], "PACKAGE": "xx_no_such_package"}
    for path, relation in (
        (source, "is INPUT"),
        (tmp_path / "folder" / ".." / "in.jsonl", "is INPUT"),
        (tmp_path / "symbolic.jsonl", "is, by a link, INPUT"),
        (tmp_path / "hard.jsonl", "is, by a link, INPUT"),
        (folder / "new.jsonl", "lies in --keep-from"),
        (folder, "is --keep-from"),
        (tmp_path, "holds INPUT"),
    ):
        for output in (File(path, is_rejects), Folder(path), Store(path)):
            with pytest.raises(ConcnerError, match="C407") as caught:
                try_claim(inputs=inputs, outputs={"OUTPUT": output}, force=True)
            assert relation in str(caught.value)
    inputs = {"--keep-from": folder}
    with pytest.raises(ConcnerError, match="a file of --keep-from"):
        try_claim(inputs=inputs, outputs={"OUTPUT": File(source, is_rejects)}, force=True)
    assert source.read_text() == "{}" and (folder / "b.txt").exists()
    try_claim(inputs={"INPUT": source}, outputs={"OUTPUT": File(tmp_path / "out.jsonl")})


def test_an_output_may_not_harm_another(tmp_path):
    out = tmp_path / "out"
    for other in (out, out / "rejects.jsonl", tmp_path):
        with pytest.raises(ConcnerError, match=r"C407.*OUTPUT"):
            rejects = File(other, is_rejects, disposable=True)
            try_claim(outputs={"OUTPUT": Folder(out), "--rejects": rejects})
    try_claim(outputs={"OUTPUT": Folder(out), "--rejects": None})


def test_of_several_outputs_the_last_alone_stops_a_rerun(tmp_path):
    folder, table = make_folder(tmp_path / "scores", "scores"), tmp_path / "scores.jsonl"
    first, last = Folder(folder, disposable=True), File(table, is_rejects)
    try_claim("scores", outputs={"OUTPUT": last, "folder": first})
    table.touch()
    with pytest.raises(ConcnerError, match=r"C128.*jsonl"):
        try_claim("scores", outputs={"OUTPUT": last, "folder": first})
    table.unlink()
    (folder / "mine.txt").touch()
    with pytest.raises(ConcnerError, match=r"C408.*mine\.txt"):
        try_claim("scores", outputs={"OUTPUT": last, "folder": first})
    # No verb may ask for more, and the tests of all verbs come by here.
    with pytest.raises(ValueError, match="rerun"):
        try_claim("scores", outputs={"OUTPUT": last, "folder": Folder(folder)})


def test_files_are_replaced_by_force_if_they_are_of_the_kind(tmp_path):
    path = tmp_path / "out.spacy"
    output = {"OUTPUT": File(path, is_doc_bin)}
    try_claim(outputs=output)
    path.write_text("mine")
    with pytest.raises(ConcnerError, match="C408"):
        try_claim(outputs=output, force=True)
    path.write_bytes(b"\x78\x9c")
    with pytest.raises(ConcnerError, match="C128"):
        try_claim(outputs=output)
    try_claim(outputs=output, force=True)
    try_claim(outputs={"OUTPUT": File(path, is_doc_bin, disposable=True)})
    with pytest.raises(ConcnerError, match="C408"):
        try_claim(outputs={"OUTPUT": File(path)}, force=True)
    with pytest.raises(ConcnerError, match="C129"):
        try_claim(outputs={"OUTPUT": File(tmp_path, is_doc_bin)}, force=True)


def test_json_lines_are_told_by_their_keys(tmp_path):
    path = tmp_path / "out.jsonl"
    output = {"--rejects": File(path, is_rejects, disposable=True)}
    for content in ('{"text": "mine"}\n', '{"text": "code"', "[1]", "reason"):
        path.write_text(content)
        with pytest.raises(ConcnerError, match="C408"):
            try_claim(outputs=output, force=True)
    for content in ('{"line": 1, "code": "C109"}\n{"text"', "", "\n"):
        path.write_text(content)
        try_claim(outputs=output)


def test_folders_are_replaced_by_force_if_the_verb_made_all_of_it(tmp_path):
    path = make_folder(tmp_path / "out")
    assert read_marker(path) == Marker("convert", [Path("inner/a.txt")])
    output = {"OUTPUT": Folder(path)}
    with pytest.raises(ConcnerError, match="C128"):
        try_claim(outputs=output)
    try_claim(outputs=output, force=True)
    with pytest.raises(ConcnerError, match=r"C408.*ship did not make"):
        try_claim("ship", outputs=output, force=True)
    (path / "inner" / "notes.txt").write_text("mine")
    with pytest.raises(ConcnerError, match=r"C408.*notes\.txt"):
        try_claim(outputs=output, force=True)
    (path / "inner" / "notes.txt").unlink()
    (path / MARKER).write_text("[]")
    with pytest.raises(ConcnerError, match="C408"):
        try_claim(outputs=output, force=True)
    (tmp_path / "empty").mkdir()
    try_claim(outputs={"OUTPUT": Folder(tmp_path / "empty")})
    (tmp_path / "file").write_text("")
    with pytest.raises(ConcnerError, match="C129"):
        try_claim(outputs={"OUTPUT": Folder(tmp_path / "file")}, force=True)
    with pytest.raises(ConcnerError, match=r"C129.*is no folder\. Name another place\."):
        try_claim(outputs={"OUTPUT": Folder(tmp_path / "file" / "below")})


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
    with pytest.raises(FileNotFoundError), whole_file(tmp_path / "a") as part:
        (tmp_path / "no such input").read_text()
    assert not (tmp_path / "a").exists()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_killed_run_is_swept_by_the_next(tmp_path, kind):
    out = tmp_path / "out*[1]"
    program = f"""
import os, signal
from pathlib import Path
from spacy_concner.files import Folder, claim, whole_file, whole_folder
out = Path({str(out)!r})
with claim("convert", inputs={{}}, outputs={{"OUTPUT": Folder(out)}}):
    with (whole_file(out) if {kind == "file"} else whole_folder(out, "convert")) as part:
        (part if {kind == "file"} else part / "a").write_text("half")
        os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program])
    assert done.returncode == -signal.SIGKILL and len(list(tmp_path.iterdir())) == 1
    try_claim(outputs={"OUTPUT": Folder(out)})
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_has_moved_aside_comes_back(tmp_path):
    out = make_folder(tmp_path / "out", text="old")
    out.rename(tmp_path / ".out.12345678.aside")
    with pytest.raises(ConcnerError, match="C128"):
        try_claim(outputs={"OUTPUT": Folder(out)})
    assert (out / "inner" / "a.txt").read_text() == "old" and len(list(tmp_path.iterdir())) == 1


def test_what_killed_runs_have_left_in_a_folder_that_runs_add_to_is_swept(tmp_path):
    store = tmp_path / "cache"
    (store / "one" / ".a.npy.12345678.part").mkdir(parents=True)
    (store / "one" / ".a.npy.12345678.part" / "b").touch()
    (store / "one" / ".model.87654321.aside").mkdir()
    for mine in (".hidden.part", ".a.npy.12345678.txt", "a.npy.12345678.part"):
        (store / mine).touch()
    before = sorted(path.name for path in store.iterdir())
    try_claim(outputs={"OUTPUT": Store(store)})
    assert sorted(path.name for path in store.iterdir()) == before
    assert [path.name for path in (store / "one").iterdir()] == ["model"]


def test_no_place_for_locks_is_told(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    with pytest.raises(ConcnerError, match=r"C604.*TMPDIR"):
        try_claim(outputs={"OUTPUT": Store(tmp_path / "out")})


@pytest.mark.slow
def test_one_run_at_a_time_writes_an_output(tmp_path):
    output = {"OUTPUT": Store(tmp_path / "cache")}
    with claim("label", inputs={}, outputs=output):
        program = (
            "from pathlib import Path; from spacy_concner.files import Store, claim\n"
            f"claim('label', inputs={{}}, outputs={{'OUTPUT': Store(Path({str(tmp_path)!r}) / "
            "'cache')}).__enter__()"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        assert "C601" in done.stderr
    try_claim(outputs=output)


def test_nothing_changes_in_place_without_force(tmp_path):
    check_in_place(tmp_path, True)
    for path, force in ((tmp_path, False), (Path("xx_package"), True)):
        with pytest.raises(ConcnerError, match="C513"):
            check_in_place(path, force)
