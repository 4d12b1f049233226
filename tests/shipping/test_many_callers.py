"""A shipped pipeline that many threads and processes use at once finds what one caller finds."""

import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from threading import Barrier, Lock

import pytest
import spacy

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow

N_THREADS = 32
BATCH_SIZE = 16
NAMES = ["Anna Berg", "Paul Novak", "The Red Cross", "Nothing", "Паул Новак", "東京 שלום"]
TEXTS = [
    f"{who} {what} {where}."
    for who, what, where in product(
        NAMES, ["lives in", "met  Anna,\nin", "works\u00a0at"], ["Sofia", "Berlin", "👩‍👩‍👧", ""]
    )
] + ["", " ", "\n\t", "\ud83d Anna", "Sofia " * 200]


def entities(doc) -> list[tuple]:
    return [(e.text, e.label_, e.start_char, e.end_char, e._.concner_score) for e in doc.ents]


def read(nlp, texts=TEXTS, **settings) -> list:
    """Give the entities of texts; what is read together decides the last digit of scores."""
    return [entities(doc) for doc in nlp.pipe(texts, batch_size=BATCH_SIZE, **settings)]


def read_in_zone(nlp) -> list:
    with nlp.memory_zone():
        return read(nlp)


@pytest.fixture(scope="module")
def expected(shipped_folder) -> list:
    """What one caller finds in batches."""
    found = read(spacy.load(shipped_folder))
    assert sum(map(len, found)) > len(TEXTS)
    return found


@pytest.mark.parametrize("engine_threads", [1, 3])
def test_threads_find_what_one_caller_finds(shipped_folder, expected, engine_threads):
    setting = {"components.concner.model.tok2vec.threads": engine_threads}
    alone = [entities(doc) for doc in map(spacy.load(shipped_folder, config=setting), TEXTS)]
    nlp = spacy.load(shipped_folder, config=setting)
    # All begin at once, before there is a session.
    barrier = Barrier(N_THREADS)

    def work(number: int) -> list:
        barrier.wait(60)
        return read(nlp) if number % 2 else [entities(nlp(text)) for text in TEXTS]

    with ThreadPoolExecutor(N_THREADS) as threads:
        found = list(threads.map(work, range(N_THREADS)))
    assert found == [alone, expected] * (N_THREADS // 2)


def test_threads_that_take_turns_with_a_zone(shipped_folder, expected):
    nlp = spacy.load(shipped_folder)
    lock = Lock()

    def work(number: int) -> list:
        found = []
        for start in range(0, len(TEXTS), BATCH_SIZE):
            with lock, nlp.memory_zone():
                found.extend(read(nlp, TEXTS[start : start + BATCH_SIZE]))
                read(nlp, [f"Wort{number}x{start} ist{number}x{start}"])
        return found

    before = len(nlp.vocab.strings)
    with ThreadPoolExecutor(N_THREADS) as threads:
        assert all(found == expected for found in threads.map(work, range(N_THREADS)))
    assert len(nlp.vocab.strings) == before


def test_a_pipeline_for_each_thread(shipped_folder, expected):
    barrier = Barrier(4)

    def work(_: int) -> list:
        nlp = spacy.load(shipped_folder)
        barrier.wait(60)
        return read_in_zone(nlp)

    with ThreadPoolExecutor(4) as threads:
        assert all(found == expected for found in threads.map(work, range(4)))


def test_pickled_pipelines(shipped_folder, expected):
    nlp = spacy.load(shipped_folder)
    for _ in range(2):
        # Once before there is a session, and once after.
        copy = pickle.loads(pickle.dumps(nlp))
        assert read(copy) == read_in_zone(copy) == read(nlp) == expected


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are never forked here")
@pytest.mark.parametrize("used", [False, True])
def test_forked_processes(shipped_folder, expected, tmp_path, used):
    assert run_in_processes("fork", shipped_folder, tmp_path, used=used) == [expected] * 2


def test_spawned_processes(shipped_folder, expected, tmp_path):
    assert run_in_processes("spawn", shipped_folder, tmp_path) == [expected] * 2


# Not in the process of the tests: forked, it would bring the threads that torch has started there.
PROGRAM = """
import multiprocessing, pickle, sys
import spacy
from tests.shipping.test_many_callers import read, read_in_zone

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    nlp = spacy.load(sys.argv[2])
    if sys.argv[4] == "True":
        read(nlp)
    with multiprocessing.Pool(1) as pool:
        found = [read(nlp, n_process=2), *pool.map(read_in_zone, [nlp])]
    with open(sys.argv[3], "wb") as file:
        pickle.dump(found, file)
"""


def run_in_processes(method: str, pipeline: Path, folder: Path, *, used: bool = False) -> list:
    """Read the texts in processes that a method starts, after this one has read if told."""
    script, output = folder / "program.py", folder / "found"
    script.write_text(PROGRAM, "utf8")
    done = subprocess.run(
        [sys.executable, script, method, pipeline, output, str(used)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return pickle.loads(output.read_bytes())
