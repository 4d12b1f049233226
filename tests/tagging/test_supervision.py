import numpy as np
import pytest
import spacy
import torch
from spacy.tokens import Doc, Span
from spacy.training import Example

from spacy_concner.corpora.segments import annotate, make_bitext, text_ids
from spacy_concner.corpora.soft_labels import USER_DATA_KEY, get_soft_labels, set_soft_labels
from spacy_concner.errors import ConcnerError
from spacy_concner.tagging.gold_tags import MISSING, align_tags, tag_rows
from spacy_concner.tagging.soft_targets import aligned_soft_labels
from spacy_concner.tagging.supervision import get_supervision
from tests.sentences import as_example, labelled_doc

LABELS = ["B-LOC", "B-PER", "I-LOC", "I-PER", "O"]
COLUMNS = {label: i for i, label in enumerate(LABELS)}


@pytest.fixture(scope="module")
def vocab():
    return spacy.blank("xx").vocab


def pair(vocab, predicted: str, reference: str, tags: list[str]) -> Example:
    """Make an Example of one text whose tokens, split at "|", differ."""
    docs = []
    for text in (predicted, reference):
        words, spaces = [], []
        for word in text.split(" "):
            pieces = word.split("|")
            words += pieces
            spaces += [False] * (len(pieces) - 1) + [True]
        docs.append(Doc(vocab, words=words, spaces=spaces))
    annotate(docs[1], tags)
    return Example(*docs)


def test_tags_of_equal_tokens(vocab):
    words = ["Anna", "Berg", "and", "New", "York", "City", "Paul"]
    tags = ["B-PER", "I-PER", "O", "B-LOC", "I-LOC", "I-LOC", "B-PER"]
    assert align_tags(as_example(labelled_doc(vocab, words, tags))) == tags


def test_adjacent_entities_of_one_type_stay_apart(vocab):
    tags = ["B-PER", "B-PER", "I-PER", "B-PER"]
    assert align_tags(as_example(labelled_doc(vocab, list("abcd"), tags))) == tags


def test_missing_annotation(vocab):
    plain = as_example(labelled_doc(vocab, ["a", "b"], None))
    assert align_tags(plain) == [None, None]
    some = as_example(labelled_doc(vocab, ["a", "b", "c"], ["-", "B-PER", "O"]))
    assert align_tags(some) == [None, "B-PER", "O"]
    assert tag_rows(some, COLUMNS, "concner") == [MISSING, 1, 4]


def test_white_space_is_missing_where_its_segment_is(vocab):
    source = labelled_doc(vocab, ["Anna", "\n", "sings"], ["B-PER", "O", "O"])
    target = labelled_doc(vocab, ["Ана", "\n", "пее"], None)
    example = as_example(make_bitext([source, target], ["en", "bg"], vocab))
    assert align_tags(example) == ["B-PER", "O", "O", None, None, None]


def test_white_space_that_the_reference_lacks(vocab):
    predicted = Doc(vocab, words=["Anna", " ", "sings"], spaces=[True, False, False])
    for tags, expected in [(["B-PER", "O"], ["B-PER", "O", "O"]), (None, [None] * 3)]:
        reference = labelled_doc(vocab, ["Anna", "sings"], tags)
        assert align_tags(Example(predicted, reference)) == expected


def test_blocked_tokens_are_not_known(vocab):
    doc = labelled_doc(vocab, ["a", "b", "c"], ["B-PER", "O", "O"])
    doc.set_ents([Span(doc, 0, 1, label="PER")], blocked=[doc[1:2]], default="outside")
    assert align_tags(as_example(doc)) == ["B-PER", None, "O"]


def test_entities_of_split_and_merged_tokens(vocab):
    split = pair(vocab, "An|na Berg sings", "Anna Berg sings", ["B-PER", "I-PER", "O"])
    assert align_tags(split) == ["B-PER", "I-PER", "I-PER", "O"]
    merged = pair(vocab, "(Anna) Berg sings", "(|Anna|) Berg sings", ["O", "B-PER", "O", "O", "O"])
    assert align_tags(merged) == [None, "O", "O"]
    inside = pair(vocab, "AnnaBerg sings", "Anna|Berg sings", ["B-PER", "I-PER", "O"])
    assert align_tags(inside) == ["B-PER", "O"]


def test_unknown_gold_tag(vocab):
    example = as_example(labelled_doc(vocab, ["Mars", "{x}"], ["B-PLANET", "O"]))
    with pytest.raises(ConcnerError, match=r"C002.*B-PLANET.*'mine'.*B-LOC.*Mars"):
        tag_rows(example, COLUMNS, "mine")


