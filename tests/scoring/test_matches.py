import numpy as np
import pytest
import spacy
from hypothesis import given
from spacy.scorer import get_ner_prf
from spacy.tokens import Doc, Span
from spacy.training import Example

from spacy_concner.corpora.segments import annotate, make_bitext
from spacy_concner.entity_scores import set_scored_spans
from spacy_concner.scoring.matches import compare, score_counts, sum_counts

from .test_scorer import PARTS, VOCAB, example, st, to_tags


def scored_example() -> Example:
    scored = example(["B-PER", "O", "B-LOC"], ["B-PER", "O", "B-ORG"])
    doc = scored.predicted
    set_scored_spans(doc, "other", list(doc.ents), [0.9, 0.4])
    return scored


@given(PARTS, PARTS, st.integers(1, 12), st.lists(st.booleans(), min_size=12, max_size=12))
def test_counts_are_spacys(predicted, gold, length, hidden):
    tags = to_tags(gold, length)
    tags = ["-" if tag == "O" and hidden[i] else tag for i, tag in enumerate(tags)]
    pair = example(to_tags(predicted, length), tags)
    ours = score_counts(sum_counts(compare(pair))).to_dict()
    theirs = get_ner_prf([pair])
    for name in "prf":
        assert ours[name] == pytest.approx(theirs[f"ents_{name}"] or 0.0)


def test_scores_and_outcomes():
    (comparison,) = compare(scored_example())
    assert [span.score for span in comparison.predicted] == pytest.approx([0.9, 0.4])
    assert [right for _, right in comparison.outcomes()] == [True, False]
    assert comparison.counts() == (1, 1, 1)
    assert [span.text for span in comparison.gold] == ["w0", "w2"]


def test_scores_of_other_components_are_not_ours():
    pair = example(["B-PER"], ["B-PER"])
    pair.predicted.spans["sc"] = list(pair.predicted.ents)
    pair.predicted.spans["sc"].attrs["scores"] = [0.5]
    (comparison,) = compare(pair)
    assert comparison.predicted[0].score is None and comparison.outcomes() == []


def test_segments_keep_their_language():
    parts = [Doc(VOCAB, words=["Anna", "sings"]), Doc(VOCAB, words=["Ana"])]
    annotate(parts[0], ["B-PER", "O"])
    annotate(parts[1], ["B-PER"])
    gold = make_bitext(parts, ["en", "bg"], VOCAB)
    predicted = Doc(VOCAB, words=["Anna", "sings", "Ana"])
    annotate(predicted, ["B-PER", "O", "B-LOC"])
    comparisons = compare(Example(predicted, gold))
    assert [c.language for c in comparisons] == ["en", "bg"]
    assert [c.counts() for c in comparisons] == [(1, 0, 0), (0, 1, 1)]


def test_language_of_a_plain_doc():
    pair = example(["O"], ["B-PER"])
    pair.reference.user_data["language"] = "de"
    assert [c.language for c in compare(pair)] == ["de"]


def test_only_some_entities_count():
    comparisons = compare(scored_example())
    assert sum_counts(comparisons, lambda span: span.text == "w2") == (0, 1, 1)
    assert sum_counts([]) == (0, 0, 0)


def test_scores_of_many_counts_at_once():
    counts = np.array([[2, 1, 1], [0, 0, 0], [1, 0, 3]])
    found = score_counts(counts)
    assert found.precision == pytest.approx([2 / 3, 0, 1])
    assert found.recall == pytest.approx([2 / 3, 0, 0.25])
    assert found.fscore == pytest.approx([2 / 3, 0, 0.4])
    one = score_counts((1, 0, 3))
    assert (one.precision, one.recall, one.fscore) == (1.0, 0.25, 0.4)


def test_predicted_spans_of_other_tokens_are_left_out():
    vocab = spacy.blank("xx").vocab
    predicted = Doc(vocab, words=["a", " ", "b"], spaces=[False, False, False])
    predicted.set_ents([Span(predicted, 1, 2, label="PER")], default="outside")
    gold = Doc(vocab, words=["a", "b"], spaces=[True, False])
    annotate(gold, ["O", "O"])
    assert sum_counts(compare(Example(predicted, gold))) == (0, 0, 0)
