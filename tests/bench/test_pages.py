"""The tables of the pages are what the recorded results say."""

from pathlib import Path

import accuracy
import adjacency
import any_encoder
import calibration
import contrast
import documents
import labelling
import later_labels
import peers_tables
import projection
import pytest
import raw_text
import reliability
import robust
import scale
import scale_training
import small
import small_speed
import speed
import threshold
import unseen
from rows import Rows
from tables import write_between

ROOT = Path(__file__).parents[2]
SEEDS = (1, 2, 3)


def rows(name: str) -> Rows:
    return Rows(ROOT / "bench" / "results" / f"{name}.jsonl")


TABLES = {
    ("accuracy", "accuracy", "scores"): lambda: accuracy.score_table(rows("accuracy"), SEEDS),
    ("accuracy", "accuracy", "differences"): lambda: accuracy.difference_table(
        rows("accuracy_differences"), SEEDS
    ),
    ("accuracy", "unseen", "unseen"): lambda: unseen.table(
        rows("accuracy_unseen"), rows("accuracy_unseen_differences"), SEEDS
    ),
    ("accuracy", "raw_text", "raw text"): lambda: raw_text.curve_table(rows("raw_text")),
    ("accuracy", "labelling", "labelling"): lambda: labelling.table(rows("labelling")),
    ("contrast", "contrast", "variants"): lambda: contrast.table(rows("contrast")),
    ("calibration", "calibration", "calibration"): lambda: calibration.table(rows("calibration")),
    ("projection", "projection", "projection"): lambda: projection.projection_table(
        rows("projection").read()
    ),
    ("projection", "projection", "alignment"): lambda: projection.alignment_table(
        rows("alignment").read()
    ),
    ("recipes/more_labels", "later_labels", "later-labels"): lambda: later_labels.table(
        rows("later_labels")
    ),
    ("reliability", "reliability", "trials"): lambda: reliability.trial_table(
        rows("reliability").read()
    ),
    ("reliability", "reliability", "calls"): lambda: reliability.call_table(
        rows("reliability").read()
    ),
    ("reliability", "reliability", "tampering"): lambda: reliability.outcome_table(
        rows("reliability").read()
    ),
    ("robustness", "robust", "base"): lambda: robust.change_table(rows("robust"), "base"),
    ("robustness", "robust", "small"): lambda: robust.change_table(rows("robust"), "small"),
    ("robustness", "robust", "trust"): lambda: robust.trust_table(rows("robust")),
    ("robustness", "robust", "training"): lambda: robust.training_table(rows("robust")),
    ("robustness", "documents", "documents"): lambda: documents.document_table(rows("documents")),
    ("recipes/apply", "scale", "scale"): lambda: scale.table(rows("scale")),
    ("scale", "scale", "stages"): lambda: scale.stages_table(rows("scale_stages")),
    ("recipes/several_gpus", "scale_training", "ranks"): lambda: scale_training.table(
        rows("scale_training")
    ),
    ("engines", "any_encoder", "any encoder"): lambda: any_encoder.table(rows("any_encoder")),
    ("calibration", "threshold", "thresholds"): lambda: list(
        threshold.threshold_table(rows("threshold"), SEEDS)
    ),
    ("calibration", "adjacency", "adjacency"): lambda: list(
        adjacency.adjacency_table(rows("adjacency"), SEEDS)
    ),
    ("small", "small", "sizes"): lambda: small.sizes_table(rows("small"), SEEDS),
    ("small", "small", "curve"): lambda: small.curve_table(rows("small"), SEEDS[0]),
    ("small", "small", "unlike"): lambda: small.unlike_table(rows("small"), SEEDS),
    ("small", "small", "shapes"): lambda: small.shape_table(rows("small"), SEEDS[0]),
    ("small", "small_speed", "speed"): lambda: small_speed.table(rows("small_speed")),
    ("alternatives", "peers", "scores"): lambda: peers_tables.score_table(rows("peers")),
    ("alternatives", "peers", "costs"): lambda: peers_tables.cost_table(rows("peers")),
    ("speed", "speed", "speed"): lambda: speed.table(rows("speed")),
}


@pytest.mark.parametrize(("page", "bench", "name"), TABLES, ids=map("-".join, TABLES))
def test_the_page_shows_the_recorded_results(tmp_path, page, bench, name):
    shown = (ROOT / "docs" / f"{page}.md").read_text("utf8")
    copy = tmp_path / "page.md"
    copy.write_text(shown, encoding="utf8")
    write_between(copy, bench, name, TABLES[page, bench, name]())
    assert copy.read_text("utf8") == shown


def test_every_file_of_results_has_its_table():
    told = Path(__file__).read_text("utf8")
    for file in (ROOT / "bench" / "results").iterdir():
        assert f'rows("{file.stem}")' in told
        assert "date" in Rows(file).provenance and Rows(file).read()
