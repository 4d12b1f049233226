"""A project that is run again after a change makes what a run from scratch would make.

Each change alone is tried with `--all-changes`; every run tries them together, so that what one of
them leaves behind meets what another skips.
"""

import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import pytest
import spacy

from spacy_concner.projects import scores, smoke_test
from spacy_concner.projects.smoke_test import Example
from tests.projects.running import change_vars, copy_project, forked, read_settings, run

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("forked", "quick")]
__all__ = ["forked"]

RESULTS = ("corpus", "encoders", "metrics", "packages", "training")
# What is as fast as the machine is at that moment.
SPEED = re.compile(rb'"(?:speed|words_before|words_after)":\s*[^,}]+|[\d,.]+ words a second')
SAMPLE = Path("assets", "sample")
N_LINES = 40


def teachers(*names: str) -> dict[str, str]:
    """Give the variables that name teachers."""
    places = {name: f"training/{name}/model-last" for name in names}
    return {
        "teachers": " ".join(f"--teacher {name}={place}" for name, place in places.items()),
        "compared": " ".join(f"--pipeline {name}={place}" for name, place in places.items()),
    }


def change_raw(project: Path) -> None:
    cut(project / SAMPLE / "raw.bg.txt", 10, 30)


def change_labels(project: Path) -> None:
    cut(project / SAMPLE / "train.jsonl", 10, 30)


def rename_tests(project: Path) -> None:
    # The folder has the same bytes in the same order.
    (project / SAMPLE / "test.jsonl").rename(project / SAMPLE / "test.jsonl.old")


def change_config(project: Path) -> None:
    config = project / "configs" / "student.cfg"
    text = config.read_text("utf8")
    assert "dropout = 0.1" in text
    config.write_text(text.replace("dropout = 0.1", "dropout = 0.2"), encoding="utf8")


def set_vars(**changes):
    return lambda project: change_vars(project, **changes)


# Of the corpus first: they let every stage run, and the others only some.
CORPUS = {
    "a language dropped": set_vars(languages="bg"),
    "raw text changed": change_raw,
    "labels changed": change_labels,
    "tests renamed": rename_tests,
}
SETTINGS = {
    "a teacher dropped": set_vars(**teachers("concner")),
    "the student's config changed": change_config,
    "a version changed": set_vars(version="0.2.0"),
    "a name changed": set_vars(name="other"),
}
OTHERS = {
    "a language added": set_vars(languages="bg de hu"),
    "the seed changed": set_vars(seed=2),
}


def pytest_generate_tests(metafunc):
    if "groups" not in metafunc.fixturenames:
        return
    groups = {"all": [CORPUS, SETTINGS]}
    if metafunc.config.getoption("--all-changes"):
        singles = CORPUS | SETTINGS | OTHERS
        groups |= {name: [{name: change}] for name, change in singles.items()}
    metafunc.parametrize("groups", groups.values(), ids=groups.keys())


@pytest.fixture(scope="module")
def quick():
    """Build wheels in this environment, and try them without another process."""
    run_before, evaluate = subprocess.run, scores.evaluate

    def build_here(command, **settings):
        if [*command[1:3]] == ["-m", "build"]:
            command = [*command, "--no-isolation"]
        return run_before(command, **settings)

    def unpack_and_try(wheel: Path, name: str, texts: list[str]) -> list[Example]:
        with tempfile.TemporaryDirectory() as folder:
            zipfile.ZipFile(wheel).extractall(folder)
            nlp = spacy.load(next(Path(folder, name).glob("*/config.cfg")).parent)
            docs = list(nlp.pipe(texts))
        found = [
            Example(doc.text, [{"text": ent.text, "label": ent.label_} for ent in doc.ents])
            for doc in docs
            if doc.ents
        ]
        return found[:5]

    def evaluate_by_chance(*arguments, **settings):
        # After a few steps it is chance whether a student finds anything rightly.
        found = evaluate(*arguments, **settings)
        return found | {"ents_f": found["ents_f"] or 0.001}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "run", build_here)
        patch.setattr(scores, "evaluate", evaluate_by_chance)
        patch.setattr(smoke_test, "_try", unpack_and_try)
        patch.setattr(Example, "__str__", lambda example: example.text)
        yield


def make_project(folder: Path, encoder: Path) -> Path:
    """Copy the project with two languages and two teachers, and little text."""
    folder.mkdir()
    settings = {"teacher_steps": 4, "student_steps": 4, **teachers("direct", "concner")}
    copy_project(folder, encoder, languages="bg de", **settings)
    for name in ("train.jsonl", "dev.jsonl", "raw.bg.txt", "raw.de.txt", "raw.hu.txt"):
        cut(folder / SAMPLE / name, 0, N_LINES)
    return folder


def cut(file: Path, first: int, last: int) -> None:
    """Leave only some lines of a file."""
    lines = file.read_text("utf8").splitlines(keepends=True)
    file.write_text("".join(lines[first:last]), encoding="utf8")


@pytest.fixture(scope="module")
def before(tmp_path_factory, forked, quick, encoder_folder) -> Path:
    """A project that has been run."""
    project = make_project(tmp_path_factory.mktemp("before") / "project", encoder_folder)
    run(project)
    return project


def test_a_second_run_equals_one_from_scratch(groups, before, encoder_folder, tmp_path):
    again, scratch = tmp_path / "again", make_project(tmp_path / "scratch", encoder_folder)
    shutil.copytree(before, again)
    for changes in groups:
        for change in changes.values():
            change(again)
            change(scratch)
        run(again)
    run(scratch)
    made, expected = read_results(again), read_results(scratch)
    assert sorted(made) == sorted(expected)
    assert [name for name in expected if made[name] != expected[name]] == []
    assert read_settings(again) == read_settings(scratch)


def test_a_file_that_is_only_renamed_is_seen(before, tmp_path):
    project = tmp_path / "project"
    shutil.copytree(before, project)
    assert (project / "corpus" / "collected" / "test" / "bg.spacy").exists()
    rename_tests(project)
    run(project, "collect")
    assert not (project / "corpus" / "collected" / "test" / "bg.spacy").exists()


def test_what_a_person_put_into_a_folder_stays(before, tmp_path):
    project = tmp_path / "project"
    shutil.copytree(before, project)
    mine = project / "packages" / "mine.whl"
    mine.write_bytes(b"mine")
    change_vars(project, version="0.2.0")
    with pytest.raises(AssertionError, match="C408.*mine.whl"):
        run(project, "package")
    assert mine.read_bytes() == b"mine"
    assert list(project.glob("packages/xx_concner_bg-0.1.0/dist/*.whl"))


def read_results(project: Path) -> dict[str, bytes]:
    """Read all that a project has made; wheels file by file."""
    found = {}
    for folder in RESULTS:
        for path in sorted((project / folder).rglob("*")):
            name = path.relative_to(project).as_posix()
            # What teachers have said of any text is kept, and found by what it is of.
            if path.is_dir() or name.startswith("training/student/cache/"):
                continue
            if path.suffix == ".whl":
                with zipfile.ZipFile(path) as wheel:
                    files = {f"{name}/{entry}": wheel.read(entry) for entry in wheel.namelist()}
                found |= {entry: text for entry, text in files.items() if "RECORD" not in entry}
            else:
                found[name] = path.read_bytes()
    return {name: SPEED.sub(b"", text) for name, text in found.items()}
