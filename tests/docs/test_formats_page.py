"""The page of layouts: each sample is read by the command below it."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from spacy_concner.cli import concner_cli

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"
SECTION = re.compile(r"### (.+?)\n.*?```(?:text|json)\n(.*?)```\n\n```bash\n(.*?)\n```", re.S)
LAYOUTS = [
    match.groups()
    for part in re.split(r"(?m)^(?=###? )", PAGE.read_text("utf8"))
    if (match := SECTION.search(part))
]


def test_layouts_are_found():
    assert len(LAYOUTS) >= 15


@pytest.mark.parametrize("title, sample, command", LAYOUTS, ids=[layout[0] for layout in LAYOUTS])
def test_the_command_reads_the_sample(tmp_path, monkeypatch, title, sample, command):
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command)
    assert words[:5] == ["python", "-m", "spacy", "concner", "convert"]
    path = Path(words[5])
    if not path.suffix:
        path.mkdir(parents=True)
        (path / "doc.txt").write_text("Anna sings.\n", "utf8")
        path = path / "doc.ann"
    path.parent.mkdir(exist_ok=True)
    path.write_text(sample, "utf8")
    result = CliRunner().invoke(concner_cli, words[4:])
    assert result.exit_code == 0, result.output
    assert re.search(r"Entities \S+ +[1-9]", result.output), result.output
    assert "warn" not in result.output.lower() and "⚠" not in result.output
