import subprocess
import sys
import time

import pytest

from spacy_concner.errors import ConcnerError
from spacy_concner.sharding import ray_actors
from spacy_concner.sharding.ray_actors import RayActors
from spacy_concner.sharding.run import run_shards
from tests.sharding.workers import make_double, make_dying, make_dying_once, make_failing


def test_what_ray_needs(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConcnerError, match=r'C632.*pip install "spacy-concner\[ray\]"'):
        ray_actors.import_ray()


@pytest.mark.parametrize("address", ["127.0.0.1:9", "ray://127.0.0.1:9", "127.0.0.1:99999"])
def test_a_cluster_that_is_not_there(address, monkeypatch):
    ray = pytest.importorskip("ray")
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    with pytest.raises(ConcnerError, match=f"C633.*nothing answers at {address}"):
        RayActors(make_double, (), 1, address=address)
    monkeypatch.setenv("RAY_ADDRESS", address)
    with pytest.raises(ConcnerError, match=f"C633.*nothing answers at {address}.*RAY_ADDRESS"):
        RayActors(make_double, (), 1)


@pytest.fixture(scope="module")
def cluster():
    """A cluster of this machine that the tests share."""
    ray = pytest.importorskip("ray")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        # Actors are nice to all else that runs, and would wait for other tests.
        patch.setenv("RAY_worker_niceness", "0")
        # One of its own: Ray joins what runs on the machine, which may be that of other tests.
        settings = {"address": "local", "include_dashboard": False, "log_to_driver": False}
        ray.init(num_cpus=2, logging_level="ERROR", **settings)
    yield ray
    ray.shutdown()


@pytest.mark.slow
def test_a_run_has_a_cluster_of_its_own(cluster, monkeypatch):
    """It would end with the run that started it, and take the others with it."""
    code = """
import ray
from spacy_concner.sharding.ray_actors import RayActors
from tests.sharding.workers import make_double
with RayActors(make_double, (), 1):
    print(ray.get_runtime_context().gcs_address)
"""
    theirs = cluster.get_runtime_context().gcs_address
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    assert run_python(code) != theirs
    monkeypatch.setenv("RAY_ADDRESS", theirs)
    assert run_python(code) == theirs


def run_python(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert not done.returncode, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
def test_a_dead_actor_s_shards_are_made_by_others(cluster, tmp_path):
    with RayActors(make_dying_once, (tmp_path,), 2) as engine:
        done = list(run_shards(range(1, 12), {5: 0}.get, engine))
    assert (tmp_path / "died").exists()
    assert sorted((one.shard, one.result) for one in done) == [
        (shard, 0 if shard == 5 else -shard) for shard in range(1, 12)
    ]


@pytest.mark.slow
def test_faults_of_an_actor_are_told(cluster, monkeypatch):
    with pytest.raises(ConcnerError) as raised, RayActors(make_failing, (), 1) as engine:
        list(run_shards(range(9), lambda shard: None, engine))
    assert str(raised.value) == "[C999] a fault of three"
    monkeypatch.setattr(ray_actors, "MOST_DEATHS", 1)
    # What it has made just before may be lost with it.
    told = pytest.raises(ConcnerError, match="C631.*shard [23]")
    with told, RayActors(make_dying, (), 1) as engine:
        list(run_shards(range(9), lambda shard: None, engine))
    with pytest.raises(ConcnerError, match="C633.*no GPU"):
        RayActors(make_failing, (), 0, on_gpu=True)


@pytest.mark.slow
def test_who_waits_for_a_busy_cluster_is_told(cluster, monkeypatch):
    monkeypatch.setattr(ray_actors, "PATIENCE", 0.5)

    @cluster.remote(num_cpus=2)
    class Other:
        def work(self, seconds):
            time.sleep(seconds)

    other = Other.remote()
    cluster.get(other.work.remote(0))
    busy = other.work.remote(3)
    # Its actor starts when the other has done and is gone.
    del other
    with RayActors(make_double, (), 1) as engine:
        waits = r"W630.*for: 1; CPUs of the cluster: 2, of which free: 0"
        with pytest.warns(UserWarning, match=waits):
            done = list(run_shards([4], lambda shard: None, engine))
    cluster.get(busy)
    assert [one.result[0] for one in done] == [8]


@pytest.mark.slow
def test_actors_make_what_one_process_makes(cluster, trained_folder, tmp_path):
    from tests.applying.test_apply import bytes_of, run
    from tests.applying.texts import write_text

    path = write_text(tmp_path, "a.parquet")
    for folder, settings in (("one", {}), ("ray", {"engine": "ray", "processes": 2})):
        run(trained_folder, path, tmp_path / folder, format="jsonl", shard_size=3, **settings)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "ray")
    with pytest.raises(ConcnerError, match="C634.*--address"):
        run(trained_folder, path, tmp_path / "ray", address="auto")
