import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_concner.engines import apertium
from spacy_concner.engines.apertium import (
    ApertiumTranslator,
    debian_package,
    find_mode,
    read_stream,
    write_stream,
)
from spacy_concner.engines.processes import Finished
from spacy_concner.errors import ConcnerError

MODES = ["cat-eng", "cat-eng_US", "eng-cat", "eng-cat_valencia", "en-gl", "nno-nob", "spa-eng"]
HOSTILE = ["^a/b<n>$ [x] {y} \\", "[[", "\\", "@", "PER0", "你好", "‏שלום", "a\0b", "", " ", "\x01"]


def installed_modes():
    if shutil.which("apertium") is None:
        return []
    done = subprocess.run(["apertium", "-l"], capture_output=True, text=True, check=False)
    return done.stdout.split()


needs_spanish = pytest.mark.skipif(
    "eng-spa" not in installed_modes(),
    reason="Apertium is not installed: sudo apt-get install apertium apertium-eng-spa",
)


@pytest.fixture
def fake(monkeypatch):
    """Put a function in place of the pipe: texts to translations, None for one that kills it."""

    def install(translate):
        def run(command, text, *, timeout):
            if command[1:] == ["-l"]:
                return Finished(0, "\n".join(MODES).encode(), "")
            texts = [read_stream(part) for part in text.split("\0")[:-1]]
            done = []
            for each in texts:
                translation = translate(each)
                if translation is None:
                    break
                done.append(write_stream(translation))
            # The shell tells the status of the pipe's last program alone.
            return Finished(0, "".join(done).encode(), "Segmentation fault")

        monkeypatch.setattr(apertium, "run_filter", run)
        monkeypatch.setattr(apertium.shutil, "which", lambda name: f"/usr/bin/{name}")
        return ApertiumTranslator("en", "ca")

    return install


@needs_spanish
def test_real_sentences():
    translator = ApertiumTranslator("en", "es")
    texts = ["The red house is big.", "New", "York", "PER0 was born in LOC1."]
    house, new, york, born = translator.translate(texts)
    assert house == "La casa roja es grande."
    assert (new, york) == ("Nuevo", "York")
    assert "PER0" in born and "LOC1" in born


@needs_spanish
def test_real_hostile_text():
    translator = ApertiumTranslator("en", "es")
    texts = [*HOSTILE, "Hello."]
    found = translator.translate(texts)
    assert len(found) == len(texts)
    assert found[1:3] == ["[[", "\\"]
    assert found[-1] == "Hola."


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
@settings(deadline=None, max_examples=50)
def test_streams_give_their_text_back(text):
    stream = write_stream(text)
    assert stream.count("\0") == 1
    assert read_stream(stream.removesuffix("\0")) == text


def test_one_deadly_text_loses_no_other(fake):
    translator = fake(lambda text: None if text == "deadly" else text.upper())
    texts = ["one", "two", "deadly", "four", "five"]
    assert translator.translate(texts) == ["ONE", "TWO", "", "FOUR", "FIVE"]


def test_a_pipe_that_gives_nothing_is_told(fake):
    translator = fake(lambda text: None)
    with pytest.raises(ConcnerError, match="C251.*'one': Segmentation fault"):
        translator.translate(["one", "two"])
    assert translator.translate([]) == []


def test_directions_are_found_by_any_code(fake):
    assert find_mode("en", "ca", MODES) == "eng-cat"
    assert find_mode("ca", "en", MODES) == "cat-eng"
    assert find_mode("en", "gl", MODES) == "en-gl"
    assert find_mode("nn", "nb", MODES) == "nno-nob"
    assert find_mode("en", "es", MODES) is None
    fake(str.upper)
    assert ApertiumTranslator("en", "ca", mode="eng-cat_valencia").mode == "eng-cat_valencia"


def test_packages_are_named(fake, monkeypatch):
    assert debian_package("en", "ca") == debian_package("ca", "en") == "apertium-eng-cat"
    assert debian_package("en", "gl") == "apertium-en-gl"
    assert debian_package("mk", "bg") == "apertium-mkd-bul"
    assert debian_package("en", "bg") is None
    fake(str.upper)
    with pytest.raises(ConcnerError, match="C250.*en-es.*apt-get install apertium-eng-spa"):
        ApertiumTranslator("en", "es")
    with pytest.raises(ConcnerError, match="C250.*en-bg.*choose another engine"):
        ApertiumTranslator("en", "bg")
    with pytest.raises(ConcnerError, match="C250.*eng-cat_x"):
        ApertiumTranslator("en", "ca", mode="eng-cat_x")
    with pytest.raises(ConcnerError, match="C241.*timeout"):
        ApertiumTranslator("en", "ca", timeout=0)
    monkeypatch.setattr(apertium.shutil, "which", lambda name: None)
    with pytest.raises(ConcnerError, match="C249.*apt-get install apertium apertium-eng-cat"):
        ApertiumTranslator("en", "ca")
