from pathlib import Path

import pytest
import srsly
from typer.testing import CliRunner

from spacy_concner.cli import concner_cli
from spacy_concner.errors import ConcnerError
from spacy_concner.projects.summary import summarise


@pytest.fixture
def packages(tmp_path):
    """What `spacy package` leaves, as far as the summary reads it: one measured, one not."""
    scores = {
        "bg": {"performance": {"ents_f": 0.5}, "concner": {"elsewhere": {}, "measured_in": ""}},
        "de": {
            "performance": {},
            "concner": {"elsewhere": {"ents_f": 0.75}, "measured_in": "en"},
        },
    }
    for language, meta in scores.items():
        folder = tmp_path / "packages" / f"xx_mine_{language}-1.0"
        (folder / "dist").mkdir(parents=True)
        srsly.write_json(folder / "meta.json", meta)
        (folder / "dist" / f"xx_mine_{language}-1.0-py3-none-any.whl").touch()
    entities = [{"text": "Ана", "label": "PER", "score": 0.9}]
    (tmp_path / "examples").mkdir()
    rows = [{"text": "Ана е тук.", "entities": entities}]
    srsly.write_jsonl(tmp_path / "examples" / "bg.jsonl", rows)
    return tmp_path / "packages"


def test_packages_scores_and_examples(packages):
    examples = packages.with_name("examples")
    bg, de = summarise(packages, examples, name="mine", languages=["bg", "de"])
    assert bg.score == "F1 50.0" and de.score == "not measured (F1 75.0 on sentences in en)"
    assert [str(example) for example in bg.examples] == ["Ана е тук. → Ана (PER, 0.90)"]
    assert de.examples == [] and de.wheel.name == "xx_mine_de-1.0-py3-none-any.whl"
    with pytest.raises(ConcnerError, match="C615.*xx_mine_hu"):
        summarise(packages, examples, name="mine", languages=["hu"])


def test_command_line(packages):
    arguments = ["summary", packages, "--name", "mine", "--languages", "bg de"]
    arguments += ["--examples", packages.with_name("examples"), "--report", Path(__file__)]
    result = CliRunner().invoke(concner_cli, [str(part) for part in arguments])
    assert result.exit_code == 0, result.output
    printed = " ".join(result.output.split())
    for part in ("Ана (PER, 0.90)", "not measured", "pip install", 'spacy.load("xx_mine_bg")'):
        assert part in printed
    assert Path(__file__).name in printed
