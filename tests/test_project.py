import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import srsly
import yaml

ROOT = Path(__file__).parents[1]
PARTS = ("assets", "configs", "scripts", "project.yml")


@pytest.fixture
def project(tmp_path, encoder_folder) -> Path:
    """A copy of the project with one language, few steps and a tiny encoder."""
    for part in PARTS:
        source = ROOT / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / part)
    settings = yaml.safe_load((tmp_path / "project.yml").read_text("utf8"))
    settings["vars"].update(
        languages="bg",
        encoder=str(encoder_folder),
        pieces=0,
        teachers="direct concner",
        teacher_steps=2,
        student_steps=2,
        rounds=2,
    )
    (tmp_path / "project.yml").write_text(yaml.safe_dump(settings), encoding="utf8")
    return tmp_path


def run(project: Path, name: str) -> str:
    command = [sys.executable, "-m", "spacy", "project", "run", name, str(project)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    return result.stdout


def test_project_from_corpus_to_wheel(project):
    printed = run(project, "all")
    assert "a step (median), peak memory" in printed
    wheels = list((project / "packages").glob("xx_concner_bg-*/dist/*.whl"))
    assert len(wheels) == 1
    meta = srsly.read_json(project / "packages" / "xx_concner_bg-0.1.0" / "meta.json")
    assert meta["sources"][0]["license"] == "MIT"
    assert "ents_f" in meta["performance"]
    assert "bg" in (project / "metrics" / "summary.md").read_text("utf8")
    assert (project / "training" / "student" / "round-2" / "model-last").exists()
    soft = srsly.read_json(project / "corpus" / "soft" / "round-2" / "bg" / "label.json")
    assert list(soft["teachers"]) == ["direct", "concner", "student"]
    again = run(project, "all")
    # All but the check of the corpus and the smoke test, which leave nothing behind.
    assert again.count("Skipping") == 6
