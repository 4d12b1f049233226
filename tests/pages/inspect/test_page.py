"""The page of bitexts."""

import json
import re

import pytest
import spacy
from spacy.tokens import Doc

from spacy_concner.bitexts.thresholds import Thresholds
from spacy_concner.corpora.segments import make_bitext
from spacy_concner.errors import ConcnerError
from spacy_concner.pages.inspect.page import inspect_corpus
from spacy_concner.pages.inspect.rejects import SHOWN, RejectedPair, RejectedText, read_rejects
from tests.pages.html import Page
from tests.sentences import labelled_doc, write_corpus

VOCAB = spacy.blank("xx").vocab
EVIL = "<script>alert(1)</script>"


def pair(source, target, languages=("en", "de"), **user_data) -> Doc:
    parts = [
        labelled_doc(VOCAB, words.split(), tags.split() or None) for words, tags in (source, target)
    ]
    doc = make_bitext(parts, list(languages), VOCAB)
    doc.user_data |= user_data
    return doc


def show(tmp_path, docs, **settings) -> tuple[Page, str]:
    path = write_corpus(docs, tmp_path / "bitexts.spacy")
    inspect_corpus(path, tmp_path / "page" / "look.html", force=True, **settings)
    html = (tmp_path / "page" / "look.html").read_text("utf8")
    return Page(html), html


def test_pairs_stand_side_by_side_with_their_entities(tmp_path, bitexts):
    bitexts[0].user_data |= {
        "id": "news-1",
        "concner_translation": {"strategy": "alignment", "problems": [], "score": 0.5},
    }
    page, _ = show(tmp_path, bitexts)
    assert len(page.find("article")) == 4
    assert [attrs["data-strategy"] for attrs in page.find("article")] == ["alignment"] + [
        "unknown"
    ] * 3
    assert page.marked[:4] == ["Anna Berg", "Sofia", "Ана Берг", "София"]
    assert {"news-1", "score", "0.5"} <= set(page.within("bdi"))
    languages = [attrs["lang"] for attrs in page.find("section") if "lang" in attrs]
    assert languages == ["en", "bg"] * 4
    colours = {attrs["style"].split(";")[0] for attrs in page.find("mark")}
    assert len(colours) == 3 and "background: #ddd" not in colours


def test_words_are_explained(tmp_path, bitexts):
    page, _ = show(tmp_path, bitexts)
    assert {"class": "terms"} in page.find("details")
    assert {"length ratio, length", "untranslated", "labels crossed by"} <= set(page.within("dt"))
    assert page.find("span").count({"title": "characters for one of the source"}) == 4
    assert "labels: unknown" in page.text and "Unknown: the corpus does not tell" in page.text


def test_what_stands_in_the_corpus_stays_text(tmp_path):
    evil = EVIL.replace(" ", "")
    doc = pair(
        (f"{evil} <b>x</b> & y", f"B-{evil} O O O"),
        (f"{evil} \"> 'x' y", f"B-{evil} O O O"),
        languages=('"><i>', "d'e"),
        id=f"'{EVIL}",
        concner_translation={
            "strategy": f'"{EVIL}',
            "problems": [f"'><img src=x onerror=alert(1)>{EVIL}"],
            f"k{EVIL}": EVIL,
        },
    )
    rejects = tmp_path / "rejects.jsonl"
    row = {"reason": EVIL, "detail": EVIL, "text": EVIL, "translation": EVIL}
    rejects.write_text(json.dumps(row), "utf8")
    page, html = show(tmp_path, [doc], rejects=rejects)
    assert [name for name in ("b", "i", "img") if page.find(name)] == []
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert html.count("<script") == 1 and "alert" not in script
    (article,) = page.find("article")
    assert set(article) == {"class", "data-strategy", "data-problems"}
    assert json.loads(article["data-problems"]) == [f"'><img src=x onerror=alert(1)>{EVIL}"]
    assert article["data-strategy"] == f'"{EVIL}'
    assert EVIL in page.marked


def test_only_the_pages_own_script_may_run_and_nothing_is_loaded(tmp_path, bitexts):
    page, html = show(tmp_path, bitexts)
    assert html.count("<script>") == 1 and "script-src 'sha256-" in page.policy
    assert "http:" not in html and "https:" not in html
    assert not any({"src", "href"} & set(attrs) for _, attrs in page.tags)


def test_right_to_left_scripts_run_that_way(tmp_path):
    docs = [
        pair(("Anna", "B-PER"), ("אנה", "B-PER"), ("en", "he")),
        pair(("Anna", "B-PER"), ("آنا", "B-PER"), ("en", "ar")),
    ]
    page, html = show(tmp_path, docs)
    directions = [attrs["dir"] for attrs in page.find("div") if "dir" in attrs]
    assert directions == ["ltr", "rtl", "ltr", "rtl"]
    assert html.count("direction: rtl") == 2


