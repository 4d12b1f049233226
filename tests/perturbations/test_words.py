import numpy as np
import pytest

from spacy_concner.corpora.segments import get_segments, token_tag
from spacy_concner.corpora.soft_labels import get_soft_labels, set_soft_labels
from spacy_concner.perturbations.words import replace_words
from tests.sentences import as_example, make_bitexts


def test_all_but_the_words_stays():
    doc = make_bitexts()[0]
    rows = np.eye(3)[np.arange(len(doc)) % 3]
    set_soft_labels(doc, ["O", "B-LOC", "I-LOC"], rows)
    changed = replace_words(as_example(doc), [token.text.upper() for token in doc])
    assert changed.reference.text == doc.text.upper() == changed.predicted.text
    assert [token_tag(t) for t in changed.reference] == [token_tag(t) for t in doc]
    for copy in (changed.reference, changed.predicted):
        found = [(s.start, s.end, s.label_) for s in get_segments(copy)]
        assert found == [(s.start, s.end, s.label_) for s in get_segments(doc)]
    soft = get_soft_labels(changed.reference)
    assert soft is not None and soft.probabilities == pytest.approx(rows)
    assert changed.alignment.x2y.lengths.tolist() == [1] * len(doc)
