"""A report on a corpus with what would harm a careless page."""

from pathlib import Path

import pytest
import spacy

from spacy_concner.pages.report.gather import Report, gather_report
from tests.pages.report.harmful import METRICS, SCRIPT, gold_docs
from tests.sentences import write_corpus


@pytest.fixture(scope="session")
def paths(tmp_path_factory, trained_folder) -> dict[str, Path]:
    """Files of a report: pipelines, corpus, metrics."""
    folder = tmp_path_factory.mktemp("report")
    (folder / "metrics.jsonl").write_text(METRICS, "utf8")
    # A pipeline that is not ours and knows nothing.
    # It sets entities, as far as it has patterns, and has no recogniser of ours.
    blank = spacy.blank("xx")
    blank.add_pipe("entity_ruler")
    blank.to_disk(folder / "blank")
    spacy.blank("xx").to_disk(folder / "nothing")
    return {
        "pipeline": trained_folder,
        "blank": folder / "blank",
        "nothing": folder / "nothing",
        "corpus": write_corpus(gold_docs(), folder / "gold.spacy"),
        "metrics": folder / "metrics.jsonl",
    }


@pytest.fixture(scope="session")
def report(paths) -> Report:
    """A report of two pipelines on two corpora, with metrics."""
    return gather_report(
        {SCRIPT: str(paths["pipeline"]), "blank": str(paths["blank"])},
        {"en": paths["corpus"], SCRIPT: paths["corpus"]},
        metrics={SCRIPT: paths["metrics"]},
        progress=False,
    )
