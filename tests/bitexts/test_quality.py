"""Figures of pairs, thresholds, and summaries."""

import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from spacy_concner.bitexts.corpus_quality import CorpusQuality
from spacy_concner.bitexts.quality import (
    find_problems,
    find_reasons,
    measure,
    usual_ratios,
)
from spacy_concner.bitexts.thresholds import Thresholds
from spacy_concner.corpora.segments import annotate, make_bitext
from tests.sentences import labelled_doc

VOCAB = spacy.blank("xx").vocab
ANY = Thresholds(
    max_length_factor=0, max_untranslated=1, min_entities_kept=0, max_entities_added=-1
)
NUMBER = st.floats(0, 10, allow_nan=False)


def bitext(source: str, target: str, tags: str = "", target_tags: str = "", **record) -> Doc:
    """Make a bitext from words and tags with spaces between them."""
    parts = [
        labelled_doc(VOCAB, words.split(), named.split() or None)
        for words, named in ((source, tags), (target, target_tags))
    ]
    doc = make_bitext(parts, ["en", "de"], VOCAB)
    if record:
        doc.user_data["concner_translation"] = record
    return doc


def names(problems) -> list[str]:
    return [problem.name for problem in problems]


def test_figures_of_a_pair():
    doc = bitext(
        "Anna lives in the old Berlin",
        "Anna wohnt in Berlin , Anna",
        "B-PER O O O O B-LOC",
        "B-PER O O O O B-PER",
        strategy="alignment",
        problems=["word of two entities"],
    )
    (quality,) = measure(doc)
    assert quality.languages == ("en", "de")
    assert (quality.n_words, quality.n_untranslated) == (3, 1)
    assert quality.untranslated == 1 / 3
    assert (dict(quality.lost), dict(quality.added)) == ({"LOC": 1}, {"PER": 1})
    assert quality.entities_kept == 0.5
    assert round(quality.length_ratio, 2) == round(27 / 28, 2)
    assert (quality.strategy, quality.notes) == ("alignment", ("word of two entities",))


def test_a_name_that_stays_is_not_untranslated():
    doc = bitext("Anna Berg", "Anna Berg", "B-PER I-PER", "B-PER I-PER")
    (quality,) = measure(doc)
    assert (quality.n_words, quality.untranslated) == (0, 0)
    unlabelled = bitext("Anna Berg sings a song", "Anna Berg singt Lieder", "B-PER I-PER O O O")
    assert measure(unlabelled)[0].n_untranslated == 0


def test_without_a_note_the_strategy_is_unknown():
    assert measure(bitext("a", "b"))[0].strategy == "unknown"
    assert measure(bitext("a", "b", problems=["x"]))[0].strategy == "unknown"


def test_a_plain_doc_has_no_figures():
    assert measure(Doc(VOCAB, words=["a"])) == []
    assert measure(Doc(VOCAB)) == []


def test_the_note_is_about_the_last_translation():
    parts = [Doc(VOCAB, words=[word]) for word in "abc"]
    doc = make_bitext(parts, ["en", "de", "pt"], VOCAB)
    doc.user_data["concner_translation"] = {"strategy": "markers", "problems": ("extra marker",)}
    first, last = measure(doc)
    assert (first.strategy, first.notes) == ("unknown", ())
    assert (last.strategy, last.notes) == ("markers", ("extra marker",))


def test_problems_are_told_the_worst_first():
    doc = bitext(
        "one two three four five",
        "one two three four Anna",
        "O O O O B-LOC",
        "O O O O B-PER",
        strategy="alignment",
        problems=["unaligned entity", "unaligned entity"],
    )
    (quality,) = measure(doc)
    problems = find_problems(quality, {}, Thresholds())
    assert [(problem.name, problem.detail) for problem in problems] == [
        ("entities lost", "1 LOC"),
        ("entities added", "1 PER"),
        ("untranslated", "4 of 4 words"),
        ("unaligned entity", "2 times"),
    ]
    assert names(find_reasons(quality, {}, Thresholds())) == names(problems)[:3]
    assert find_reasons(quality, {}, ANY) == []
    strict = Thresholds(strategies=("markers",), reject_notes=("unaligned entity", "other"))
    assert names(find_reasons(quality, {}, strict))[-2:] == [
        "projected by alignment",
        "unaligned entity",
    ]


def test_short_texts_may_stay_as_they_are():
    (quality,) = measure(bitext("Radio Free Music", "Radio Free Music"))
    assert quality.untranslated == 1
    assert "untranslated" not in names(find_problems(quality, {}, Thresholds()))


def test_lengths_are_compared_to_what_is_usual():
    word = "information"
    docs = [bitext(" ".join([word] * 6), "情報" * 6) for _ in range(5)]
    short = bitext(" ".join([word] * 6), "情")
    qualities = [measure(doc)[0] for doc in [*docs, short]]
    usual = usual_ratios(qualities)
    assert list(usual) == [("en", "de")]
    long = bitext("Yes", "情報" * 30)
    flagged = [
        "unusual length" in names(find_reasons(quality, usual, Thresholds(max_length_factor=1.5)))
        for quality in [*qualities, measure(long)[0]]
    ]
    assert flagged == [False] * 5 + [True, True]


def test_missing_annotation_is_a_problem_but_no_reason():
    labelled = bitext("Anna", "Anna", "B-PER", "")
    (quality,) = measure(labelled)
    assert quality.entities_kept is None and not quality.lost
    assert names(find_problems(quality, {}, Thresholds())) == ["translation not annotated"]
    assert find_reasons(quality, {}, Thresholds()) == []
    required = find_reasons(quality, {}, Thresholds(require_labels=True))
    assert names(required) == ["translation not annotated"]


@given(st.text(), st.text(), NUMBER, st.floats(0, 1), st.floats(0, 1))
def test_any_pair_has_figures(source, target, factor, untranslated, kept):
    docs = [Doc(VOCAB, words=[text or "x"]) for text in (source, target)]
    for doc in docs:
        annotate(doc, ["B-PER"])
    (quality,) = measure(make_bitext(docs, ["en", "de"], VOCAB))
    assert 0 <= quality.untranslated <= 1 and quality.entities_kept == 1
    limits = Thresholds(max(1, factor), untranslated, kept)
    assert names(find_problems(quality, {}, limits)) in ([], ["unusual length"])


def test_corpus_figures():
    corpus = CorpusQuality()
    assert (corpus.length_quartiles, corpus.entities_kept) == ((0, 0, 0), None)
    assert corpus.untranslated_share == 0
    docs = [
        bitext("aaaa", "bbbb", "B-PER", "B-PER", strategy="markers", problems=[]),
        bitext("aaaa", "bb", "B-LOC", "O"),
        bitext("aaaa", "aaaa"),
    ]
    for doc in docs:
        (quality,) = measure(doc)
        corpus.add(quality, find_problems(quality, {}, Thresholds()))
    assert (corpus.pairs, corpus.annotated, corpus.entities_kept) == (3, 2, 0.5)
    assert corpus.kept_entities == {"PER": 1}
    assert corpus.length_quartiles == (0.75, 1, 1)
    assert corpus.untranslated_share == 0.5
    assert corpus.strategies == {"markers": 1, "unknown": 2}
    assert corpus.problems == {"entities lost": 1, "translation not annotated": 1}
    histogram = corpus.length_histogram()
    assert len(histogram) == 10 and sum(count for _, count in histogram) == 3
    assert ("0.5 to 0.67", 1) in histogram and ("1.0 to 1.25", 2) in histogram
