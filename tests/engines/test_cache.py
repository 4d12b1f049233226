import sqlite3
import subprocess
import sys

import pytest

from spacy_concner.engines import cache as cache_module
from spacy_concner.engines.cache import TranslationCache
from spacy_concner.errors import ConcnerError


def test_translations_outlive_the_process(tmp_path):
    path = tmp_path / "new" / "cache.sqlite"
    with TranslationCache(path, "a") as cache:
        cache.add({"one": "eins", "two": "zwei"})
        cache.add({"two": "zwo"})
    with TranslationCache(path, "a") as cache:
        assert cache.get(["two", "three", "one"]) == {"two": "zwo", "one": "eins"}


def test_engines_do_not_share_translations(tmp_path):
    path = tmp_path / "cache.sqlite"
    with TranslationCache(path, "a") as cache:
        cache.add({"one": "eins"})
    with TranslationCache(path, "b") as cache:
        assert cache.get(["one"]) == {}


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be looked at" * 100)
    with pytest.raises(ConcnerError, match="C213"):
        TranslationCache(path, "a")


def test_a_cache_that_another_program_holds_is_not_called_broken(tmp_path, monkeypatch):
    monkeypatch.setattr(cache_module, "PATIENCE", 0.1)
    path = tmp_path / "cache.sqlite"
    with TranslationCache(path, "a") as cache:
        cache.add({"one": "eins"})
        other = sqlite3.connect(path)
        other.execute("BEGIN EXCLUSIVE")
        for use in (lambda: cache.get(["one"]), lambda: cache.add({"two": "zwei"})):
            with pytest.raises(ConcnerError, match="C603"):
                use()
        with pytest.raises(ConcnerError, match="C603"):
            TranslationCache(path, "a")
        other.close()
        cache.add({"two": "zwei"})
        assert cache.get(["one", "two"]) == {"one": "eins", "two": "zwei"}


@pytest.mark.slow
def test_a_disk_that_takes_no_more_is_told(tmp_path):
    path = tmp_path / "cache.sqlite"
    with TranslationCache(path, "a") as cache:
        cache.add({"one": "eins"})
    program = """
import resource, signal, sys
from pathlib import Path
from spacy_concner.engines.cache import TranslationCache
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with TranslationCache(Path(sys.argv[1]), "a") as cache:
    resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
    cache.add({str(i): "x" * 1000 for i in range(100)})
"""
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True)
    assert "[C129] Cannot write --cache" in done.stderr
    with TranslationCache(path, "a") as cache:
        assert cache.get(["one", "2"]) == {"one": "eins"}
    with pytest.raises(ConcnerError, match=r"C129.*--cache"):
        TranslationCache(path / "below.sqlite", "a")
