"""Pipelines on disturbed text beside the text as it is."""

import pytest
import spacy

from spacy_concner.pages.report.gather import gather_report
from spacy_concner.pages.report.page import render_report
from spacy_concner.pages.report.results import CorpusResult
from spacy_concner.pages.report.robustness import (
    CLEAN,
    DisturbedResult,
    annotated_sentences,
    robust_table,
)
from spacy_concner.perturbations.perturb import make_perturbation
from spacy_concner.perturbations.standard import describe_standard
from tests.pages.html import Page
from tests.pages.report.comparisons import comparison, sentence, span
from tests.pages.report.harmful import gold_docs
from tests.sentences import make_bitexts, write_corpus


@pytest.fixture(scope="module")
def report(paths, tmp_path_factory):
    mixed = tmp_path_factory.mktemp("robust") / "mixed.spacy"
    described = describe_standard()
    chosen = [described[2], described[4], described[-1]]
    return gather_report(
        {"a": str(paths["pipeline"]), "b": str(paths["blank"])},
        {"en": write_corpus([*gold_docs(), *make_bitexts()], mixed)},
        perturbations=[make_perturbation(*one) for one in chosen],
        seen=paths["corpus"],
        progress=False,
    )


def test_pipelines_read_disturbed_text(report):
    clean = report.results["a", "en"]
    keys, upper, names = report.disturbed["a", "en"]
    assert [one.perturbation for one in (keys, upper, names)] == [
        "keystrokes, 15%",
        "upper case",
        "names, Macedonian, male",
    ]
    assert len(upper.comparisons) == len(clean.sentences) == upper.n_changed == 13
    gold = [[entity.label for entity in c.gold] for c in clean.comparisons]
    assert [[entity.label for entity in c.gold] for c in upper.comparisons] == gold
    text = {entity.text for c in upper.comparisons for entity in c.gold}
    assert "ANNA BERG" in text and "АНА БЕРГ" in text
    # People in Bulgarian segments alone are written as these names are.
    assert names.n_changed == 2
    assert not any(c.predicted for c in report.disturbed["b", "en"][1].comparisons)


def test_the_page_shows_the_tables(report):
    text = " ".join(Page(render_report(report, 0)).text.split())
    assert "On disturbed text" in text and "Over-confidence" in text
    assert "upper case 100.0% of the sentences change" in text
    assert "Entities that are hard by what training has seen" in text


def test_sentences_tell_their_language(tmp_path):
    path = write_corpus([*gold_docs(), *make_bitexts()[:1]], tmp_path / "c.spacy")
    nlp = spacy.blank("xx")
    found = list(annotated_sentences(path, nlp, "de"))
    assert [doc.user_data["language"] for doc in found] == ["de"] * 5 + ["en", "bg"]
    found = list(annotated_sentences(path, nlp, "my tests", limit=2))
    assert [doc.user_data["language"] for doc in found] == ["", ""]


def test_changes_are_paired_and_what_changes_nothing_is_told():
    right = comparison([span(0, 1)], [span(0, 1, score=0.9)])
    wrong = comparison([span(3, 4)], [span(5, 6, score=0.7)])
    clean = CorpusResult("a", "en", sentences=[sentence(right)] * 20)
    disturbed = DisturbedResult("x", 10, [right] * 10 + [wrong] * 10)
    table = robust_table([clean], [[disturbed, DisturbedResult("none", 0, [])]])
    assert table.unchanged == ["none"]
    before, after = table.rows
    assert (before.name, before.figures[0].change) == (CLEAN, None)
    (figures,) = after.figures
    assert after.changed == 0.5 and figures.f_score.value == pytest.approx(0.5)
    assert figures.change is not None
    assert figures.change.low < figures.change.value < figures.change.high < 0
    assert figures.overconfidence == pytest.approx(0.8 - 0.5)
    assert before.figures[0].overconfidence == pytest.approx(-0.1)
