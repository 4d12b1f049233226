"""`apply` from store to store: what it does on the disk, byte for byte."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid

import pytest
import spacy

from spacy_concner import remote
from spacy_concner.applying.apply import apply
from spacy_concner.errors import ConcnerError
from spacy_concner.files import lock
from tests.applying.texts import TEXTS, write_text
from tests.object_store import BUCKET, content, serve, upload

KINDS = ["a.txt", "a.jsonl.gz", "a.parquet", "a.spacy"]
# Requests take their time: one kind by S3, the others by the same code in memory.
STORES = [("s3", "a.jsonl.gz"), *(("memory", kind) for kind in KINDS)]


@pytest.fixture(scope="module")
def s3():
    """Environment of a server that speaks S3, which this process uses."""
    import s3fs

    with pytest.MonkeyPatch.context() as patch, serve() as environment:
        for name, value in environment.items():
            patch.setenv(name, value)
        s3fs.S3FileSystem.clear_instance_cache()
        yield environment
        s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture(params=["s3", "memory"])
def root(request) -> str:
    """A new place in a store."""
    if request.param == "s3":
        request.getfixturevalue("s3")
    return f"{request.param}://{BUCKET}/{uuid.uuid4().hex}"


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    """A pipeline that is fast to load and to run."""
    nlp = spacy.blank("xx")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PER", "pattern": "Anna"}])
    nlp.to_disk(folder := tmp_path_factory.mktemp("rules"))
    return folder


def run(pipeline, path, output, **settings):
    settings = {"shard_size": 5, "format": "jsonl", "progress": False, **settings}
    return apply(pipeline, path, output, **settings)


@pytest.mark.parametrize(("root", "name"), STORES, indirect=["root"])
def test_the_same_as_on_the_disk_whole_and_in_parts(rules, tmp_path, root, name):
    write_text(tmp_path / "in", name)
    url = upload(tmp_path / "in", f"{root}/in")
    expected = run(rules, tmp_path / "in", tmp_path / "out")
    done = run(rules, url, f"{root}/out/")
    assert [str(shard) for shard in done.shards] == [
        f"{root}/out/{shard.name}" for shard in expected.shards
    ]
    assert content(f"{root}/out") == content(tmp_path / "out")
    assert run(rules, url, f"{root}/out").resumed == done.n_shards == 3
    for number in (3, 1, 2):
        part = run(rules, url, f"{root}/parts", part=f"{number}/3")
    assert len(part.shards) == 3 and content(f"{root}/parts") == content(tmp_path / "out")


def test_from_the_disk_to_a_store_and_back_with_rejects(rules, tmp_path, root):
    (tmp_path / "in.jsonl").write_text('{"text": "Anna"}\nno JSON\n{"text": "Anna"}\n')
    done = run(rules, tmp_path / "in.jsonl", f"{root}/out", skip_invalid=True)
    assert (done.docs, dict(done.rejected)) == (2, {"C643": 1})
    rejects = content(root)["out.rejects.jsonl"].decode()
    assert json.loads(rejects)["line"] == 2
    # A run that leaves out nothing takes the rejects away.
    (tmp_path / "in.jsonl").write_text('{"text": "Anna"}\n')
    run(rules, tmp_path / "in.jsonl", f"{root}/out", skip_invalid=True, force=True)
    assert set(content(root)) == {
        f"out/{name}" for name in ("00001.jsonl", "apply.json", "concner.json", "shards.ndjson")
    }
    back = run(rules, f"{root}/out", tmp_path / "back", entities_field="again")
    assert back.docs == 1


def test_other_settings_and_files_of_others(rules, tmp_path, root):
    write_text(tmp_path / "in", "a.txt")
    path = tmp_path / "in" / "a.txt"
    run(rules, path, f"{root}/out")
    with pytest.raises(ConcnerError, match="C405"):
        run(rules, path, f"{root}/out", shard_size=4)
    assert run(rules, path, f"{root}/out", shard_size=4, force=True).n_shards == 3
    upload(tmp_path / "in", f"{root}/others")
    for force in (False, True):
        with pytest.raises(ConcnerError, match="C408"):
            run(rules, path, f"{root}/others", force=force)
    assert set(content(f"{root}/others")) == {"a.txt"}


def test_a_run_that_stops_while_shards_come_to_their_places(rules, tmp_path, root, monkeypatch):
    write_text(tmp_path / "in", "a.txt")
    path = tmp_path / "in" / "a.txt"
    run(rules, path, tmp_path / "whole")
    move = remote.move

    def stop_after_the_first(pairs):
        move(list(pairs)[:1])
        raise KeyboardInterrupt

    monkeypatch.setattr("spacy_concner.sharding.folder.move", stop_after_the_first)
    with pytest.raises(KeyboardInterrupt):
        run(rules, path, f"{root}/out")
    assert {"00001.jsonl", ".making/00002.jsonl"} < set(content(f"{root}/out"))
    with pytest.raises(ConcnerError, match="C608"):
        run(rules, f"{root}/out", tmp_path / "reader", entities_field="again")
    monkeypatch.undo()
    # A note that nobody can read is none.
    remote.put(remote.locate(f"{root}/out/.making/00002.json"), b"\xff")
    assert run(rules, path, f"{root}/out").resumed == 2
    assert content(f"{root}/out") == content(tmp_path / "whole")


def test_no_output_harms_an_input(rules, tmp_path, root):
    write_text(tmp_path / "in", "a.txt")
    url = upload(tmp_path / "in", f"{root}/in")
    aliases = [f"{root}/in", f"{root}/in/", f"{root}/other/../in", f"{root}/in/out", root]
    if root.startswith("s3"):
        aliases.append(f"{root.replace('s3:', 's3a:')}/in")
    for output in aliases:
        with pytest.raises(ConcnerError, match="C407"):
            run(rules, url, output)
    with pytest.raises(ConcnerError, match="C407"):
        run(rules, url, f"{root}/out", rejects=f"{root}/in/a.txt")
    assert set(content(root)) == {"in/a.txt"}


def test_a_lock_of_this_machine(rules, tmp_path, root):
    path = write_text(tmp_path / "in", "a.txt")
    with lock("OUTPUT", remote.locate(f"{root}/out")):
        with pytest.raises(ConcnerError, match="C601"):
            run(rules, path, f"{root}/./out")


@pytest.mark.parametrize("settings", [{"processes": 2}, {"processes": 0}, {"engine": "ray"}])
def test_memory_is_of_one_process(rules, tmp_path, settings):
    path = write_text(tmp_path / "in", "a.txt")
    with pytest.raises(ConcnerError, match="C688"):
        run(rules, path, "memory://out", **settings)


def test_broken_input_in_a_store(rules, tmp_path, root):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl.gz").write_bytes(b"no gzip")
    with pytest.raises(ConcnerError, match=rf"C642.*{root}/in/a\.jsonl\.gz"):
        run(rules, upload(tmp_path / "in", f"{root}/in"), f"{root}/out")


def test_stores_that_are_not_there(rules, tmp_path, s3, monkeypatch):
    path = write_text(tmp_path / "in", "a.txt")
    with pytest.raises(ConcnerError, match="C682.*bucket does not exist"):
        run(rules, path, "s3://nowhere/out")
    with pytest.raises(ConcnerError, match="C640"):
        run(rules, "s3://nowhere/in", tmp_path / "out")
    with pytest.raises(ConcnerError, match="C687"):
        run(rules, path, f"s3://{BUCKET}")
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 0)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(ConcnerError, match="C684"):
        run(rules, path, f"s3://{BUCKET}/out")
    s3fs.S3FileSystem.clear_instance_cache()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with pytest.raises(ConcnerError, match="C683"):
        run(rules, path, f"s3://{BUCKET}/out")
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.mark.slow
def test_a_killed_driver(rules, tmp_path, s3):
    path = tmp_path / "in.jsonl"
    rows = [{"id": i, "text": TEXTS[i % len(TEXTS)]} for i in range(800)]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    output = f"s3://{BUCKET}/killed"
    command = [sys.executable, "-m", "spacy", "concner", "apply", str(rules), str(path), output]
    command += ["--format", "jsonl", "--shard-size", "20", "--processes", "1"]
    driver = subprocess.Popen(
        command, env=os.environ | s3, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    making = remote.locate(f"{output}/.making")
    while len(remote.list_sizes(making)) < 12:
        assert driver.poll() is None, driver.stdout.read()
        time.sleep(0.05)
    driver.send_signal(signal.SIGKILL)
    driver.communicate()
    made = {name for name in remote.list_sizes(making) if name.endswith(".json")}
    done = run(rules, path, output, shard_size=20)
    assert done.resumed >= len(made) - 1 >= 4 and done.n_shards == 40
    run(rules, path, tmp_path / "whole", shard_size=20)
    assert content(output) == content(tmp_path / "whole")
