"""Commands side by side: their lines, their faults, and what is left of them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from spacy_concner.errors import ConcnerError
from spacy_concner.projects.for_each import for_each

SAY = "import sys; print(sys.argv[1] * 3); sys.stderr.write('50%\\r100%\\n')"
# The first waits for the second, so that they must run at once.
MEET = """
import pathlib, sys, time
folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
(folder / name).write_text(name)
while len(list(folder.iterdir())) < 2:
    time.sleep(0.01)
"""
WAIT = """
import os, pathlib, subprocess, sys, time
folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
if name == "bad":
    while len(list(folder.iterdir())) < 2:
        time.sleep(0.01)
    sys.exit("it is bad")
own = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
(folder / "own").write_text(str(own.pid))
(folder / "job").write_text(str(os.getpid()))
time.sleep(600)
"""


def is_running(pid: int) -> bool:
    try:
        # One that has ended and that nobody has asked for is still listed.
        return "zombie" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def wait_until_gone(pids: list[int]) -> None:
    end = time.monotonic() + 20
    while any(map(is_running, pids)):
        assert time.monotonic() < end, pids
        time.sleep(0.02)


def pids_in(folder: Path) -> list[int]:
    return [int(file.read_text()) for file in sorted(folder.iterdir())]


def test_lines_begin_with_values(capfd):
    for_each({"a": ["x", "y"], "n": ["1"]}, ["python", "-S", "-c", SAY, "{a}"], jobs=2)
    lines = sorted(capfd.readouterr().out.splitlines())
    assert lines == ["[x 1] 100%", "[x 1] xxx", "[y 1] 100%", "[y 1] yyy"]


def test_jobs_run_at_once_and_write_one_folder(tmp_path):
    command = ["python", "-S", "-c", MEET, "{output}", "{a}"]
    for_each({"a": ["x", "y"]}, command, output=tmp_path / "made", jobs=2)
    assert (tmp_path / "made" / "x").read_text() == "x"
    with pytest.raises(ConcnerError, match="C406.*--jobs"):
        for_each({"a": ["x"]}, command, output=tmp_path / "other", jobs=-1)


def test_each_has_one_thread_unless_the_user_says_otherwise(capfd, monkeypatch):
    show = "import os; print(os.environ.get('OMP_NUM_THREADS'))"
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    for_each({"a": ["x"]}, ["python", "-S", "-c", show, "{a}"], jobs=2)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    for_each({"a": ["x"]}, ["python", "-S", "-c", show, "{a}"], jobs=2)
    assert capfd.readouterr().out.splitlines() == ["[x] 1", "[x] 3"]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_one_that_fails_ends_the_others_and_is_named(tmp_path, capfd):
    values = {"a": ["good", "bad", "late"]}
    with pytest.raises(ConcnerError, match="(?s)C614.*status 1 for bad"):
        for_each(values, ["python", "-S", "-c", WAIT, str(tmp_path), "{a}"], jobs=2)
    assert "[bad] it is bad" in capfd.readouterr().out
    wait_until_gone(pids_in(tmp_path))


def test_a_command_that_cannot_be_started(tmp_path):
    with pytest.raises(ConcnerError, match=r"C617.*not-installed.*for \w: No such file"):
        for_each({"a": ["x", "y"]}, ["not-installed", "{a}"], jobs=2)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_ended_leaves_no_process(tmp_path, how):
    (tmp_path / "pids").mkdir()
    # Programs that a shell starts in the background ignore SIGINT, and so do their children.
    run = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    run += "from spacy_concner.projects.for_each import for_each; "
    run += "for_each({'a': ['x']}, ['python', '-S', '-c', *sys.argv[1:], '{a}'], jobs=2)"
    driver = subprocess.Popen(
        [sys.executable, "-c", run, WAIT, str(tmp_path / "pids")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while len(list((tmp_path / "pids").iterdir())) < 2:
        assert driver.poll() is None
        time.sleep(0.02)
    pids = pids_in(tmp_path / "pids")
    os.kill(driver.pid, how)
    assert driver.wait(30)
    wait_until_gone(pids)
