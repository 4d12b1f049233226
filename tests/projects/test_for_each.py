import sys

import pytest
from typer.testing import CliRunner

from spacy_concner.cli import concner_cli
from spacy_concner.errors import ConcnerError
from spacy_concner.projects.for_each import expand, for_each, read_values

PRINT = "import sys; print('<' + sys.argv[1] + '>'); sys.exit(sys.argv[1] == 'de')"


def printed(capfd) -> list[str]:
    return [line for line in capfd.readouterr().out.splitlines() if line.startswith("<")]


def test_values_are_put_in():
    command = ["python", "-m", "{kind}", "{lang}.json"]
    filled = expand(command, {"lang": "bg", "kind": "x"})
    assert filled == [sys.executable, "-m", "x", "bg.json"]
    kept = ["echo", "{{lang}}", '{"a": {"b": 1}}', "{}"]
    assert expand(kept, {"lang": "bg"}) == ["echo", "{lang}", '{"a": {"b": 1}}', "{}"]
    assert expand(["{a}"], {"a": "{b}", "b": "x"}) == ["{b}"]


def test_a_placeholder_that_no_variable_fills_is_told_before_anything_runs(capfd):
    command = ["python", "-c", PRINT, "{lang}{lnag}"]
    with pytest.raises(
        ConcnerError, match=r"C618.*has \{lnag\}.*there are lang, a\. .*\{\{name\}\}"
    ):
        for_each({"lang": ["bg"], "a": ["1"]}, command)
    assert printed(capfd) == []


def test_each_combination_is_run(capfd):
    for_each({"a": ["1", "2"], "b": ["x", "y"]}, ["python", "-c", PRINT, "{a}{b}"])
    assert printed(capfd) == ["<1x>", "<1y>", "<2x>", "<2y>"]


def test_the_first_that_fails_is_the_last(capfd):
    with pytest.raises(ConcnerError, match="C614.*status 1.*de"):
        for_each({"lang": ["bg", "de", "hu"]}, ["python", "-c", PRINT, "{lang}"])
    assert printed(capfd) == ["<bg>", "<de>"]


def test_a_command_that_is_none_is_told():
    with pytest.raises(ConcnerError, match="C617.*not-installed.*bg"):
        for_each({"lang": ["bg"]}, ["not-installed", "{lang}"])


def test_command_line(capfd):
    arguments = ["for-each", "lang=bg hu", "--", "python", "-c", PRINT, "{lang}"]
    assert CliRunner().invoke(concner_cli, arguments).exit_code == 0
    assert printed(capfd) == ["<bg>", "<hu>"]
    for wrong in (["bg"], ["--", "python", "-c", ""], ["lang=bg", "--"], ["lang=", "--", "echo"]):
        result = CliRunner().invoke(concner_cli, ["for-each", *wrong])
        assert result.exit_code == 1 and "C613" in result.output, wrong


def test_values_end_where_the_command_begins():
    values, command = read_values(["a=1 2", "b=x", "env", "c=3"])
    assert values == {"a": ["1", "2"], "b": ["x"]} and command == ["env", "c=3"]
