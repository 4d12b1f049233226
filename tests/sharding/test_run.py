import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from spacy_concner.errors import ConcnerError
from spacy_concner.sharding.processes import Processes
from spacy_concner.sharding.run import Here, run_shards
from tests.sharding.workers import make_double, make_dying, make_failing

ROOT = Path(__file__).parents[2]


def test_what_is_there_is_kept_and_the_rest_is_made_in_order():
    made = []

    def make(shard):
        made.append(shard)
        return -shard

    done = list(run_shards(range(1, 6), {2: 20, 5: 50}.get, Here(make)))
    assert made == [1, 3, 4]
    assert [(one.shard, one.result, one.resumed) for one in done] == [
        (1, -1, False),
        (2, 20, True),
        (3, -3, False),
        (4, -4, False),
        (5, 50, True),
    ]


def test_shards_are_read_as_they_are_needed():
    read = []

    def shards():
        for shard in range(100):
            read.append(shard)
            yield shard

    next(run_shards(shards(), lambda shard: None, Here(abs)))
    assert read == [0]


@pytest.mark.slow
def test_processes_make_each_shard_once(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    read = []

    def shards():
        for shard in range(40):
            read.append(shard)
            yield shard

    with Processes(make_double, (), 2) as engine:
        made = run_shards(shards(), {7: (14, 0, "1")}.get, engine)
        done = [next(made)]
        # No more are read than have something to do.
        assert len(read) <= 5
        done += made
    assert sorted((one.shard, one.result[0]) for one in done) == [(i, 2 * i) for i in range(40)]
    assert os.getpid() not in {one.result[1] for one in done}
    # The processes take the cores, a thread each.
    assert {one.result[2] for one in done} == {"1"} and "OMP_NUM_THREADS" not in os.environ


@pytest.mark.slow
def test_faults_of_a_process_are_told():
    with (
        pytest.raises(ConcnerError, match="C999.*fault of three"),
        Processes(make_failing, (), 2) as engine,
    ):
        list(run_shards(range(9), lambda shard: None, engine))
    with (
        pytest.raises(ConcnerError, match="C631.*Run the same command again"),
        Processes(make_dying, (), 2) as engine,
    ):
        list(run_shards(range(9), lambda shard: None, engine))


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="tells processes by /proc")
def test_no_process_outlives_the_one_that_feeds_it(tmp_path):
    feeding = subprocess.Popen(
        [sys.executable, "-m", "tests.sharding.workers", str(tmp_path)], cwd=ROOT
    )
    until = time.monotonic() + 120
    while len(list(tmp_path.iterdir())) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    workers = [Path("/proc") / path.name for path in tmp_path.iterdir()]
    assert len(workers) == 2 and all(path.exists() for path in workers)
    os.kill(feeding.pid, signal.SIGKILL)
    feeding.wait()
    while any(map(is_running, workers)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(is_running, workers))


def is_running(process: Path) -> bool:
    try:
        return "State:\tZ" not in (process / "status").read_text()
    except OSError:
        return False
