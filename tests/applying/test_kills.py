"""Runs whose processes are killed lose and double nothing, and leave the bytes of one process."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.applying.test_apply import bytes_of, run
from tests.applying.texts import TEXTS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds processes by /proc"),
]


def start(pipeline: Path, path: Path, output: Path) -> subprocess.Popen:
    command = [sys.executable, "-m", "spacy", "concner", "apply", pipeline, path, output]
    options = ["--format", "jsonl", "--shard-size", "100", "--processes", "2"]
    return subprocess.Popen(
        [*map(str, command), *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def wait_for_notes(output: Path, n: int, process: subprocess.Popen) -> None:
    while len(list((output / ".making").glob("0*.json"))) < n:
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.01)


def workers_of(process: subprocess.Popen) -> list[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [
        int(child)
        for child in children
        if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()
    ]


def test_killed_workers_and_drivers(trained_folder, tmp_path):
    path, out = tmp_path / "in.jsonl", tmp_path / "out"
    rows = [{"id": i, "text": f"{TEXTS[i % len(TEXTS)]} {i}"} for i in range(12_000)]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))

    first = start(trained_folder, path, out)
    wait_for_notes(out, 3, first)
    os.kill(workers_of(first)[0], signal.SIGKILL)
    printed, _ = first.communicate(timeout=300)
    assert first.returncode == 1 and "C631" in printed and "Traceback" not in printed

    n_made = len(list((out / ".making").glob("0*.json")))
    second = start(trained_folder, path, out)
    wait_for_notes(out, n_made + 3, second)
    second.kill()
    second.communicate()
    assert second.returncode == -signal.SIGKILL

    made = {file.name: file.stat().st_mtime_ns for file in (out / ".making").glob("0*.json*")}
    done = run(trained_folder, path, out, format="jsonl", shard_size=100)
    assert done.resumed >= n_made + 3 and done.docs == len(rows) and done.n_shards == 120
    for shard in done.shards[: done.resumed]:
        assert shard.name not in made or shard.stat().st_mtime_ns == made[shard.name]
    lines = [line for shard in done.shards for line in shard.open(encoding="utf8")]
    assert [json.loads(line)["id"] for line in lines] == list(range(len(rows)))
    whole = bytes_of(out)
    run(trained_folder, path, tmp_path / "fresh", format="jsonl", shard_size=100)
    assert bytes_of(tmp_path / "fresh") == whole
