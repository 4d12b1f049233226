import re

import pytest

from spacy_concner.errors import ConcnerError
from spacy_concner.files import is_page
from spacy_concner.pages.report.examples import surest_mistakes, unsurest_hits
from spacy_concner.pages.report.gather import gather_report
from spacy_concner.pages.report.page import render_report, write_report
from tests.pages.html import Page
from tests.pages.report.harmful import SCRIPT, gold_docs
from tests.sentences import write_corpus


@pytest.fixture(scope="module")
def html(report) -> str:
    return render_report(report)


def test_the_page_is_whole_and_needs_nothing_else(html):
    page = Page(html)
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "base", "form"}
    assert page.policy == "default-src 'none'; style-src 'unsafe-inline'"
    attributes = [pair for _, attrs in page.tags for pair in attrs.items()]
    targets = [value or "" for name, value in attributes if name in ("src", "href")]
    assert targets and all(target.startswith("#") for target in targets)
    assert not re.search(r"url\(|@import|https?://", html)
    assert not [name for name, _ in attributes if name.startswith("on")]


def test_whatever_stands_in_a_corpus_is_text(html):
    page = Page(html)
    assert SCRIPT not in html and SCRIPT in page.text
    # As a label, in displaCy's marks and in the tables.
    assert "<b>LOC</b>" not in html and "<b>LOC</b>" in page.text


def test_the_page_shows_every_part(html):
    text = " ".join(Page(html).text.split())
    for part in (
        "95% bootstrap intervals",
        "By type, length and script",
        "Types confused",
        "Whether probabilities can be trusted",
        "surest mistakes",
        "least sure hits",
        "Loss: concner_entity",
        "Score: ents_f",
        "Grey where there are fewer than 10 gold entities",
        "documents without annotation left out",
        "Mean of the corpora",
    ):
        assert part in text, part


def test_counts_stand_beside_bars_and_small_groups_are_grey(html, report):
    page = Page(html)
    # Five sentences hold fewer than 10 entities of any type.
    counts = [text for text in page.within("td") if re.fullmatch(r"\d+ of \d+", text)]
    assert counts and len(page.find("tbody")) > page.find("tbody").count({"class": "few"}) > 0
    per_bar = [attrs for attrs in page.find("td") if attrs.get("class") == "found"]
    assert len(counts) == len(per_bar) == sum(a.get("class") == "bar" for a in page.find("td"))
    assert "one found or missed moves F1 by some ten points" in " ".join(page.text.split())


def test_words_are_explained(html):
    page = Page(html)
    assert {"class": "terms"} in page.find("details")
    assert {"gold", "P, precision", "R, recall", "F1", "95% interval"} <= set(page.within("dt"))


def test_results_hold_what_was_predicted(report, paths):
    found = report.results[SCRIPT, "en"]
    assert (len(found.sentences), found.n_unannotated) == (5, 1)
    assert found.confusion["LOC", "LOC"] == 2 and found.confusion["PER", "PER"] >= 5
    blank = report.results["blank", "en"]
    assert {predicted for _, predicted in blank.confusion} == {"O"}
    assert [sentence.text for sentence in blank.sentences] == [s.text for s in found.sentences]
    assert [info.labels for info in report.pipelines] == [["LOC", "ORG", "PER"], []]
    assert (report.n_sentences, report.n_unannotated) == (20, 2)


def test_mistakes_and_hits_come_in_order(report):
    found = report.results[SCRIPT, "en"]
    mistakes, hits = surest_mistakes(found, 3), unsurest_hits(found, 3)
    scores = [found.span.score for found in hits]
    assert len(hits) == 3 and scores == sorted(scores)
    assert all(instance.outcome != "right" for instance in mistakes)
    assert unsurest_hits(report.results["blank", "en"], 3) == []


def test_one_pipeline_on_one_corpus_is_enough(paths, tmp_path):
    output = tmp_path / "new" / "page.html"
    settings = {"pipelines": {"a": str(paths["pipeline"])}, "corpora": {"en": paths["corpus"]}}
    write_report(output, **settings)
    text = output.read_text("utf8")
    assert is_page(text.encode("utf8")[:1024])
    page = Page(text)
    assert "Gain in F1" not in page.text
    assert [attrs["id"] for attrs in page.find("section")] == ["summary", "corpus-1"]
    with pytest.raises(ConcnerError, match="C128"):
        write_report(output, **settings)
    write_report(output, **settings, force=True)
    for place, option in (
        (paths["pipeline"] / "page.html", "--pipeline"),
        (paths["corpus"], "--corpus"),
        (paths["metrics"], "--metrics"),
    ):
        with pytest.raises(ConcnerError, match=f"C407.*{option}"):
            write_report(place, **settings, metrics={"a": paths["metrics"]}, force=True)


@pytest.mark.parametrize(
    "code, changes",
    [
        ("C520", {"pipelines": {}}),
        ("C515", {"pipelines": {"a": "absent"}}),
        ("C142", {"corpora": {"en": "absent.spacy"}}),
        ("C529", {"pipelines": {"a": "nothing"}}),
        ("C523", {"corpora": {"en": "unannotated"}}),
    ],
)
def test_bad_input_has_a_code(code, changes, paths, tmp_path):
    known = {**paths, "unannotated": write_corpus(gold_docs()[-1:], tmp_path / "none.spacy")}
    settings = {
        "pipelines": {"a": str(paths["pipeline"])},
        "corpora": {"en": paths["corpus"]},
        **changes,
    }
    settings["pipelines"] = {n: str(known.get(p, p)) for n, p in settings["pipelines"].items()}
    settings["corpora"] = {n: known.get(str(p), p) for n, p in settings["corpora"].items()}
    with pytest.raises(ConcnerError, match=code):
        gather_report(**settings, progress=False)
