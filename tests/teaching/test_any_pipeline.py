"""Pipelines without `concner` teach by the entities that they set."""

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab
from typer.testing import CliRunner

from spacy_concner.cli import concner_cli
from spacy_concner.corpora.reader import read_docs
from spacy_concner.corpora.soft_labels import get_soft_labels
from spacy_concner.errors import ConcnerError
from spacy_concner.tagging.supervision import get_supervision
from spacy_concner.teaching.entity_opinions import (
    UNSCORED,
    entity_tags,
    find_entities,
    find_entity_types,
    soften,
)
from spacy_concner.teaching.label import label
from spacy_concner.teaching.teacher_cache import predict_probabilities
from spacy_concner.teaching.teachers import load_teacher, load_teachers
from spacy_concner.teaching.voting import DEFAULT_CONFIDENCE, Voting
from tests.sentences import SENTENCES, as_example, labelled_doc, write_corpus

pytestmark = pytest.mark.slow

WORDS = [words for words, _ in SENTENCES]
TYPES = ["LOC", "ORG", "PER"]
TAGS = entity_tags(TYPES)


@Language.component("without_labels")
def without_labels(doc):
    """Calls Anna a person, scores her, and says nothing of the other tokens."""
    if not Span.has_extension("score"):
        Span.set_extension("score", default=0)
    for token in doc:
        if token.text == "Anna":
            span = Span(doc, token.i, token.i + 1, label="PER")
            span._.score = 0.6
            doc.set_ents([span], default="unmodified")
    return doc


@Language.factory("topics", assigns=["doc.cats"])
class Topics:
    """A component with labels that are no types of entities."""

    labels = ("SPORT",)

    def __init__(self, nlp, name):
        pass

    def __call__(self, doc):
        return doc


@pytest.fixture(autouse=True)
def no_extension():
    """Take away what a component has registered."""
    yield
    if Span.has_extension("score"):
        Span.remove_extension("score")


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    """A list of places and organisations; Sofia is a place, Anna none."""
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns(
        [
            {"label": "LOC", "pattern": "Sofia"},
            {"label": "ORG", "pattern": [{"LOWER": "red"}, {"LOWER": "cross"}]},
        ]
    )
    folder = tmp_path_factory.mktemp("rules") / "rules"
    nlp.to_disk(folder)
    return folder


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    """spaCy's own `ner`, which knows the sentences by heart."""
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("en")
    nlp.add_pipe("ner")
    examples = [as_example(labelled_doc(nlp.vocab, *pair)) for pair in SENTENCES]
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(60):
        nlp.update(examples, sgd=optimizer)
    folder = tmp_path_factory.mktemp("stock") / "stock"
    nlp.to_disk(folder)
    return folder


@pytest.fixture
def raw(tmp_path):
    vocab = spacy.blank("xx").vocab
    docs = [labelled_doc(vocab, words, None) for words in WORDS]
    return write_corpus([*docs, Doc(vocab)], tmp_path / "raw.spacy")


def soft(raw, output, teachers, **voting):
    """Label, and give the probabilities by the words of each Doc that is kept."""
    result = label(raw, output, teachers, voting=Voting(**voting), progress=False)
    docs = list(read_docs(output, Vocab()))
    rows = {doc.text: get_soft_labels(doc).probabilities.astype("f4") for doc in docs}
    labels = get_soft_labels(docs[0]).labels
    return (
        result,
        labels,
        [rows.get(" ".join(words) + " ", rows.get(" ".join(words))) for words in WORDS],
    )


def test_tags_become_probabilities():
    found = np.zeros((4, 5), dtype="f4")
    # O, an entity with a score, one without, and nothing.
    found[0, 4], found[1, 0], found[2, 1] = 1, 0.7, UNSCORED
    knows = np.array([True, True, False, False, True])
    rows = soften(found, knows, 4, 0.8)
    expected = [[0.1, 0.1, 0, 0, 0.8], [0.7, 0, 0, 0, 0.3], [0, 0.8, 0, 0, 0.2], [0] * 5]
    np.testing.assert_allclose(rows, expected, atol=1e-6)


