"""The project of this repository, small enough to be run in tests."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.forked import SPACY, fork_spacy, run_forked

ROOT = Path(__file__).parents[2]
PARTS = ("assets", "configs", "project.yml")


@pytest.fixture(scope="module")
def forked(encoder_folder):
    """Let the commands of the project be copies of this process."""
    # So that no copy imports what these need: that is a third of a training.
    import spacy_transformers  # noqa: F401
    from transformers import AutoModel

    from spacy_concner.pages.report import page  # noqa: F401
    from spacy_concner.projects import collect, scores  # noqa: F401
    from spacy_concner.shipping import card, ship  # noqa: F401
    from spacy_concner.teaching import distil  # noqa: F401
    from spacy_concner.training import start  # noqa: F401

    AutoModel.from_pretrained(encoder_folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "run", fork_spacy(subprocess.run))
        patch.setenv("TOKENIZERS_PARALLELISM", "false")
        # The encoder has two layers, and the configs would freeze three; of few steps none is
        # warm-up.
        overrides = "--initialize.after_init.frozen_layers=1 "
        overrides += "--training.optimizer.learn_rate.warmup_steps=0 "
        # Few steps leave nothing likelier than not, and entities wherever there are words.
        overrides += "--components.concner.threshold=0 "
        overrides += "--components.concner.learn_adjacency=false"
        patch.setenv("SPACY_CONFIG_OVERRIDES", overrides)
        yield


def copy_project(folder: Path, encoder: Path, **changes) -> Path:
    """Copy the project with few steps and a tiny encoder."""
    for part in PARTS:
        source = ROOT / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / part)
    change_vars(folder, encoder=str(encoder), pieces=0, **changes)
    return folder


def run(project: Path, name: str = "all") -> str:
    """Run a workflow or command of a project; give what it prints."""
    return run_spacy("project", "run", name, project)


def run_spacy(*words) -> str:
    """Run a command of spaCy's; give what it prints."""
    result = run_forked([*SPACY, *map(str, words)], stdout=subprocess.PIPE)
    assert result.returncode == 0, result.stdout[-6000:]
    return result.stdout


def read_settings(project: Path) -> dict:
    """Read what stands in `project.yml`."""
    return yaml.safe_load((project / "project.yml").read_text("utf8"))


def change_vars(project: Path, **changes) -> None:
    """Set variables of a project."""
    settings = read_settings(project)
    settings["vars"].update(changes)
    (project / "project.yml").write_text(yaml.safe_dump(settings), encoding="utf8")
