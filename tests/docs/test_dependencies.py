"""The page of dependencies names them all, and the locked set is what the package asks for."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import tomllib
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"[\w.-]+")
SHA256 = re.compile(r"--hash=sha256:[0-9a-f]{64}")
# What the versions of `constraints.txt` and the licences are of.
TESTED = {"python_version": "3.11", "python_full_version": "3.11.7"}
TESTED |= {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64"}


@dataclass(frozen=True)
class Locked:
    """A release in the lock.

    requirement: Name, version and marker.
    hashes: What the lock says of its files.
    """

    requirement: Requirement
    hashes: list[str]

    @property
    def version(self) -> str:
        return str(self.requirement.specifier).removeprefix("==")

    def is_for(self, **environment: str) -> bool:
        marker = self.requirement.marker or Marker("python_version > '3'")
        return marker.evaluate({**TESTED, **environment})


@pytest.fixture(scope="module")
def locked() -> list[Locked]:
    text = (ROOT / "runtime.lock.txt").read_text("utf8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.strip()[0] == "#"]
    found = [line.partition(" --hash")[::2] for line in lines]
    return [Locked(Requirement(head), f"--hash{rest}".split()) for head, rest in found]


def names(requirements: list[str]) -> set[str]:
    found = {NAME.match(requirement)[0] for requirement in requirements}
    return found - {"spacy-concner"}


def read_project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]


def read_pythons() -> list[str]:
    """Give the versions of Python that the package is for, oldest first."""
    classifiers = read_project()["classifiers"]
    return re.findall(r"Python :: (3\.\d+)", "\n".join(classifiers))


def read_constraints() -> dict[str, str]:
    """Give the version of each package that is tested, by its normalised name."""
    lines = (ROOT / "constraints.txt").read_text("utf8").splitlines()
    found = [Requirement(line) for line in lines if not line.startswith("#")]
    return {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==")
        for pin in found
        if pin.marker is None or pin.marker.evaluate(TESTED)
    }


def rows(section: int) -> list[list[str]]:
    """Read the table of a section of the page, without its head."""
    text = (ROOT / "docs/dependencies.md").read_text("utf8").split("\n## ")[section]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_every_dependency_is_told_with_its_extra():
    project = read_project()
    told: dict[str, set[str]] = {}
    for row, *_ in rows(0):
        extra = re.match(r"extra `(.+)`: ", row)
        text = row[extra.end() :] if extra else row
        told.setdefault(extra[1] if extra else "", set()).update(text.split(", "))
    needed = {"": names(project["dependencies"])}
    needed |= {k: names(v) for k, v in project["optional-dependencies"].items()}
    assert told == needed


def test_the_versions_of_python_are_told_alike():
    versions = read_pythons()
    first, last = versions[0], versions[-1]
    next_one = f"3.{int(last.partition('.')[2]) + 1}"
    assert read_project()["requires-python"] == f">={first},<{next_one}"
    page = (ROOT / "docs/dependencies.md").read_text("utf8")
    readme = (ROOT / "README.md").read_text("utf8")
    assert f"Python {first} to {last}" in readme
    assert re.findall(r"Python (3\.\d+) to (3\.\d+)", page) == [(first, last)] * 2
    assert [version.rpartition(".")[0] for version, *_ in rows(3)] == versions


def test_each_release_of_the_lock_has_hashes_and_no_place(locked):
    assert len(locked) > 40
    for release in locked:
        assert release.hashes and all(map(SHA256.fullmatch, release.hashes)), release.requirement
        assert re.fullmatch(r"==[\w.]+", str(release.requirement.specifier)), release.requirement
        assert release.requirement.url is None
    text = (ROOT / "runtime.lock.txt").read_text("utf8")
    assert "://" not in text and "--index" not in text and "--find-links" not in text


@pytest.mark.parametrize("python", read_pythons())
@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_the_lock_has_what_the_package_asks_for_once(locked, python, system):
    place = {"python_version": python, "python_full_version": f"{python}.1", "sys_platform": system}
    here = [release for release in locked if release.is_for(**place)]
    versions = {canonicalize_name(release.requirement.name): release.version for release in here}
    assert len(versions) == len(here)
    for needed in map(Requirement, read_project()["dependencies"]):
        assert needed.specifier.contains(versions[canonicalize_name(needed.name)]), needed


def test_the_lock_has_the_versions_that_are_tested(locked):
    constraints = read_constraints()
    for release in filter(Locked.is_for, locked):
        name = canonicalize_name(release.requirement.name)
        assert release.version == constraints.get(name), f"{name} in constraints.txt"


def test_the_licences_are_of_the_lock(locked):
    table = {canonicalize_name(name): version for name, version, _ in rows(2)}
    assert all(licence for *_, licence in rows(2))
    assert table == {
        canonicalize_name(release.requirement.name): release.version
        for release in locked
        if release.is_for()
    }
    page = (ROOT / "docs/dependencies.md").read_text("utf8").split("\n## ")[2].partition("|")[0]
    others = {release.requirement.name for release in locked}
    others = {name for name in others if canonicalize_name(name) not in table}
    assert others and all(f"{name} (" in page for name in others), others