def test_a_stock_recogniser_teaches(raw, stock, tmp_path):
    result, labels, found = soft(raw, tmp_path / "soft", [f"stock={stock}"])
    assert result.docs == 5 and labels == TAGS
    for (_, tags), rows in zip(SENTENCES, found, strict=True):
        assert [labels[i] for i in rows.argmax(axis=1)] == tags
        np.testing.assert_allclose(rows.max(axis=1), DEFAULT_CONFIDENCE, atol=1e-3)
        np.testing.assert_allclose(rows.sum(axis=1), 1, atol=2e-3)
    _, _, surer = soft(raw, tmp_path / "surer", [f"stock={stock}"], confidence={"stock": 1.0})
    assert all(set(rows.ravel()) == {0, 1} for rows in surer)


def test_a_list_that_is_partial_votes_where_it_finds_something(
    raw, rules, trained_folder, tmp_path
):
    teachers = [f"en={trained_folder}", f"rules={rules}"]
    _, labels, found = soft(
        raw, tmp_path / "soft", teachers, partial=["rules"], confidence={"rules": 0.8}
    )
    nlp = load_teacher(trained_folder)
    docs = [Doc(nlp.vocab, words=words) for words in WORDS]
    alone = predict_probabilities(nlp, docs)
    columns = [nlp.get_pipe("concner").labels.index(name) for name in labels]
    place, outside = labels.index("B-LOC"), labels.index("O")
    for words, rows, theirs in zip(WORDS, found, alone, strict=True):
        expected = theirs[:, columns]
        for i, word in enumerate(words):
            if word == "Sofia":
                expected[i, place] = (expected[i, place] + 0.8) / 2
            for part in ("B-ORG", "I-ORG") if word in ("Red", "Cross") else ():
                voted = 0.8 if part[0] == ("B" if word == "Red" else "I") else 0
                column = labels.index(part)
                expected[i, column] = (expected[i, column] + voted) / 2
            others = [k for k in range(len(labels)) if k != outside]
            expected[i, outside] = 1 - expected[i, others].sum()
        np.testing.assert_allclose(rows, expected, atol=2e-3)


def test_tokens_of_which_no_one_says_anything_carry_no_loss(raw, rules, tmp_path):
    result, labels, found = soft(raw, tmp_path / "soft", [f"r={rules}"], partial=["r"])
    assert labels == ["B-LOC", "B-ORG", "I-LOC", "I-ORG", "O"]
    # Two of the sentences have nothing of the list, and are left out; the empty Doc stays.
    assert (result.unsure_docs, result.tokens, result.unsure_tokens) == (2, 12, 9)
    assert [rows is None for rows in found] == [False, False, True, True]
    assert found[0].any(axis=1).tolist() == [word == "Sofia" for word in WORDS[0]]
    docs = list(read_docs(tmp_path / "soft", Vocab()))
    supervision = get_supervision([as_example(doc) for doc in docs], labels, "concner")
    assert int(supervision.soft_mask.sum()) == 3
    again = label(
        raw, tmp_path / "soft", [f"r={rules}"], voting=Voting(partial=["r"]), progress=False
    )
    assert again.resumed == 5


def test_a_list_that_is_not_partial_votes_for_nothing(raw, rules, tmp_path):
    _, labels, found = soft(raw, tmp_path / "soft", [f"r={rules}"])
    rows = found[3]
    np.testing.assert_allclose(rows[:, labels.index("O")], DEFAULT_CONFIDENCE, atol=1e-3)
    np.testing.assert_allclose(rows[:, :4], (1 - DEFAULT_CONFIDENCE) / 4, atol=1e-3)


def test_a_partial_recogniser_is_silent_where_it_finds_nothing(raw, trained_folder, tmp_path):
    _, labels, found = soft(raw, tmp_path / "soft", [f"en={trained_folder}"], partial=["en"])
    for (_, tags), rows in zip(SENTENCES, found, strict=True):
        expected = None if set(tags) == {"O"} else [tag != "O" for tag in tags]
        assert (None if rows is None else rows.any(axis=1).tolist()) == expected


def test_nothing_found_at_all(tmp_path, rules):
    vocab = spacy.blank("xx").vocab
    raw = write_corpus([labelled_doc(vocab, WORDS[2], None)], tmp_path / "raw.spacy")
    with pytest.raises(ConcnerError, match="C423.*--partial"):
        soft(raw, tmp_path / "soft", [f"r={rules}"], partial=["r"])


