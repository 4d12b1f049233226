"""Links outside the site lead to files, and the two commands are where they are read."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "bench/NOTES.md",
    "assets/sample/README.md",
]
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")


def headings(text: str) -> set[str]:
    """Give the anchors of a page, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.S), re.M)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name):
    page = ROOT / name
    text = page.read_text("utf8")
    for path, anchor in LINK.findall(text):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        if anchor:
            assert anchor in headings(target.read_text("utf8")), f"{path}#{anchor}"


@pytest.mark.parametrize("name", ["run", "test"])
def test_a_command_stands_below_its_name(name):
    lines = (ROOT / "README.md").read_text("utf8").splitlines()
    assert lines.count(f"# {name}") == 1
    command = lines[lines.index(f"# {name}") + 1]
    assert command.startswith("python -m venv .venv && .venv/bin/pip install -c constraints.txt")
    for extra in re.search(r"\[(.+?)\]", command)[1].split(","):
        assert re.search(rf"^{extra} = \[", (ROOT / "pyproject.toml").read_text("utf8"), re.M)


def test_the_readme_is_read_in_one_sitting():
    assert len((ROOT / "README.md").read_text("utf8").splitlines()) <= 120
