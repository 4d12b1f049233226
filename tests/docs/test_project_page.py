"""The page of the project tells what project.yml holds."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def test_every_command_and_workflow_is_on_the_page():
    page = (ROOT / "docs" / "project.md").read_text("utf8")
    project = yaml.safe_load((ROOT / "project.yml").read_text("utf8"))
    for command in project["commands"]:
        assert f"| `{command['name']}` | {command['help']} |" in page
    for name, steps in project["workflows"].items():
        assert f"| `{name}` | {' &rarr; '.join(f'`{step}`' for step in steps)} |" in page


def test_every_variable_is_on_the_page():
    table = (ROOT / "docs" / "project.md").read_text("utf8").partition("## Variables")[2]
    first_cells = re.findall(r"^\| (`.+?) \|", table, re.M)
    told = re.findall(r"`(\w+)`", " ".join(first_cells))
    project = yaml.safe_load((ROOT / "project.yml").read_text("utf8"))
    assert sorted(told) == sorted(project["vars"])
