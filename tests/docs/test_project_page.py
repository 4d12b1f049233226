"""The page of the project tells what project.yml holds."""

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
