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


def test_values_are_zipped(capfd):
    values = {"a": ["1", "2"], "b": ["x", "y"]}
    for_each(values, ["python", "-c", PRINT, "{a}{b}"], zipped=True)
    assert printed(capfd) == ["<1x>", "<2y>"]
    with pytest.raises(ConcnerError, match=r"C627.*'a': 2, 'b': 1"):
        for_each(values | {"b": ["x"]}, ["python", "-c", PRINT, "{a}{b}"], zipped=True)
    command = ["for-each", "a=1 2", "b=x y", "--zip", "--jobs", "2", "--", "python", "-c", PRINT]
    assert CliRunner().invoke(concner_cli, [*command, "{a}{b}"]).exit_code == 0
    assert CliRunner().invoke(concner_cli, ["for-each", "a=1", "b=", "--zip"]).exit_code == 1


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


WRITE = """
import pathlib, sys
file = pathlib.Path(sys.argv[1])
file.parent.mkdir(exist_ok=True)
file.write_text(sys.argv[2])
sys.exit(sys.argv[2] == "hu")
"""


def write(languages, output, **options):
    command = ["python", "-c", WRITE, "{output}/{lang}/text", "{lang}"]
    for_each({"lang": languages}, command, output=output, **options)


def texts(folder) -> dict[str, str]:
    return {path.parent.name: path.read_text("utf8") for path in folder.glob("*/text")}


def test_a_folder_that_the_commands_write_is_whole(tmp_path):
    output = tmp_path / "made"
    write(["bg", "de"], output)
    assert texts(output) == {"bg": "bg", "de": "de"}
    with pytest.raises(ConcnerError, match="C128.*--output"):
        write(["bg"], output)
    with pytest.raises(ConcnerError, match="(?s)C614.*hu"):
        write(["bg", "hu"], output, force=True)
    assert texts(output) == {"bg": "bg", "de": "de"}
    write(["bg"], output, force=True)
    assert texts(output) == {"bg": "bg"}
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_what_for_each_has_not_made_is_not_replaced(tmp_path):
    output = tmp_path / "made"
    write(["bg"], output)
    (output / "bg" / "notes").write_text("mine", encoding="utf8")
    with pytest.raises(ConcnerError, match="C408.*notes"):
        write(["bg"], output, force=True)
    assert (output / "bg" / "notes").read_text("utf8") == "mine"


def test_a_command_that_would_write_elsewhere_is_told(tmp_path, capfd):
    for values, command in (
        ({"lang": ["bg"]}, ["python", "-c", PRINT, "{lang}"]),
        ({"lang": ["bg"]}, ["python", "-c", PRINT, "{{output}}"]),
        ({"output": ["bg"]}, ["python", "-c", PRINT, "{output}"]),
    ):
        with pytest.raises(ConcnerError, match=r"C626.*made whole.*has no \{output\}"):
            for_each(values, command, output=tmp_path / "made")
    assert printed(capfd) == [] and not list(tmp_path.iterdir())
    arguments = ["for-each", "lang=bg", "--output", str(tmp_path / "made"), "--"]
    result = CliRunner().invoke(
        concner_cli, [*arguments, "python", "-c", WRITE, "{output}/{lang}/text", "{lang}"]
    )
    assert result.exit_code == 0 and texts(tmp_path / "made") == {"bg": "bg"}, result.output


def test_a_variable_that_is_given_twice_is_told():
    with pytest.raises(ConcnerError, match="C628.*variable a is given twice"):
        read_values(["a=1 2", "b=x", "a=3", "echo"])


def test_values_end_where_the_command_begins():
    values, command = read_values(["a=1 2", "b=x", "env", "c=3"])
    assert values == {"a": ["1", "2"], "b": ["x"]} and command == ["env", "c=3"]
