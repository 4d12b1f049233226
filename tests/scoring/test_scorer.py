import sys
from importlib.util import find_spec

import pytest
import spacy
import srsly
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc
from spacy.training import Example

from spacy_concner.corpora.segments import annotate
from spacy_concner.entity_scores import set_scored_spans
from spacy_concner.errors import ConcnerError
from spacy_concner.scoring.matches import Comparison, EntitySpan
from spacy_concner.scoring.scorer import known_tags, make_scorer, partial_scores, score_entities
from tests.sentences import write_corpus

VOCAB = spacy.blank("xx").vocab
needs_nervaluate = pytest.mark.skipif(not find_spec("nervaluate"), reason="needs Python 3.11")
PARTS = st.lists(
    st.tuples(st.sampled_from(["O", "PER", "LOC", "ORG"]), st.integers(1, 3)), max_size=8
)


def to_tags(parts: list[tuple[str, int]], length: int) -> list[str]:
    """Make valid BIO tags of a length from entities and gaps."""
    tags = []
    for kind, size in parts:
        tags += ["O"] if kind == "O" else [f"B-{kind}", *[f"I-{kind}"] * (size - 1)]
    return [*tags, *["O"] * length][:length]


def example(predicted: list[str], gold: list[str] | None) -> Example:
    docs = [Doc(VOCAB, words=[f"w{i}" for i in range(len(predicted))]) for _ in range(2)]
    annotate(docs[0], predicted)
    if gold is not None:
        annotate(docs[1], gold)
    return Example(*docs)


@given(st.lists(st.tuples(PARTS, PARTS, st.integers(1, 12)), max_size=4))
def test_micro_average_is_spacys(docs):
    examples = [example(to_tags(a, n), to_tags(b, n)) for a, b, n in docs]
    scores = score_entities(examples)
    if scores["ents_f"] is None:
        assert scores["seqeval_micro_f"] is scores["seqeval_macro_f"] is None
    else:
        assert scores["seqeval_micro_f"] == pytest.approx(scores["ents_f"])
        per_type = [score["f"] for score in scores["ents_per_type"].values()]
        assert scores["seqeval_macro_f"] == pytest.approx(sum(per_type) / len(per_type))
        assert set(scores["seqeval_per_type"]) == set(scores["ents_per_type"])
        for label, found in scores["seqeval_per_type"].items():
            assert found == pytest.approx(scores["ents_per_type"][label])
        if find_spec("nervaluate"):
            assert scores["ents_strict_f"] == pytest.approx(scores["ents_f"])
            assert scores["ents_strict_f"] <= scores["ents_exact_f"] <= scores["ents_partial_f"]


@given(PARTS, PARTS, st.integers(1, 12), st.lists(st.booleans(), min_size=12, max_size=12))
def test_micro_average_is_spacys_with_missing_annotation(predicted, gold, length, hidden):
    tags = to_tags(gold, length)
    for i in range(length):
        if hidden[i] and tags[i] == "O":
            tags[i] = "-"
    scores = score_entities([example(to_tags(predicted, length), tags)])
    if scores["ents_f"] is None or scores["seqeval_micro_f"] is None:
        # Where every prediction is passed over, spaCy counts types without entities.
        assert not scores["ents_f"] and not scores["seqeval_micro_f"]
    else:
        assert scores["seqeval_micro_f"] == pytest.approx(scores["ents_f"])


def test_entities_whose_tokens_differ_count_as_missed():
    predicted = Doc(VOCAB, words=["New", "Yorkers", "sing"], spaces=[True, True, False])
    gold = Doc(VOCAB, words=["New", "York", "ers", "sing"], spaces=[True, False, True, False])
    annotate(predicted, ["O", "O", "O"])
    annotate(gold, ["B-LOC", "I-LOC", "O", "O"])
    scores = score_entities([Example(predicted, gold)])
    assert scores["ents_f"] == scores["seqeval_micro_f"] == 0.0
    annotate(predicted, ["B-LOC", "I-LOC", "O"])
    annotate(gold, ["B-LOC", "I-LOC", "I-LOC", "O"])
    scores = score_entities([Example(predicted, gold)])
    assert scores["ents_f"] == scores["seqeval_micro_f"] == 1.0


