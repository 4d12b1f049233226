"""Trainings that verbs start tell of a disk as verbs do; all else is as spaCy has it."""

import errno
import os
import subprocess
import sys

import pytest

from spacy_concner.training import process


@pytest.fixture
def run(monkeypatch, tmp_path):
    def run_with(fault):
        def fail():
            assert sys.argv[:2] == ["spacy", "train"]
            raise fault

        monkeypatch.setattr(process, "setup_cli", fail)
        monkeypatch.setattr(sys, "argv", ["-", "student.cfg", "--output", str(tmp_path / "out")])
        process.main()

    return run_with


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_a_disk_that_fails_is_told(run, capsys, tmp_path, code):
    with pytest.raises(SystemExit) as ended:
        run(OSError(code, os.strerror(code), str(tmp_path / "out" / "model-last")))
    assert ended.value.code == 1
    told = " ".join(capsys.readouterr().out.split())
    assert f"[C129] Cannot write --output {tmp_path / 'out'}: {os.strerror(code)}" in told


def test_other_faults_are_left_to_spacy(run):
    with pytest.raises(ValueError, match="broken"):
        run(ValueError("broken"))


@pytest.mark.slow
def test_it_takes_what_spacy_train_takes(tmp_path):
    command = [sys.executable, "-m", "spacy_concner.training.process", "no.cfg"]
    done = subprocess.run(
        [*command, "--output", tmp_path / "out", "--gpu-id", "-1"], capture_output=True, text=True
    )
    assert done.returncode == 2 and "no.cfg" in done.stdout + done.stderr
