"""A shipped pipeline where torch, transformers and the rest of the extra are not installed."""

import subprocess
import sys

import pytest
from lean import lean_command, make_lean_site, run_time_packages

from spacy_concner.shipping.ship import ship

pytestmark = pytest.mark.slow


HEAVY = ["torch", "transformers", "spacy-transformers", "datasets", "seqeval", "scikit-learn"]
FOR_WRITING = ["spacy_concner.files", "filelock"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return make_lean_site(tmp_path_factory.mktemp("site") / "packages")


@pytest.fixture(scope="module")
def shipped(student_with_tagger, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shipped") / "bg"
    ship(student_with_tagger, folder, ["bg"])
    return folder


def run(site, code):
    command = [sys.executable, "-W", "ignore", *lean_command(site, code)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_what_the_package_needs():
    needed = run_time_packages()
    assert needed.isdisjoint(HEAVY)
    assert {"spacy", "ctranslate2", "tokenizers", "numpy"} <= needed


def test_shipped_pipelines_run(site, shipped):
    code = f"""
import spacy, sys, importlib.util
from spacy.training import Example
print([name for name in {HEAVY!r} if importlib.util.find_spec(name.replace("-", "_"))])
nlp = spacy.load({str(shipped)!r})
doc = nlp("Anna Berg lives in Sofia.")
print([(e.text, e.label_) for e in doc.ents], [t.tag_ for t in doc])
print([name for name in {FOR_WRITING!r} if name in sys.modules])
print([len(d.ents) for d in nlp.pipe(["Anna Berg", "", "Paul met Anna"] * 4, n_process=2)])
print(nlp.evaluate([Example(nlp.make_doc(doc.text), doc)])["ents_f"])
"""
    done = run(site, code)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "[]"
    assert lines[1].startswith("[('Anna Berg', 'PER'), ('Sofia', 'LOC')] ['4', '4', '5', '2',")
    # The start of a service is short.
    assert lines[2] == "[]"
    assert lines[3].count(",") == 11
    assert lines[4] == "1.0"


def test_entry_points_load_and_training_tells_what_is_missing(site):
    code = """
import spacy, sys
from importlib.metadata import distribution
nlp = spacy.blank("xx")
print(nlp.add_pipe("concner").name)
for entry in distribution("spacy-concner").entry_points:
    try:
        entry.load()
    except ValueError as error:
        print(entry.group, str(error)[:6], "spacy-concner[train]" in str(error))
"""
    done = run(site, code)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "concner"
    assert set(lines[1:]) == {"thinc_losses [C550] True"}


@pytest.mark.parametrize(
    "verb, code", [("encoder {source} made", "C550"), ("ship {student} made --lang bg", "C515")]
)
def test_verbs_tell_what_is_missing(site, student_with_tagger, tmp_path, verb, code):
    (tmp_path / "source").mkdir()
    arguments = verb.format(source=tmp_path / "source", student=student_with_tagger).split()
    done = run(
        site,
        f"import os; os.chdir({str(tmp_path)!r})\n"
        "from spacy_concner.cli import concner_cli\n"
        f"concner_cli({arguments!r}, standalone_mode=False)",
    )
    assert done.returncode == 1
    assert f"[{code}]" in done.stdout and "spacy-concner[train]" in done.stdout.replace("\n", "")
