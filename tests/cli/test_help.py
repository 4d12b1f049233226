"""The verbs are listed in the order of the work, and their help costs no import of its own."""

import re
import subprocess
import sys

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from spacy_concner.bitexts.quality import FEWEST_WORDS
from spacy_concner.cli import _thresholds, concner_cli
from spacy_concner.cli._util import ORDER

MODULES = """
import sys
from spacy.cli import app
from spacy.util import registry
from typer.testing import CliRunner
registry.cli.get_all()
for arguments in {arguments!r}:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
print(*sorted(sys.modules))
"""


def modules_after(*arguments: list[str]) -> set[str]:
    code = MODULES.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_verbs_are_listed_whole_and_in_order():
    command = get_command(concner_cli)
    names = command.list_commands(None)
    assert names == [name for name in ORDER if name in names]
    for name in names:
        help_line = command.commands[name].short_help
        assert help_line.endswith(".") and len(help_line) <= 75, (name, help_line)


@pytest.mark.slow
def test_help_of_verbs_imports_no_more_than_that_of_a_verb_of_spacy():
    helps = [["concner", name, "--help"] for name in ORDER]
    helps = [words for words in helps if words[1] in get_command(concner_cli).commands]
    more = modules_after(*helps) - modules_after(["train", "--help"])
    assert more == set()


def test_an_option_has_one_meaning_in_all_verbs():
    flags: dict[str, set[str]] = {}
    for name, command in get_command(concner_cli).commands.items():
        for param in command.params:
            short = [flag for flag in param.opts if not flag.startswith("--")]
            for flag in short if param.param_type_name == "option" else ():
                flags.setdefault(flag, set()).add(param.name)
        # These write nothing themselves.
        if name not in ("for-each", "summary"):
            assert "force" in {param.name for param in command.params}, name
    assert all(len(names) == 1 for names in flags.values()), flags


def test_help_shows_no_type_of_python():
    for name in get_command(concner_cli).commands:
        shown = CliRunner().invoke(concner_cli, [name, "--help"]).output
        options = shown.partition("Options")[2]
        assert options and not re.search(r"<(str|int|float|path|list)|list\[", options), shown


def test_the_help_tells_which_translations_are_not_judged():
    told = _thresholds.MAX_UNTRANSLATED.help
    assert f"fewer than {FEWEST_WORDS} such words" in told
