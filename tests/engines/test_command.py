import sys
import time

import pytest

from spacy_concner.engines.command import CommandTranslator
from spacy_concner.errors import ConcnerError

HOSTILE = [
    "PER0 [LOC1] <b>",
    "‏שלום עולם",
    "我住在北京",
    "a\u2028b\x85c",
    "",
    " ",
    "$(touch no)",
    "'\"\\",
]


def python(code):
    return f"{sys.executable} -c '{code}'"


def test_each_line_is_a_translation():
    translator = CommandTranslator("en", "de", "tr a-z A-Z")
    assert translator.translate(["one two", "three"]) == ["ONE TWO", "THREE"]
    assert translator.translate([]) == []


def test_hostile_text_comes_back_whole(tmp_path):
    assert CommandTranslator("en", "de", "cat").translate(HOSTILE) == HOSTILE


def test_more_text_than_a_pipe_holds():
    texts = [f"{i} " + "x" * 200 for i in range(3000)]
    assert CommandTranslator("en", "de", "cat").translate(texts) == texts


def test_languages_are_in_the_environment():
    translator = CommandTranslator("en", "de", 'sed "s/^/$CONCNER_SOURCE-$CONCNER_TARGET /"')
    assert translator.translate(["one"]) == ["en-de one"]


def test_windows_line_ends_and_a_missing_last_one():
    translator = CommandTranslator("en", "de", r"cat > /dev/null; printf 'eins\r\nzwei'")
    assert translator.translate(["one", "two"]) == ["eins", "zwei"]


@pytest.mark.parametrize(
    "command, message",
    [
        ("cat > /dev/null; echo eins", "C258.* gave 1 lines for 2 texts.*'one'"),
        ("cat; echo more", "C258.* gave 3 lines for 2 texts"),
        ("cat > /dev/null", "C258.* gave 0 lines"),
        ("echo no quota >&2; exit 3", "C256.*status 3: no quota"),
        ("no-such-program-anywhere", "C256.*status 127"),
        ("kill -9 $$", "C256.*status -9"),
        (r"cat > /dev/null; printf '\377\n\n'", "C259"),
    ],
)
def test_failures_are_told(command, message):
    with pytest.raises(ConcnerError, match=message):
        CommandTranslator("en", "de", command).translate(["one", "two"])


def test_a_command_that_hangs_is_ended_with_its_children():
    started = time.monotonic()
    with pytest.raises(ConcnerError, match="C257.*more than 0.3 seconds"):
        CommandTranslator("en", "de", "sleep 30 | cat", timeout=0.3).translate(["one"])
    assert time.monotonic() - started < 10


def test_settings_are_checked():
    with pytest.raises(ConcnerError, match="C241.*command"):
        CommandTranslator("en", "de", " ")
    with pytest.raises(ConcnerError, match="C241.*timeout"):
        CommandTranslator("en", "de", "cat", timeout=0)
