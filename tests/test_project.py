import shutil
import subprocess
from pathlib import Path

import pytest
import spacy
import srsly
import yaml

from spacy_concner.corpora.reader import read_docs
from tests.forked import SPACY, fork_spacy, run_forked

ROOT = Path(__file__).parents[1]
PARTS = ("assets", "configs", "project.yml")

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path, encoder_folder) -> Path:
    """A copy of the project with one language, few steps and a tiny encoder."""
    for part in PARTS:
        source = ROOT / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / part)
    change_vars(
        tmp_path,
        languages="bg",
        encoder=str(encoder_folder),
        pieces=0,
        teacher_steps=2,
        student_steps=2,
        rounds=2,
    )
    return tmp_path


@pytest.fixture(autouse=True)
def forked(monkeypatch):
    """Let the commands of the project be copies of this process."""
    import spacy_transformers  # noqa: F401  (so that no copy imports it)

    monkeypatch.setattr(subprocess, "run", fork_spacy(subprocess.run))
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "false")
    # The encoder has two layers, and the configs would freeze three.
    monkeypatch.setenv("SPACY_CONFIG_OVERRIDES", "--initialize.after_init.frozen_layers=1")


def run(project: Path, name: str) -> str:
    command = [*SPACY, "project", "run", name, str(project)]
    result = run_forked(command, stdout=subprocess.PIPE)
    assert result.returncode == 0, result.stdout[-6000:]
    return result.stdout


def change_vars(project: Path, **changes) -> None:
    settings = yaml.safe_load((project / "project.yml").read_text("utf8"))
    settings["vars"].update(changes)
    (project / "project.yml").write_text(yaml.safe_dump(settings), encoding="utf8")


def test_project_from_corpus_to_wheel(project):
    printed = run(project, "all")
    assert "a step (median), peak memory" in printed
    wheels = list((project / "packages").glob("xx_concner_bg-*/dist/*.whl"))
    assert len(wheels) == 1
    meta = srsly.read_json(project / "packages" / "xx_concner_bg-0.1.0" / "meta.json")
    assert meta["sources"][0]["license"] == "MIT"
    assert "ents_f" in meta["performance"]
    assert "bg" in (project / "metrics" / "summary.md").read_text("utf8")
    student = project / "training" / "student"
    assert (student / "round-2" / "model-last").exists()
    # The last step is evaluated, or model-best would be what there was before the first.
    for path in (project / "metrics" / "teacher-concner", student / "metrics" / "round-2"):
        rows = list(srsly.read_jsonl(path.with_suffix(".jsonl")))
        assert rows[-1]["step"] == 2, path
    soft = srsly.read_json(student / "soft" / "round-2" / "bg" / "label.json")
    assert list(soft["teachers"]) == ["direct", "translate_train", "concner", "round-1"]
    again = run(project, "all")
    # All but the smoke test, which leaves nothing behind.
    assert again.count("Skipping") == 7


def test_own_corpus_is_translated(project):
    own = project / "assets" / "own"
    own.mkdir()
    lines = list(srsly.read_jsonl(project / "assets" / "sample" / "train.jsonl"))[:12]
    english, bulgarian = ([line["segments"][i] for line in lines] for i in (0, 1))
    for name, rows in (("train", english), ("dev", english), ("test.bg", bulgarian)):
        srsly.write_jsonl(own / f"{name}.jsonl", rows)
    (own / "raw.bg.txt").write_text("\n".join(row["text"] for row in bulgarian), encoding="utf8")
    srsly.write_json(own / "sources.json", [{"name": "Own corpus", "license": "CC BY 4.0"}])
    parallel = [f"{a['text']}\t{b['text']}\n" for a, b in zip(english, bulgarian, strict=True)]
    (own / "parallel.bg.tsv").write_text("".join(parallel), encoding="utf8")
    # A filter that any shell has, for an engine that need not be installed.
    change_vars(
        project,
        engine="command",
        engine_options="--option command=cat",
        translate_to="bg",
        rounds=1,
    )
    steps = ("collect-own", "translate", "encoder", "teachers", "distil", "ship", "evaluate")
    printed = {step: run(project, step) for step in steps}
    assert "Parallel text for bg" in printed["collect-own"]
    # What two steps of training find alike is chance; that nothing brings no rounds is not.
    found = "Nothing in the parallel text is alike" not in printed["distil"]
    assert f"Student of round-{3 if found else 1}" in printed["distil"]
    assert (project / "training" / "student" / "parallel" / "model-last").exists() == found
    vocab = spacy.blank("xx").vocab
    bitexts = list(read_docs(project / "corpus" / "bitexts.spacy", vocab))
    assert [segment.label_ for segment in bitexts[0].spans["segments"]] == ["en", "bg"]
    labelled = list(read_docs(project / "corpus" / "collected" / "labelled.spacy", vocab))
    assert len(labelled) == 12 and "segments" not in labelled[0].spans
    assert "displacy" in (project / "metrics" / "translations.html").read_text("utf8").lower()
    assert "bg" in (project / "metrics" / "summary.md").read_text("utf8")