def test_per_type():
    gold = ["B-PER", "I-PER", "O", "B-LOC", "B-LOC"]
    found = ["B-PER", "I-PER", "B-ORG", "B-LOC", "I-LOC"]
    scores = score_entities([example(found, gold)])
    per_type = scores["ents_per_type"]
    assert set(per_type) == {"PER", "LOC", "ORG"}
    assert per_type["PER"] == {"p": 1.0, "r": 1.0, "f": 1.0}
    assert per_type["LOC"]["f"] == per_type["ORG"]["f"] == 0.0
    assert scores["ents_p"] == scores["ents_r"] == pytest.approx(1 / 3)
    assert scores["seqeval_micro_f"] == scores["seqeval_macro_f"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    "examples",
    [
        [],
        [example(["B-PER", "O"], None)],
        [example(["O", "O"], ["O", "O"])],
        [example([], [])],
        [Example(Doc(VOCAB), Doc(VOCAB))],
    ],
    ids=["no docs", "no annotation", "no entity", "empty", "empty, no annotation"],
)
def test_nothing_to_count(examples):
    scores = score_entities(examples)
    assert set(scores) == {
        *("ents_p", "ents_r", "ents_f", "ents_per_type", "ents_per_language"),
        *("seqeval_micro_f", "seqeval_macro_f", "seqeval_per_type"),
        *("ents_strict_f", "ents_exact_f", "ents_partial_f", "ents_type_f"),
        *("ents_ece", "ents_brier"),
    }
    assert set(scores.values()) == {None}


def test_docs_without_annotation_change_nothing():
    labelled = example(["B-PER", "O"], ["B-PER", "O"])
    assert score_entities([labelled, example(["B-LOC", "O"], None)]) == score_entities([labelled])


def test_prediction_over_missing_annotation_is_neither_right_nor_wrong():
    mixed = example(["B-LOC", "I-LOC", "B-PER"], ["-", "O", "B-PER"])
    assert known_tags(mixed) == (["O", "B-PER"], ["O", "B-PER"])
    scores = score_entities([mixed])
    assert scores["ents_f"] == scores["seqeval_micro_f"] == 1.0


def test_registered_and_reads_a_stream():
    scorer = spacy.registry.get("scorers", "spacy-concner.scorer.v1")()
    assert isinstance(scorer, type(make_scorer()))
    stream = (example(["B-PER"], ["B-PER"]) for _ in range(2))
    assert scorer(stream)["seqeval_micro_f"] == 1.0


@needs_nervaluate
def test_partial_matches():
    gold = ["B-PER", "I-PER", "O", "B-LOC", "O"]
    scores = score_entities([example(["B-PER", "O", "O", "B-ORG", "O"], gold)])
    assert scores["ents_strict_f"] == scores["ents_f"] == 0.0
    assert scores["ents_exact_f"] == scores["ents_type_f"] == 0.5
    assert scores["ents_partial_f"] == 0.75


GOLD = EntitySpan(2, 4, "PER", "gold")
# The scenarios I to VI of SemEval-2013 task 9.1 as nervaluate's documentation lists them, and
# what each is worth: strict, exact, partial, type.
SCENARIOS = {
    "same": ([GOLD], [GOLD], (1, 1, 1, 1)),
    "spurious": ([], [GOLD], (0, 0, 0, 0)),
    "missed": ([GOLD], [], (0, 0, 0, 0)),
    "wrong type": ([GOLD], [EntitySpan(2, 4, "ORG", "")], (0, 1, 1, 0)),
    "wrong boundary": ([GOLD], [EntitySpan(1, 4, "PER", "")], (0, 0, 0.5, 1)),
    "both wrong": ([GOLD], [EntitySpan(1, 4, "ORG", "")], (0, 0, 0.5, 0)),
    # Each gold entity is met once, by the first that meets it.
    "cut in two": (
        [GOLD],
        [EntitySpan(2, 3, "PER", ""), EntitySpan(3, 4, "PER", "")],
        (0, 0, 1 / 3, 2 / 3),
    ),
}


