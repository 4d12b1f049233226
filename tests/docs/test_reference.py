"""The reference says all that the code has, and what it says is true."""

import re

import pytest
import spacy
import spacy_transformers  # noqa: F401 (makes the registry of span getters)
import tomllib
from thinc.api import Config

import spacy_concner.engines.registry  # noqa: F401  (makes the registry)
from scripts.reference.docstrings import parse_docstring
from scripts.reference.errors import (
    ROOT,
    errors_page,
    find_messages,
    find_uses,
    plain,
    read_advice,
)
from scripts.reference.names import (
    config_block,
    find_entry_points,
    names_page,
    parameters,
    to_ini,
)
from scripts.reference.pages import PAGES, write_pages
from scripts.reference.verbs import find_parameters, find_verbs, verbs_page

ENTRIES = [entry for found in find_entry_points().values() for entry in found]
# Need a model, a package or a file that is not here.
UNRESOLVED = {"spacy_architectures", "spacy_translators", "spacy_factories"}


def parse(block: str) -> Config:
    """Read a block as the part of a whole config that it is."""
    first = re.match(r"\[(.+)\]", block)[1].split(".")
    parents = "\n\n".join(f"[{'.'.join(first[:n])}]" for n in range(1, len(first)))
    return Config().from_str(f"{parents}\n\n{block}")


@pytest.fixture(scope="module")
def names() -> str:
    return names_page()


def test_every_registered_name_has_its_block(names):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    groups = {g: v for g, v in project["entry-points"].items() if g != "spacy_cli"}
    wanted = {name for group in groups.values() for name in group}
    assert len(wanted) >= 20
    headings = re.findall(r"^### `(.+)`$", names, re.M)
    assert sorted(headings) == sorted(wanted)
    blocks = re.findall(r"```ini\n(.*?)```", names, re.S)
    assert len(blocks) == len(wanted)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_block_is_a_config_that_names_every_argument(entry):
    section = parse(config_block(entry))
    while "@" not in "".join(section) and "factory" not in section:
        (section,) = section.values()
    if entry.group == "spacy_factories":
        assert section["factory"] == entry.name
        assert set(section) - {"factory"} == set(parameters(entry.load())) - {"nlp", "name"}
        return
    registry = entry.group.partition("_")[2]
    assert section[f"@{registry}"] == entry.name
    assert set(section) - {f"@{registry}"} == set(parameters(entry.load()))
    if entry.group not in UNRESOLVED:
        assert spacy.registry.resolve({"made": section})["made"] is not None


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_argument_is_described(entry):
    thing = entry.load()
    parsed = parse_docstring(thing)
    assert parsed.text
    assert set(parameters(thing)) <= set(parsed.arguments)


def test_nested_values_become_sections():
    text = to_ini("a", {"x": 1, "b": {"@layers": "m.v1", "y": None}, "c": {"@layers": "n.v1"}})
    assert parse(text) == {
        "a": {"x": 1, "b": {"@layers": "m.v1", "y": None}, "c": {"@layers": "n.v1"}}
    }


def test_docstring_is_taken_apart():
    def example(first, second):
        """Do it.

        More
        of it.

        first (int): One thing
            and more.
        second (Dict[str, int]): Another.
        RETURNS (int): It.
        RAISES (ConcnerError): C001.
        """

    parsed = parse_docstring(example)
    assert parsed.text == "Do it.\n\nMore\nof it."
    assert parsed.arguments == {
        "first": ("int", "One thing and more."),
        "second": ("Dict[str, int]", "Another."),
    }
    assert list(parsed.closing) == ["RETURNS", "RAISES"]


def test_every_verb_and_option_is_told():
    from typer.main import get_command

    from spacy_concner.cli import concner_cli

    page = verbs_page()
    for name, command in get_command(concner_cli).commands.items():
        section = page.partition(f"\n## `{name}`\n")[2].partition("\n## ")[0]
        assert section, name
        for param in command.params:
            if param.param_type_name == "option" and param.name != "help":
                assert all(f"`{option}`" in section for option in param.opts), (name, param.opts)
    told = [p for verb in find_verbs().values() for p in find_parameters(verb)]
    assert all(p.help for p in told)
    of_convert = find_parameters(find_verbs()["convert"])
    shard_size = next(p for p in of_convert if p.names == ("--shard-size",))
    assert shard_size.default == "5000" and shard_size.kind == "whole number"


def test_every_code_is_told_once():
    page, messages = errors_page(), find_messages()
    assert len(messages) > 150
    assert re.findall(r"^### ([CW]\d{3})$", page, re.M) == list(messages)
    for message in messages.values():
        assert plain(message) in page
    assert plain("[C001] {a!r} is {b:.2g}, not {c}.") == "{a} is {b}, not {c}."
    assert not set(read_advice()) - set(messages), "advice for codes that are gone"
    assert not set(find_uses()) - set(messages)


def test_every_code_is_used():
    assert set(find_messages()) - set(find_uses()) == set()


def test_pages_are_written_once(tmp_path):
    write_pages(tmp_path)
    times = {name: (tmp_path / name).stat().st_mtime_ns for name in PAGES}
    write_pages(tmp_path)
    assert {name: (tmp_path / name).stat().st_mtime_ns for name in PAGES} == times
