import re
from html.parser import HTMLParser

import pytest

from spacy_concner.errors import ConcnerError
from spacy_concner.pages.report.examples import surest_mistakes, unsurest_hits
from spacy_concner.pages.report.gather import gather_report
from spacy_concner.pages.report.page import check_page, render_page, write_page

from .conftest import SCRIPT

VOID = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """Elements, attributes and whether all that is opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def html(report) -> str:
    return render_page(report)


def test_the_page_is_whole_and_needs_nothing_else(html):
    page = Page(html)
    assert page.open == []
    assert not page.tags & {"script", "link", "img", "iframe", "object", "base", "form"}
    policies = [value for name, value in page.attributes if value and "default-src" in value]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]
    targets = [value or "" for name, value in page.attributes if name in ("src", "href")]
    assert targets and all(target.startswith("#") for target in targets)
    assert not re.search(r"url\(|@import|https?://", html)
    assert not [name for name, _ in page.attributes if name.startswith("on")]


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
        "Translations found, en → bg",
        "Nearest entity word abroad",
        "documents without annotation left out",
        "Mean of the corpora",
    ):
        assert part in text, part


def test_results_hold_what_was_predicted(report, paths):
    found = report.results[SCRIPT, "en"]
    assert (len(found.sentences), found.n_unannotated) == (5, 1)
    assert found.confusion["LOC", "LOC"] == 2 and found.confusion["PER", "PER"] >= 5
    blank = report.results["blank", "en"]
    assert {predicted for _, predicted in blank.confusion} == {"O"}
    assert [sentence.text for sentence in blank.sentences] == [s.text for s in found.sentences]
    assert [info.labels for info in report.pipelines] == [["LOC", "ORG", "PER"], []]
    assert [picture.name for picture in report.pictures] == ["before", SCRIPT]


def test_mistakes_and_hits_come_in_order(report):
    found = report.results[SCRIPT, "en"]
    mistakes, hits = surest_mistakes(found, 3), unsurest_hits(found, 3)
    scores = [found.span.score for found in hits]
    assert len(hits) == 3 and scores == sorted(scores)
    assert all(instance.outcome != "right" for instance in mistakes)
    assert unsurest_hits(report.results["blank", "en"], 3) == []


def test_one_pipeline_on_one_corpus_is_enough(paths, tmp_path):
    report = gather_report({"a": str(paths["pipeline"])}, {"en": paths["corpus"]}, progress=False)
    write_page(report, tmp_path / "new" / "page.html")
    text = (tmp_path / "new" / "page.html").read_text("utf8")
    assert Page(text).open == []
    assert "Gain in F1" not in text and 'id="training"' not in text and 'id="vectors"' not in text


@pytest.mark.parametrize(
    "code, changes",
    [
        ("C520", {"pipelines": {}}),
        ("C515", {"pipelines": {"a": "absent"}}),
        ("C142", {"corpora": {"en": "absent.spacy"}}),
        ("C527", {"before": "encoder"}),
        ("C528", {"pipelines": {"a": "blank"}, "bitexts": "bitexts"}),
        ("C529", {"pipelines": {"a": "nothing"}}),
        ("C311", {"before": "empty", "bitexts": "bitexts"}),
        ("C523", {"corpora": {"en": "unannotated"}}),
    ],
)
def test_bad_input_has_a_code(code, changes, paths, tmp_path):
    from tests.conftest import write_corpus

    from .conftest import gold_docs

    known = {**paths, "unannotated": write_corpus(gold_docs()[-1:], tmp_path / "none.spacy")}
    settings = {
        "pipelines": {"a": str(paths["pipeline"])},
        "corpora": {"en": paths["corpus"]},
        **changes,
    }
    settings["pipelines"] = {n: str(known.get(p, p)) for n, p in settings["pipelines"].items()}
    settings["corpora"] = {n: known.get(str(p), p) for n, p in settings["corpora"].items()}
    if settings.get("before") == "empty":
        settings["before"] = str(tmp_path)
    if "bitexts" in settings:
        settings["bitexts"] = paths["bitexts"]
    with pytest.raises(ConcnerError, match=code):
        gather_report(**settings, progress=False)


def test_a_folder_is_no_page(tmp_path):
    with pytest.raises(ConcnerError, match="C139"):
        check_page(tmp_path)
