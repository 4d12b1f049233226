"""The short form of the trials; and the trials find what they are made to find."""

import os
from contextlib import contextmanager
from pathlib import Path

import pytest
from faults.calls import make_inputs
from faults.disk import try_disk
from faults.injector import Injector
from faults.kill import spread, try_kills
from faults.runs import in_a_copy, run_words, warm_up
from faults.tamper import OTHER, try_tampering
from faults.texts import has_surrogates, make_texts

from spacy_concner.corpora import export
from spacy_concner.folder_marker import MARKER

pytestmark = pytest.mark.slow
STEPS = 4


@pytest.fixture(scope="module")
def inputs(tmp_path_factory) -> Path:
    """What the calls read."""
    warm_up()
    folder = tmp_path_factory.mktemp("reliability") / "inputs"
    assert in_a_copy(lambda: make_inputs(folder)) == 0
    return folder


@pytest.fixture(scope="module")
def shipped(inputs) -> Path:
    """A shipped pipeline."""
    folder = inputs.parent / "shipped"
    words = f"concner ship {inputs}/student {folder} --lang bg --keep-from {inputs}/raw.spacy"
    assert run_words(words.split()).status == 0
    return folder


@pytest.mark.parametrize(("name", "over_old"), [("convert", True), ("label", False)])
def test_a_killed_run_harms_nothing_and_is_made_good_by_the_next(inputs, tmp_path, name, over_old):
    done = try_kills(name, inputs, tmp_path, over_old=over_old, seed=1, most=STEPS)
    assert done.n >= STEPS - 1 and done.faults == []


@pytest.mark.parametrize("read_only", [False, True])
def test_a_disk_that_fails_is_told(inputs, tmp_path, read_only):
    done = try_disk("export", inputs, tmp_path, over_old=True, read_only=read_only, most=STEPS)
    assert done.n_failed >= 3 and done.faults == []


def test_changed_files_are_told(shipped, tmp_path):
    done = try_tampering(shipped, tmp_path / "copy", n=12, seed=1)
    assert sum(done.outcomes.values()) == 12 and done.bad == []


def test_the_trials_find_faults(inputs, shipped, tmp_path, monkeypatch):
    @contextmanager
    def write_in_place(path):
        path.write_text("half")
        yield path

    monkeypatch.setattr(export, "whole_file", write_in_place)
    kills = try_kills("export", inputs, tmp_path / "a", over_old=False, seed=1, most=STEPS)
    full = try_disk("export", inputs, tmp_path / "b", over_old=True, read_only=False, most=STEPS)
    for done in (kills, full):
        assert any("neither old nor new" in fault for fault in done.faults)
    assert any("no coded error" in fault for fault in full.faults)
    # Without its digests a pipeline runs with whatever its files hold.
    (shipped / MARKER).rename(tmp_path / MARKER)
    try:
        weights = try_tampering(shipped, tmp_path / "c", n=20, seed=1)
    finally:
        (tmp_path / MARKER).rename(shipped / MARKER)
    assert weights.outcomes[OTHER]


def test_steps_are_counted_and_struck(tmp_path):
    counted = Injector(tmp_path)

    def write():
        (tmp_path / "new").mkdir()
        (tmp_path / "new" / "a").write_text("a")
        (tmp_path / "new" / "a").read_text()
        (tmp_path / "new" / "a").rename(tmp_path / "b")
        os.remove(tmp_path / "b")
        (tmp_path.parent / "elsewhere").touch()

    assert in_a_copy(lambda: (counted.arm(), write())) == 0
    assert counted.steps == 4
    (tmp_path / "new").rmdir()
    assert in_a_copy(lambda: (Injector(tmp_path, 3).arm(), write())) == -9
    assert [path.name for path in tmp_path.rglob("*")] == ["new", "a"]
    assert spread(3, 24) == [1, 2, 3]
    assert spread(100, 4) == [1, 34, 67, 100]


def test_texts_are_of_every_kind_and_the_same_each_time():
    texts = make_texts(1100, 1, surrogates=True)
    assert texts == make_texts(1100, 1, surrogates=True)
    assert any(has_surrogates(text) for text in texts) and "" in texts
    assert max(map(len, texts)) == 100_000
    assert not any(map(has_surrogates, make_texts(1100, 1)))
