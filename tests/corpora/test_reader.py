import random

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc, DocBin
from spacy.training import Example

from spacy_concner.corpora.reader import Corpus, read_docs, read_shuffled
from spacy_concner.corpora.segments import get_segments, make_bitext, token_tag
from spacy_concner.corpora.soft_labels import get_soft_labels, set_soft_labels
from spacy_concner.errors import ConcnerError
from tests.sentences import SENTENCES, TRANSLATIONS, labelled_doc, write_corpus

LABELS = ["B-LOC", "B-ORG", "B-PER", "I-LOC", "I-ORG", "I-PER", "O"]


@pytest.fixture
def nlp():
    return spacy.blank("xx")


def corpus(path, **settings):
    """Make the reader as a config does."""
    return spacy.registry.get("readers", "spacy-concner.Corpus.v1")(path, **settings)


def spaced(vocab, text: str) -> Doc:
    return Doc(vocab, words=text.split(" "), spaces=[True] * text.count(" ") + [False])


def texts(examples) -> list[str]:
    return [example.reference.text.strip() for example in examples]


def test_what_docs_carry_survives_to_the_update(nlp, tiny_config, tmp_path):
    source = labelled_doc(nlp.vocab, *SENTENCES[0])
    target = labelled_doc(nlp.vocab, TRANSLATIONS[0][0], None)
    bitext = make_bitext([source, target], ["en", "bg"], nlp.vocab)
    rows = np.random.default_rng(0).dirichlet(np.ones(len(LABELS)), len(bitext))
    set_soft_labels(bitext, LABELS, rows)
    path = write_corpus([bitext], tmp_path / "bitext.spacy")

    fresh = spacy.blank("xx")
    losses = {
        "entity": {"@losses": "spacy-concner.EntityCrossEntropy.v1"},
        "distillation": {"@losses": "spacy-concner.Distillation.v1"},
        "translation_contrast": {"@losses": "spacy-concner.TranslationContrast.v1"},
    }
    fresh.add_pipe("concner", config=tiny_config(losses=losses))
    (example,) = corpus(path)(fresh)
    for doc in (example.predicted, example.reference):
        assert [(s.start, s.end, s.label_) for s in get_segments(doc)] == [
            (0, 6, "en"),
            (6, 12, "bg"),
        ]
        assert [t.text for t in doc] == [t.text for t in bitext]
    assert [token_tag(t) for t in example.reference] == [*SENTENCES[0][1], *"------"]
    assert not example.predicted.ents
    soft = get_soft_labels(example.reference)
    assert soft.labels == LABELS
    np.testing.assert_array_equal(soft.probabilities, rows.astype("f2"))

    optimizer = fresh.initialize(lambda: corpus(path)(fresh))
    values = fresh.update([example], sgd=optimizer, losses={})
    # A single bitext has no other to be told from.
    assert values["concner_translation_contrast"] == 0
    assert values["concner_entity"] > 0 and values["concner_distillation"] > 0
    assert fresh.get_pipe("concner").labels == tuple(LABELS)


def test_known_spaces_are_tokenised_anew(nlp, tmp_path):
    doc = Doc(nlp.vocab, words=["(Anna", "Berg)"], spaces=[True, False])
    path = write_corpus([doc], tmp_path / "docs.spacy")
    (example,) = corpus(path)(nlp)
    assert [token.text for token in example.predicted] == ["(", "Anna", "Berg", ")"]


def test_unknown_spaces_keep_tokens(nlp, tmp_path):
    doc = Doc(nlp.vocab, words=["(Anna", "Berg)", "..."])
    path = write_corpus([doc], tmp_path / "docs.spacy")
    (example,) = corpus(path)(nlp)
    assert [token.text for token in example.predicted] == ["(Anna", "Berg)", "..."]


@pytest.mark.parametrize("carried", ["segments", "soft labels"])
def test_what_is_aligned_with_tokens_keeps_them(nlp, tmp_path, carried):
    doc = Doc(nlp.vocab, words=["(Anna", "Berg)"], spaces=[True, False])
    if carried == "segments":
        doc.spans["segments"] = [doc[:1], doc[1:]]
    else:
        set_soft_labels(doc, ["O"], np.ones((2, 1)))
    path = write_corpus([doc], tmp_path / "docs.spacy")
    (example,) = corpus(path)(nlp)
    assert [token.text for token in example.predicted] == ["(Anna", "Berg)"]
    assert example.predicted.text == "(Anna Berg)"


def test_limit(nlp, tmp_path):
    docs = [spaced(nlp.vocab, f"text {i}") for i in range(5)]
    path = write_corpus(docs, tmp_path / "docs.spacy")
    assert texts(corpus(path, limit=2)(nlp)) == ["text 0", "text 1"]
    assert len(list(corpus(path, limit=0)(nlp))) == 5
    assert len(list(corpus(path, limit=9)(nlp))) == 5


def test_max_length_leaves_out_and_warns(nlp, tmp_path):
    docs = [
        spaced(nlp.vocab, "a b c d"),
        spaced(nlp.vocab, "a b c"),
        spaced(nlp.vocab, "a b c d e"),
    ]
    path = write_corpus(docs, tmp_path / "docs.spacy")
    with pytest.warns(UserWarning, match=r"W101.*2 documents.*docs\.spacy.*max_length = 3"):
        assert texts(corpus(path, max_length=3)(nlp)) == ["a b c"]


def test_shuffle_keeps_the_docs_and_repeats_with_the_seed(nlp, tmp_path):
    names = [f"text {i}" for i in range(20)]
    path = write_corpus([spaced(nlp.vocab, name) for name in names], tmp_path / "docs.spacy")
    reader = corpus(path, shuffle=True)
    random.seed(3)
    first, second = texts(reader(nlp)), texts(reader(nlp))
    random.seed(3)
    assert texts(reader(nlp)) == first
    assert first != second and sorted(first) == sorted(second) == sorted(names)
    assert texts(corpus(path)(nlp)) == names


