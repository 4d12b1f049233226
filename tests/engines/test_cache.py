import pytest

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
