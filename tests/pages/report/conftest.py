"""A corpus with what would harm a careless page, and a report on it."""

from pathlib import Path

import pytest
import spacy
from spacy.tokens import Doc

from spacy_concner.pages.report.gather import Report, gather_report
from tests.sentences import SENTENCES, labelled_doc, write_corpus

SCRIPT = "<script>alert('x')</script>"
METRICS = (
    '{"epoch":0,"step":0,"losses":{"concner":6.0,"concner_entity":5.0},'
    '"scores":{"ents_f":1.0,"speed":90},"score":0.01}\n'
    '{"epoch":1,"step":10,"losses":{"concner":30.0,"concner_entity":20.0},'
    '"scores":{"ents_f":50.0,"speed":90},"score":0.5}\n'
)


def gold_docs() -> list[Doc]:
    """Labelled sentences, one with a script in it, and one without annotation."""
    vocab = spacy.blank("xx").vocab
    docs = [labelled_doc(vocab, words, tags) for words, tags in SENTENCES]
    docs.append(
        labelled_doc(vocab, ["Anna", SCRIPT, "Berg"], ["B-PER", "O", "B-<b>LOC</b>"]),
    )
    docs.append(labelled_doc(vocab, ["not", "annotated"], None))
    return docs


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