def test_shuffled_docs_keep_what_they_carry(nlp, bitexts, tmp_path):
    """Files may differ in what they store."""
    soft = spaced(nlp.vocab, "Soft Labels")
    set_soft_labels(soft, ["O"], np.ones((2, 1)))
    write_corpus([*bitexts, soft], tmp_path / "a.spacy")
    plain = [spaced(nlp.vocab, f"text {i}") for i in range(6)]
    DocBin(attrs=["LEMMA"], docs=plain).to_disk(tmp_path / "b.spacy")
    for limit in (0, len(bitexts) + 3):
        expected = [as_stored(doc) for doc in read_docs(tmp_path, nlp, limit)]
        random.seed(5)
        random.shuffle(expected)
        random.seed(5)
        assert [as_stored(doc) for doc in read_shuffled(tmp_path, nlp, limit)] == expected


def as_stored(doc):
    soft = get_soft_labels(doc)
    probabilities = None if soft is None else soft.probabilities.tolist()
    entities = [(entity.start, entity.end, entity.label_) for entity in doc.ents]
    return doc.text, [str(part) for part in get_segments(doc)], entities, probabilities


def test_augmenter_of_spacy_leaves_bitexts_alone(nlp, bitexts, tmp_path):
    plain = spaced(nlp.vocab, "Anna Berg lives here")
    soft = spaced(nlp.vocab, "Soft Labels")
    set_soft_labels(soft, ["O"], np.ones((2, 1)))
    path = write_corpus([plain, bitexts[0], soft], tmp_path / "docs.spacy")
    augmenter = spacy.registry.get("augmenters", "spacy.lower_case.v1")(level=1.0)
    found = [example.predicted.text for example in corpus(path, augmenter=augmenter)(nlp)]
    assert found[0] == "anna berg lives here"
    assert found[1].startswith("Anna Berg") and found[2] == "Soft Labels"


def test_folder_of_files_in_order_of_name(nlp, tmp_path):
    for name in ("b", "a", "sub/c"):
        write_corpus([spaced(nlp.vocab, f"text {name}")], tmp_path / f"{name}.spacy")
    (tmp_path / "notes.txt").write_text("nothing")
    (tmp_path / ".hidden.spacy").write_text("nothing")
    assert texts(corpus(tmp_path)(nlp)) == ["text a", "text b", "text sub/c"]
    assert [doc.text for doc in read_docs(tmp_path, nlp.vocab, limit=2)] == ["text a", "text b"]


def test_limit_counts_over_files(nlp, tmp_path):
    for name in "ab":
        docs = [spaced(nlp.vocab, f"{name} {i}") for i in range(2)]
        write_corpus(docs, tmp_path / f"{name}.spacy")
    assert texts(corpus(tmp_path, limit=3)(nlp)) == ["a 0", "a 1", "b 0"]


def test_empty_docs_are_passed_over(nlp, tmp_path):
    docs = [Doc(nlp.vocab), spaced(nlp.vocab, "some text"), Doc(nlp.vocab)]
    path = write_corpus(docs, tmp_path / "docs.spacy")
    assert texts(corpus(path)(nlp)) == ["some text"]
    assert [len(doc) for doc in read_docs(path, nlp)] == [0, 2, 0]


def test_files_without_user_data(nlp, tmp_path):
    DocBin(docs=[spaced(nlp.vocab, "some text")]).to_disk(tmp_path / "docs.spacy")
    assert texts(corpus(tmp_path / "docs.spacy")(nlp)) == ["some text"]


def test_reading_again_gives_the_same(nlp, bitexts, tmp_path):
    reader = Corpus(write_corpus(bitexts, tmp_path / "docs.spacy"))
    assert texts(reader(nlp)) == texts(reader(nlp)) == [doc.text.strip() for doc in bitexts]


def test_stock_pipes_learn_from_bitexts(nlp, bitexts, tmp_path):
    path = write_corpus(bitexts, tmp_path / "docs.spacy")
    nlp.add_pipe("ner")
    optimizer = nlp.initialize(lambda: corpus(path)(nlp))
    losses = nlp.update(list(corpus(path)(nlp)), sgd=optimizer, losses={})
    assert losses["ner"] > 0


@pytest.mark.parametrize("path", [None, "missing.spacy", "missing", "."])
@pytest.mark.filterwarnings("error")
def test_no_file(nlp, tmp_path, path):
    location = tmp_path / path if path else None
    with pytest.raises(ConcnerError, match=r"C142.*spacy concner convert"):
        list(corpus(location)(nlp))


@pytest.mark.parametrize("content", [b"", b"not a DocBin", b"\x00" * 100])
def test_broken_file(nlp, tmp_path, content):
    path = tmp_path / "broken.spacy"
    path.write_bytes(content)
    with pytest.raises(ConcnerError, match=r"C143.*broken\.spacy") as caught:
        list(corpus(path)(nlp))
    assert "python -m" not in str(caught.value)
    assert ".." not in str(caught.value).replace(str(path), "")


def test_truncated_file(nlp, bitexts, tmp_path):
    path = write_corpus(bitexts, tmp_path / "docs.spacy")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ConcnerError, match="C143"):
        list(corpus(path)(nlp))


def test_example_is_spacys(nlp, tmp_path):
    path = write_corpus([spaced(nlp.vocab, "some text")], tmp_path / "docs.spacy")
    (example,) = corpus(path)(nlp)
    assert isinstance(example, Example) and example.predicted.vocab is nlp.vocab
