"""The page of dependencies names them all."""

import re
from pathlib import Path

import tomllib

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"[\w.-]+")


def names(requirements: list[str]) -> set[str]:
    found = {NAME.match(requirement)[0] for requirement in requirements}
    return found - {"spacy-concner"}


def test_every_dependency_is_told_with_its_extra():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    rows = re.findall(r"^\| (.+?) \|", (ROOT / "docs/dependencies.md").read_text("utf8"), re.M)[1:]
    told: dict[str, set[str]] = {}
    for row in rows:
        extra = re.match(r"extra `(.+)`: ", row)
        text = row[extra.end() :] if extra else row
        told.setdefault(extra[1] if extra else "", set()).update(text.split(", "))
    needed = {"": names(project["dependencies"])}
    needed |= {k: names(v) for k, v in project["optional-dependencies"].items()}
    assert told == needed
