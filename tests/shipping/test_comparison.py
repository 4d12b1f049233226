"""Two runs of a pipeline beside each other."""

import io

import numpy as np
import pytest
import spacy

from spacy_concner.scoring.gain import Estimate
from spacy_concner.shipping.comparison import change_of_f1, compare, describe_change, run
from tests.sentences import labelled_doc

VOCAB = spacy.blank("xx").vocab
WORDS = ["Anna", "lives", "in", "Sofia"]
PERSON, PLACE, WRONG = ("Anna", "PER"), ("Sofia", "LOC"), ("lives", "PER")


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def gold():
    return [labelled_doc(VOCAB, WORDS, ["B-PER", "O", "O", "B-LOC"]) for _ in range(20)]


def ruler(*patterns):
    nlp = spacy.blank("xx")
    found = [{"label": label, "pattern": text} for text, label in patterns]
    nlp.add_pipe("entity_ruler").add_patterns(found)
    return nlp


def test_the_change_of_f1_has_an_interval_over_the_same_sentences(gold):
    both, person, wrong = (
        run(ruler(*found), gold) for found in ([PERSON, PLACE], [PERSON], [WRONG])
    )
    same, worse = compare(both, both), compare(both, person)
    assert (same.docs, worse.docs) == (0, 20)
    assert same.f1 == Estimate(0.0, 0.0, 0.0) and same.f1.is_chance
    # Every sentence loses one of its two entities, whichever sentences are drawn.
    np.testing.assert_allclose([worse.f1.value, worse.f1.low, worse.f1.high], -1 / 3)
    assert not worse.f1.is_chance and not compare(wrong, both).f1.is_chance
    assert compare(*(run(ruler(), gold, score=False) for _ in "ab")).f1 is None


def test_one_sentence_of_twenty_is_chance(gold):
    gold[0] = labelled_doc(VOCAB, ["Sofia", *WORDS[:3]], ["B-LOC", "B-PER", "O", "O"])
    after = ruler(PERSON, ("in Sofia", "LOC"))
    before = ruler(PERSON, ("in Sofia", "LOC"), ("Sofia Anna", "LOC"))
    change = compare(run(before, gold), run(after, gold))
    assert change.docs == 1 and change.f1.value != 0 and change.f1.is_chance


@pytest.mark.parametrize(
    "figures, told",
    [
        ((0.8, 0.8, 0.0, 0.0), "F1 is the same."),
        (
            (0.806, 0.844, -0.012, 0.081),
            "F1 changes by +3.8 points (95% interval -1.2 to +8.1), which is within what chance "
            "explains on 52 sentences.",
        ),
        (
            (0.9, 0.8, -0.15, -0.05),
            "F1 changes by -10.0 points (95% interval -15.0 to -5.0), which is worse than chance "
            "explains on 52 sentences.",
        ),
        (
            (0.5, 0.6, 0.01, 0.2),
            "F1 changes by +10.0 points (95% interval +1.0 to +20.0), which is better than chance "
            "explains on 52 sentences.",
        ),
    ],
)
def test_one_sentence_tells_whether_chance_explains_it(figures, told):
    assert describe_change(change_of_f1(*figures), 52) == told
    assert change_of_f1(*figures[:3], None) is None


def test_progress_is_shown_on_a_terminal_alone(gold, monkeypatch):
    for stream, progress, shown in (
        (Terminal(), True, True),
        (Terminal(), False, False),
        (io.StringIO(), True, False),
    ):
        monkeypatch.setattr("sys.stderr", stream)
        run(ruler(PERSON), gold, progress=progress)
        assert ("0/20" in stream.getvalue()) == shown
        assert shown or stream.getvalue() == ""
