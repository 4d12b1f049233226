import signal
import subprocess
import sys

import pytest

from spacy_concner.errors import ConcnerError
from spacy_concner.files import Folder, Store
from tests.files.claiming import make_folder, try_claim


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