def test_own_scores_come_first(raw, tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("without_labels")
    docs = [Doc(nlp.vocab, words=words) for words in WORDS]
    rows = find_entities(nlp, TAGS, docs)
    person = TAGS.index("B-PER")
    assert rows[0][0, person] == pytest.approx(0.6) and rows[0].any(axis=1).sum() == 1
    assert not rows[1].any()


@pytest.mark.parametrize(
    "score, kept",
    [
        (0, UNSCORED),
        (None, UNSCORED),
        (7.5, UNSCORED),
        (float("nan"), UNSCORED),
        ("high", UNSCORED),
        (1, 1),
    ],
)
def test_what_is_no_probability_is_no_score(score, kept):
    Span.set_extension("score", default=score)
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "LOC", "pattern": "Sofia"}])
    rows = find_entities(nlp, TAGS, [Doc(nlp.vocab, words=WORDS[0])])
    assert rows[0][4, TAGS.index("B-LOC")] == kept


def test_scores_of_groups_of_spans():
    nlp = spacy.blank("en")

    @Language.component("grouping")
    def grouping(doc):
        spans = [Span(doc, 0, 2, label="PER"), Span(doc, 4, 5, label="ORG")]
        doc.spans["sc"] = spans
        doc.spans["sc"].attrs["scores"] = np.array([0.7, 0.5])
        doc.ents = [spans[0], Span(doc, 4, 5, label="LOC")]
        return doc

    nlp.add_pipe("grouping")
    (rows,) = find_entities(nlp, TAGS, [Doc(nlp.vocab, words=WORDS[0])])
    assert rows[:2, [TAGS.index("B-PER"), TAGS.index("I-PER")]].diagonal() == pytest.approx(0.7)
    # That score is of another type.
    assert rows[4, TAGS.index("B-LOC")] == UNSCORED


def test_types_are_those_of_components_that_set_entities(stock, rules):
    nlp = spacy.load(stock)
    assert find_entity_types(nlp) == TYPES
    nlp.add_pipe("topics")
    nlp.add_pipe("span_ruler", config={"annotate_ents": True}).add_patterns(
        [{"label": "DATE", "pattern": "today"}]
    )
    assert find_entity_types(nlp) == ["DATE", *TYPES]
    assert find_entity_types(spacy.load(rules)) == ["LOC", "ORG"]


