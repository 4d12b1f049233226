"""What ships runs on every Python that the package is for.

`PYTHONS` in the environment names other interpreters, such as "python3.10 python3.14". Each gets
an environment with the locked run-time set alone, from the network.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import spacy.cli

from spacy_concner.applying.apply import apply
from tests.sentences import SENTENCES

ROOT = Path(__file__).parents[2]
PYTHONS = os.environ.get("PYTHONS", "").split()
LOCK = ["--require-hashes", "--only-binary", ":all:", "-r", ROOT / "runtime.lock.txt"]
NAME = "xx_tried"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHONS, reason="PYTHONS names no other interpreters"),
]


def run(*command: object) -> str:
    """Run a command, and give what it printed."""
    words = [str(word) for word in command]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def wheels(shipped_folder, tmp_path_factory) -> list[Path]:
    """Wheels of this package and of a shipped pipeline."""
    folder = tmp_path_factory.mktemp("wheels")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT)
    spacy.cli.package(
        shipped_folder, folder, name="tried", version="1.0", create_sdist=False, create_wheel=True
    )
    return [*folder.rglob("*.whl")]


@pytest.mark.parametrize("interpreter", PYTHONS)
def test_wheels_find_what_they_find_here(interpreter, wheels, shipped_folder, tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("".join(f"{' '.join(words)}\n" for words, _ in SENTENCES), encoding="utf8")
    apply(shipped_folder, text, tmp_path / "here", format="jsonl", progress=False)
    run(interpreter, "-m", "venv", tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    for what in (LOCK, ["--no-deps", *wheels]):
        run(python, "-m", "pip", "install", "-q", *what)
    run(python, "-m", "pip", "check")
    there = tmp_path / "there"
    options = ["--format", "jsonl", "--processes", 2, "--shard-size", 4]
    run(python, "-m", "spacy", "concner", "apply", NAME, text, there, *options)
    found = "".join(path.read_text("utf8") for path in sorted(there.glob("0*.jsonl")))
    assert found == (tmp_path / "here" / "00001.jsonl").read_text("utf8")
