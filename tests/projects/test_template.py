"""What new projects are made of, and that it is the project of this repository."""

import re
from pathlib import Path

import pytest
import yaml
from weasel.util import load_project_config

from spacy_concner.projects.template import (
    CONFIGS,
    PACKAGED,
    PROJECT,
    fill_template,
    template_folder,
)

TEXT = (template_folder() / PROJECT).read_text("utf8")


def fill(workflow="untranslated", **variables):
    notes = {"teacher_steps": "why"}
    return fill_template(TEXT, variables, workflow=workflow, notes=notes, more_deps={})


@pytest.mark.parametrize("workflow", ["all", "translated", "untranslated"])
def test_one_workflow_is_left(workflow):
    before, after = yaml.safe_load(TEXT), yaml.safe_load(fill(workflow))
    assert after["workflows"] == {"all": before["workflows"][workflow]}
    assert after["commands"] == before["commands"]
    assert "assets" not in after and set(before) - set(after) == {"assets"}
    assert "sample" not in after["description"]


def test_variables_are_set_and_the_others_stay():
    variables = {"languages": "de", "teacher_steps": 200, "teachers": 'a "b" ä', "seed": 3}
    before, after = yaml.safe_load(TEXT)["vars"], yaml.safe_load(fill(**variables))["vars"]
    assert after == {**before, **variables}
    comments = re.findall(r"^ *#.*$", TEXT.partition("directories:")[0], re.M)
    assert all(comment in fill(**variables) for comment in comments)
    assert "  teacher_steps: 200  # why\n" in fill(**variables)


def test_what_commands_read_is_added_and_taken_out_in_their_deps_alone():
    gone = "training/concner/model-last"
    text = fill_template(
        TEXT, {}, workflow="all", notes={}, more_deps={"distil": ["/a b/ü"]}, no_deps=[gone]
    )
    before, after = (
        {command["name"]: command for command in yaml.safe_load(file)["commands"]}
        for file in (TEXT, text)
    )
    assert gone in before["distil"]["deps"] and gone in before["evaluate"]["deps"]
    expected = [path for path in before["distil"]["deps"] if path != gone]
    assert after["distil"]["deps"] == [*expected, "/a b/ü"]
    assert gone not in after["evaluate"]["deps"]
    for name, command in before.items():
        rest = {key: value for key, value in command.items() if key != "deps"}
        assert {key: value for key, value in after[name].items() if key != "deps"} == rest


def test_a_variable_or_workflow_that_is_none():
    with pytest.raises(KeyError, match="nothing"):
        fill(nothing=1)
    with pytest.raises(KeyError, match="nothing"):
        fill("nothing")


def test_every_config_of_the_commands_is_there():
    named = set(re.findall(r"configs/(\w+\.cfg)", TEXT))
    assert named and all((template_folder() / CONFIGS / name).is_file() for name in named)


def test_what_commands_read_and_write_stands_in_their_deps_and_outputs():
    project = load_project_config(template_folder())
    folders = "|".join(["configs", *project["directories"]])
    # Made and read in one command, a cache, and what a person reads.
    passed_over = {"training/carded", "corpus/translations.sqlite"}
    passed_over |= {"metrics/translation-rejects.jsonl"}
    for command in project["commands"]:
        # What leaves nothing behind is run each time.
        if not command.get("outputs"):
            continue
        told = [*command["deps"], *command["outputs"]]
        # Up to the part that for-each fills in.
        for path in re.findall(rf"(?<![\w/])(?:{folders})/[\w./-]+", "\n".join(command["script"])):
            near = [other for other in told if other.startswith(path) or path.startswith(other)]
            assert near or path.rstrip("/") in passed_over, (command["name"], path)


def test_the_wheel_takes_them_along():
    root = Path(__file__).parents[2]
    settings = (root / "pyproject.toml").read_text("utf8")
    _, _, section = settings.partition("[tool.hatch.build.targets.wheel.force-include]\n")
    places = dict(re.findall(r'^"(.+?)" = "(.+?)"$', section.partition("\n\n")[0], re.M))
    target = PACKAGED.relative_to(root).as_posix()
    assert places == {name: f"{target}/{name}" for name in (PROJECT, CONFIGS)}
    assert all((root / name).exists() for name in places)