def softly(vocab, labels=LABELS, n_tokens: int = 3) -> Doc:
    doc = Doc(vocab, words=[f"w{i}" for i in range(n_tokens)])
    rows = np.random.default_rng(1).dirichlet(np.ones(len(labels)), n_tokens)
    set_soft_labels(doc, labels, rows)
    return doc


def test_soft_labels_take_the_order_of_the_components_columns(vocab):
    doc = softly(vocab)
    other_order = ["O", "I-PER", "B-PER", "B-LOC", "I-LOC"]
    found = aligned_soft_labels(doc, doc, other_order, "concner")
    expected = doc.user_data[USER_DATA_KEY]["probabilities"].astype("f4")
    for column, label in enumerate(other_order):
        np.testing.assert_allclose(found[:, column], expected[:, LABELS.index(label)], atol=1e-3)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-6)
    assert aligned_soft_labels(Doc(vocab, words=["a"]), doc, LABELS, "concner") is None


@pytest.mark.parametrize("labels", [LABELS[:-2], [*LABELS[:-1], "B-ORG"], [*LABELS, "B-ORG"]])
def test_soft_labels_of_other_labels(vocab, labels):
    doc = softly(vocab, labels)
    with pytest.raises(ConcnerError, match=r"C003.*'mine'.*components\.mine\.labels"):
        aligned_soft_labels(doc, doc, LABELS, "mine")


def test_soft_labels_of_other_tokens(vocab):
    doc = softly(vocab)
    for words in (["w0", "w1"], ["w0", "w1", "other"]):
        with pytest.raises(ConcnerError, match=r"C004.*3 tokens.*Corpus\.v1"):
            aligned_soft_labels(doc, Doc(vocab, words=words), LABELS, "concner")
    doc.user_data[USER_DATA_KEY]["probabilities"] = np.ones((2, 5), dtype="f2")
    with pytest.raises(ConcnerError, match=r"C004.*2 tokens"):
        aligned_soft_labels(doc, doc, LABELS, "concner")


def test_soft_labels_that_are_no_numbers(vocab):
    doc = softly(vocab)
    doc.user_data[USER_DATA_KEY]["probabilities"][1, 2] = np.nan
    with pytest.raises(ConcnerError, match=r"C005.*'w1' are .*nan"):
        aligned_soft_labels(doc, doc, LABELS, "concner")
    with pytest.raises(ConcnerError, match="C141"):
        set_soft_labels(doc, LABELS, np.full((3, 5), np.inf))


@pytest.mark.parametrize("row", [[1.5, -0.5, 0, 0, 0], [1, 1, 1, 0, 0], [0.5, 0, 0, 0, 0]])
def test_soft_labels_that_are_no_probabilities(vocab, row):
    doc = softly(vocab)
    doc.user_data[USER_DATA_KEY]["probabilities"][1] = row
    with pytest.raises(ConcnerError, match="C005"):
        aligned_soft_labels(doc, doc, LABELS, "concner")


@pytest.mark.parametrize(
    "stored, found",
    [
        ("text", "str"),
        ({"labels": LABELS}, "'labels': list"),
        ({"labels": LABELS, "probabilities": "abc"}, "'labels': list, 'probabilities': str"),
    ],
)
def test_something_else_in_the_place_of_soft_labels(vocab, stored, found):
    doc = softly(vocab)
    doc.user_data[USER_DATA_KEY] = stored
    with pytest.raises(ConcnerError, match=rf"C145.*holds {found}, expected.*set_soft_labels"):
        aligned_soft_labels(doc, doc, LABELS, "concner")


def test_soft_labels_of_wrong_width(vocab):
    doc = softly(vocab)
    doc.user_data[USER_DATA_KEY]["probabilities"] = np.ones((3, 4), dtype="f2")
    with pytest.raises(ConcnerError, match=r"C141.*shape 3, 4 do"):
        aligned_soft_labels(doc, doc, LABELS, "concner")