def test_the_worst_come_first_and_limits_hold(tmp_path):
    good = pair(("Anna sings", "B-PER O"), ("Anna singt", "B-PER O"))
    noted = pair(("Anna sings", "B-PER O"), ("Anna singt", "B-PER O"))
    noted.user_data["concner_translation"] = {"strategy": "markers", "problems": ["extra marker"]}
    unlabelled = pair(("Anna sings", "B-PER O"), ("Anna singt", ""))
    lost = pair(("Anna sings", "B-PER O"), ("Anna singt", "O O"))
    docs = [good, Doc(VOCAB, words=["plain"]), noted, unlabelled, lost]
    path = write_corpus(docs, tmp_path / "in.spacy")
    found = inspect_corpus(path, tmp_path / "all.html", limit=0)
    page = Page((tmp_path / "all.html").read_text("utf8"))
    numbers = [text for text in page.within("span") if text.isdigit()]
    assert numbers == ["5", "4", "3", "1"]
    problems = [json.loads(attrs["data-problems"]) for attrs in page.find("article")]
    assert problems == [["entities lost"], ["translation not annotated"], ["extra marker"], []]
    assert (found.n_docs, found.n_bitexts, found.n_problematic, found.n_shown) == (5, 4, 3, 4)
    limited = inspect_corpus(path, tmp_path / "few.html", limit=2)
    page = Page((tmp_path / "few.html").read_text("utf8"))
    assert len(page.find("article")) == 2 and limited.n_shown == 2
    assert limited.quality.pairs == 4
    lenient = Thresholds(min_entities_kept=0)
    assert inspect_corpus(path, tmp_path / "x.html", thresholds=lenient).n_problematic == 2


def test_the_summary_tells_what_was_kept_and_rejected(tmp_path, bitexts):
    rejects = tmp_path / "rejects.jsonl"
    filtered = {
        "text": "Anna sings Anna singt",
        "segments": [
            {"lang": "en", "start": 0, "end": 10},
            {"lang": "de", "start": 11, "end": 21},
        ],
        "reasons": ["entities lost: 1 PER", "untranslated: 4 of 5 words"],
    }
    translated = {"reason": "missing placeholder", "detail": "PER0", "text": "A", "translation": ""}
    rows = [filtered, *[translated] * SHOWN]
    rejects.write_text("\n".join(map(json.dumps, rows)) + "\n\n", "utf8")
    found = read_rejects(rejects)
    assert found.n_rows == SHOWN + 1 and len(found.shown) == SHOWN
    assert found.reasons == {"entities lost": 1, "untranslated": 1, "missing placeholder": SHOWN}
    texts = [RejectedText("en", "Anna sings"), RejectedText("de", "Anna singt")]
    assert found.shown[0] == RejectedPair(filtered["reasons"], texts)
    parts = [RejectedText("source", "A")]
    assert found.shown[1] == RejectedPair(["missing placeholder: PER0"], parts)
    page, _ = show(tmp_path, bitexts, rejects=rejects)
    cells = page.within("th") + page.within("td")
    assert {"missing placeholder", str(SHOWN), "100.0%", "LOC"} <= set(cells)
    assert "Anna singt" in page.within("p")


def test_rejects_of_parallel_text_show_both_sides(tmp_path):
    row = {"line": 3, "reason": "empty", "detail": "", "source": "Anna", "target": "\udce9"}
    (tmp_path / "rejects.jsonl").write_text(json.dumps(row), "utf8")
    (pair,) = read_rejects(tmp_path / "rejects.jsonl").shown
    assert pair.texts == [RejectedText("source", "Anna"), RejectedText("translation", "\udce9")]


def test_a_page_is_replaced_if_asked_for_alone(tmp_path, bitexts):
    path = write_corpus(bitexts, tmp_path / "in.spacy")
    inspect_corpus(path, tmp_path / "out.html")
    first = (tmp_path / "out.html").read_bytes()
    with pytest.raises(ConcnerError, match="C128"):
        inspect_corpus(path, tmp_path / "out.html")
    inspect_corpus(path, tmp_path / "out.html", force=True)
    assert (tmp_path / "out.html").read_bytes() == first


def test_what_cannot_be_shown_is_told(tmp_path, bitexts, sentences):
    path = write_corpus(bitexts, tmp_path / "in.spacy")
    plain = write_corpus(sentences, tmp_path / "plain.spacy")
    with pytest.raises(ConcnerError, match="C282"):
        inspect_corpus(plain, tmp_path / "out.html")
    with pytest.raises(ConcnerError, match="C407"):
        inspect_corpus(path, tmp_path)
    (tmp_path / "mine.html").write_text("<html>", "utf8")
    with pytest.raises(ConcnerError, match="C408"):
        inspect_corpus(path, tmp_path / "mine.html", force=True)
    with pytest.raises(ConcnerError, match="C132"):
        inspect_corpus(path, tmp_path / "out.html", thresholds=Thresholds(max_untranslated=2))
    for text in ("[1]", "{}", "{", '{"text": "a"}'):
        (tmp_path / "bad.jsonl").write_text(f'{{"reason": "r"}}\n{text}', "utf8")
        with pytest.raises(ConcnerError, match="C283.*line 2"):
            inspect_corpus(path, tmp_path / "out.html", rejects=tmp_path / "bad.jsonl")
    with pytest.raises(ConcnerError, match="C283"):
        inspect_corpus(path, tmp_path / "out.html", rejects=tmp_path / "absent.jsonl")