@needs_nervaluate
@pytest.mark.parametrize("name", SCENARIOS)
def test_published_scenarios_of_partial_matches(name):
    gold, predicted, expected = SCENARIOS[name]
    scores = partial_scores([Comparison("", tuple(gold), tuple(predicted))])
    assert list(scores.values()) == pytest.approx(expected)
    assert list(scores) == ["ents_strict_f", "ents_exact_f", "ents_partial_f", "ents_type_f"]


@needs_nervaluate
def test_partial_matches_add_up_over_sentences():
    pairs = [((GOLD,), (GOLD,)), ((GOLD,), (EntitySpan(1, 4, "PER", ""),)), ((), ())]
    scores = partial_scores([Comparison("", *pair) for pair in pairs])
    assert scores["ents_partial_f"] == 0.75 and scores["ents_strict_f"] == 0.5


@pytest.mark.parametrize("package", ["seqeval", "nervaluate"])
def test_scores_of_a_package_that_is_not_there_are_left_out(monkeypatch, package):
    complete = score_entities([example(["B-PER"], ["B-PER"])])
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setitem(sys.modules, f"{package}.metrics", None)
    with pytest.warns(UserWarning, match=f"W520.*{package}"):
        scores = score_entities([example(["B-PER"], ["B-PER"])])
    assert scores["ents_f"] == 1.0 and set(scores) == set(complete)
    assert scores["seqeval_micro_f" if package == "seqeval" else "ents_partial_f"] is None


def test_calibration_of_scored_entities():
    scored = example(["B-PER", "O", "B-LOC"], ["B-PER", "O", "O"])
    set_scored_spans(scored.predicted, "concner", list(scored.predicted.ents), [0.9, 0.4])
    scores = score_entities([scored])
    assert scores["ents_ece"] == pytest.approx((0.1 + 0.4) / 2)
    assert scores["ents_brier"] == pytest.approx((0.01 + 0.16) / 2)


def test_languages_of_a_mixed_test_set():
    german, other = example(["B-PER"], ["B-PER"]), example(["O"], ["B-PER"])
    german.reference.user_data["language"] = "de"
    other.reference.user_data["language"] = "bg"
    found = score_entities([german, other, example(["O"], ["O"])])["ents_per_language"]
    assert set(found) == {"bg", "de"}
    assert (found["de"]["f"], found["bg"]["f"]) == (1.0, 0.0)


@pytest.mark.parametrize("kind", ["corpus", "list", "list with types"])
def test_seen_and_unseen_entities(tmp_path, kind):
    if kind == "corpus":
        path = write_corpus([example(["O"], ["B-PER"]).reference], tmp_path / "train.spacy")
    else:
        path = tmp_path / "entities.txt"
        path.write_text("w0\tPER\n" if "types" in kind else "w0\n\n", encoding="utf8")
    tests = [example(["B-PER", "O", "B-LOC"], ["B-PER", "O", "B-ORG"])]
    scores = make_scorer(path)(tests)
    assert (scores["ents_seen_f"], scores["ents_unseen_f"]) == (1.0, 0.0)
    assert scores["ents_unseen_r"] == scores["ents_unseen_p"] == 0.0


def test_seen_entities_that_are_elsewhere(tmp_path):
    scorer = make_scorer(str(tmp_path / "away.spacy"))
    with pytest.warns(UserWarning, match="W511"):
        scores = scorer([example(["B-PER"], ["B-PER"])])
    assert scores["ents_f"] == 1.0 and "ents_seen_f" not in scores


def test_lines_that_are_no_entities(tmp_path):
    path = tmp_path / "entities.txt"
    path.write_text("Sofia\tLOC\nAnna\tPER\tx\n", encoding="utf8")
    with pytest.raises(ConcnerError, match=r"C516.*line 2"):
        make_scorer(path)([])


def test_scores_can_be_written():
    scored = example(["B-PER", "O"], ["B-PER", "O"])
    scored.reference.user_data["language"] = "de"
    assert srsly.json_loads(srsly.json_dumps(score_entities([scored])))["ents_f"] == 1.0