def test_numbers_of_docs_segments_and_texts(vocab):
    def segment(*words):
        return labelled_doc(vocab, list(words), ["O"] * len(words))

    bitext = make_bitext([segment("a", "b"), segment("x")], ["en", "bg"], vocab)
    again = make_bitext([segment("c"), segment("x"), segment("a", "b")], ["en", "bg", "de"], vocab)
    empty, single = Doc(vocab), segment("x")
    examples = [as_example(doc) for doc in (bitext, empty, single, again)]
    found = get_supervision(examples, LABELS, "concner")
    assert found.token_docs.tolist() == [0, 0, 0, 2, 3, 3, 3, 3]
    assert found.token_segments.tolist() == [0, 0, 1, 2, 3, 4, 5, 5]
    assert found.segment_docs.tolist() == [0, 0, 2, 3, 3, 3]
    # White space after the last token of a segment tells no two texts apart.
    ab, x, c = text_ids(["a b", "x", "c"])
    assert found.segment_texts.tolist() == [ab, x, x, c, x, ab]
    assert found.tags.tolist() == [4] * 8
    assert found.labels == LABELS
    assert not found.soft_mask.any() and not found.soft_labels.any()
    assert found.tags.dtype == found.segment_texts.dtype == torch.int64


def test_soft_mask_of_a_mixed_batch(vocab):
    spaces = softly(vocab)
    spaces_doc = Doc(vocab, words=["a", "\n"])
    set_soft_labels(spaces_doc, LABELS, np.full((2, 5), 0.2))
    plain = labelled_doc(vocab, ["Anna"], ["B-PER"])
    found = get_supervision([as_example(d) for d in (plain, spaces, spaces_doc)], LABELS, "concner")
    assert found.soft_mask.tolist() == [False, True, True, True, True, False]
    assert found.tags.tolist() == [1, *[MISSING] * 5]
    np.testing.assert_allclose(found.soft_labels.sum(dim=1)[1:], 1, rtol=1e-5)
    assert found.soft_labels.dtype == torch.float32


def test_segments_that_the_reader_lost(vocab):
    one = labelled_doc(vocab, ["a"], ["O"])
    bitext = make_bitext([one, labelled_doc(vocab, ["b"], ["O"])], ["en", "bg"], vocab)
    example = Example(Doc(vocab, words=["a", "b"]), bitext)
    with pytest.raises(ConcnerError, match=r"C010.*Corpus\.v1"):
        get_supervision([example], LABELS, "concner")


def test_segments_that_do_not_tile(vocab):
    doc = labelled_doc(vocab, ["a", "b", "c"], ["O", "O", "O"])
    doc.spans["segments"] = [doc[0:1], doc[2:3]]
    with pytest.raises(ConcnerError, match="C102"):
        get_supervision([as_example(doc)], LABELS, "concner")


def with_vectors(vocab, n_tokens: int = 3, width: int = 4) -> Doc:
    doc = softly(vocab, n_tokens=n_tokens)
    rows = get_soft_labels(doc).probabilities
    set_soft_labels(doc, LABELS, rows, np.full((n_tokens, width), 3.0, dtype="f4"))
    return doc


def test_vectors_are_stored_compact_and_of_length_one(vocab):
    doc = Doc(vocab).from_bytes(with_vectors(vocab).to_bytes())
    vectors = get_soft_labels(doc).vectors
    assert vectors.dtype == np.float16
    np.testing.assert_array_equal(vectors, np.full((3, 4), 0.5))
    assert get_soft_labels(softly(vocab)).vectors is None


@pytest.mark.parametrize("vectors", [np.ones((2, 4)), np.ones(3), np.full((3, 4), np.nan)])
def test_vectors_that_do_not_fit(vocab, vectors):
    doc = softly(vocab)
    with pytest.raises(ConcnerError, match="C144"):
        set_soft_labels(doc, LABELS, get_soft_labels(doc).probabilities, vectors)
    doc.user_data[USER_DATA_KEY]["vectors"] = vectors
    with pytest.raises(ConcnerError, match=r"C045.*--evaluator"):
        get_supervision([as_example(doc)], LABELS, "concner")


def test_vectors_of_a_mixed_batch(vocab):
    plain = labelled_doc(vocab, ["Anna"], ["B-PER"])
    docs = [plain, with_vectors(vocab), softly(vocab), Doc(vocab), with_vectors(vocab, 1)]
    found = get_supervision([as_example(doc) for doc in docs], LABELS, "concner")
    assert found.vector_mask.tolist() == [False, *[True] * 3, *[False] * 3, True]
    assert found.vectors.shape == (8, 4) and found.vectors.dtype == torch.float32
    assert (found.vectors[found.vector_mask] == 0.5).all()
    assert not found.vectors[~found.vector_mask].any()
    without = get_supervision([as_example(plain)], LABELS, "concner")
    assert without.vectors.shape == (1, 0) and not without.vector_mask.any()


def test_vectors_of_two_evaluators(vocab):
    examples = [as_example(with_vectors(vocab, width=width)) for width in (4, 5)]
    with pytest.raises(ConcnerError, match="C044.*5.*4"):
        get_supervision(examples, LABELS, "concner")