def test_a_component_that_names_no_types_takes_those_of_the_map(raw, tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("without_labels")
    nlp.to_disk(tmp_path / "plain")
    teachers = [f"x={tmp_path / 'plain'}"]
    with pytest.raises(ConcnerError, match=r"C431.*without_labels.*--map-labels"):
        load_teachers(teachers)
    label(raw, tmp_path / "soft", teachers, map_labels={"x": {"PER": "HUMAN"}}, progress=False)
    doc = next(iter(read_docs(tmp_path / "soft", Vocab())))
    found = get_soft_labels(doc)
    assert found.labels == ["B-HUMAN", "I-HUMAN", "O"]
    np.testing.assert_allclose(found.probabilities[0], [0.6, 0, 0.4], atol=1e-3)
    with pytest.raises(ConcnerError, match="C432.*'PER'.*it knows are LOC;"):
        label(raw, tmp_path / "two", teachers, map_labels={"x": {"LOC": "LOC"}}, progress=False)


def test_maps_hold_for_them_as_for_others(raw, rules, tmp_path):
    mapping = {"r": {"ORG": None, "LOC": "GPE"}}
    voting = Voting(partial=["r"])
    label(raw, tmp_path / "soft", [f"r={rules}"], voting=voting, map_labels=mapping, progress=False)
    docs = [doc for doc in read_docs(tmp_path / "soft", Vocab()) if len(doc)]
    # The Red Cross is nothing found.
    assert [doc[4].text for doc in docs] == ["Sofia"]
    assert get_soft_labels(docs[0]).labels == ["B-GPE", "I-GPE", "O"]


def test_labels_that_differ_are_joined_when_asked(raw, rules, trained_folder, stock, tmp_path):
    teachers = [f"r={rules}", f"stock={stock}"]
    with pytest.raises(ConcnerError, match="C403.*--join-labels"):
        load_teachers(teachers)
    # One that is partial may know fewer, but no others.
    assert load_teachers(teachers, voting=Voting(partial=["r"]))[0].labels == TAGS
    with pytest.raises(ConcnerError, match="C403"):
        load_teachers(teachers, {"r": {"LOC": "GPE"}}, Voting(partial=["r"]))
    joined = load_teachers(teachers, {"r": {"LOC": "GPE"}}, Voting(join_labels=True))
    assert [teacher.labels for teacher in joined] == [entity_tags(["GPE", *TYPES])] * 2
    assert [int(teacher.knows.sum()) for teacher in joined] == [5, 7]


def test_one_that_knows_less_is_not_against_the_others(raw, trained_folder, stock, tmp_path):
    # The stock recogniser is to know people alone; it has no say on places.
    teachers = [f"en={trained_folder}", f"stock={stock}"]
    mapping = {"stock": {"LOC": None, "ORG": None}}
    voting = Voting({"stock": 1.0}, join_labels=True)
    label(raw, tmp_path / "soft", teachers, voting=voting, map_labels=mapping, progress=False)
    label(raw, tmp_path / "one", teachers[:1], progress=False)
    nlp = spacy.blank("xx")
    pairs = zip(read_docs(tmp_path / "soft", nlp), read_docs(tmp_path / "one", nlp), strict=True)
    for both, one in pairs:
        found, before = get_soft_labels(both), get_soft_labels(one)
        for name in ("B-LOC", "B-ORG", "I-ORG"):
            np.testing.assert_allclose(
                found.probabilities[:, found.labels.index(name)],
                before.probabilities[:, before.labels.index(name)],
                atol=1e-3,
            )


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"partial": ["list"]}, r"C429.*--partial names list,.*called r\."),
        ({"confidence": {"list": 0.9}}, r"C429.*--confidence names list,"),
        ({"confidence": {"r": 0}}, "C430.*'r' is 0"),
        ({"confidence": {"r": 1.5}}, "C430"),
        ({"confidence": {"r": float("nan")}}, "C430"),
    ],
)
def test_what_is_said_of_votes_must_fit(rules, changes, code):
    with pytest.raises(ConcnerError, match=code):
        load_teachers([f"r={rules}"], voting=Voting(**changes))


@pytest.mark.parametrize("changes", [{"partial": ["r"]}, {"confidence": {"r": 0.7}}])
def test_other_votes_are_other_labels_and_no_further_reading(
    raw, rules, tmp_path, monkeypatch, changes
):
    soft(raw, tmp_path / "soft", [f"r={rules}"])
    with pytest.raises(ConcnerError, match="C405.*voting"):
        soft(raw, tmp_path / "soft", [f"r={rules}"], **changes)
    monkeypatch.setattr("spacy_concner.teaching.teacher_cache.find_entities", None)
    settings = {"voting": Voting(**changes), "progress": False, "force": True}
    assert label(raw, tmp_path / "soft", [f"r={rules}"], **settings).resumed == 0


def test_command_line(raw, rules, trained_folder, tmp_path):
    words = ["label", str(raw), str(tmp_path / "soft"), "--teacher", f"en={trained_folder}"]
    words += ["--teacher", f"rules={rules}", "--partial", "rules", "--confidence", "rules=0.8"]
    result = CliRunner().invoke(concner_cli, words)
    assert result.exit_code == 0, result.output
    voting = Voting({"rules": 0.8}, ["rules"])
    teachers = [f"en={trained_folder}", f"rules={rules}"]
    label(raw, tmp_path / "expected", teachers, voting=voting, progress=False)
    nlp = spacy.blank("xx")
    for one, other in zip(
        read_docs(tmp_path / "soft", nlp), read_docs(tmp_path / "expected", nlp), strict=True
    ):
        assert (get_soft_labels(one).probabilities == get_soft_labels(other).probabilities).all()
    for value in ("rules", "=0.5", "rules=high"):
        bad = CliRunner().invoke(concner_cli, [*words[:-1], value])
        assert bad.exit_code == 1 and "C434" in bad.output
