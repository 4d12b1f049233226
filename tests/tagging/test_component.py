import pickle
import time

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.util import load_model_from_config
from thinc.api import Config

from spacy_concner.errors import ConcnerError
from tests.sentences import SENTENCES, as_example, labelled_doc
from tests.tiny_pipelines import train_tiny

TEXT = "Anna Berg lives in Sofia ."
ENTITIES = [("Anna Berg", "PER"), ("Sofia", "LOC")]


def entities(doc: Doc) -> list[tuple[str, str]]:
    return [(span.text, span.label_) for span in doc.ents]


def test_factory_needs_no_import():
    nlp = spacy.blank("xx")
    pipe = nlp.add_pipe("concner")
    assert pipe.name == "concner"
    assert pipe.is_trainable
    assert nlp.get_pipe_meta("concner").default_score_weights["ents_f"] == 1.0


def test_overfits_a_tiny_set(trained, sentences):
    for doc in sentences:
        assert entities(trained(" ".join(token.text for token in doc))) == entities(doc)
    scores = trained.evaluate([as_example(doc) for doc in sentences])
    assert scores["ents_f"] == 1.0
    assert scores["seqeval_micro_f"] == 1.0


def test_labels_are_sorted_tags(trained):
    labels = trained.get_pipe("concner").labels
    assert labels == ("B-LOC", "B-ORG", "B-PER", "I-LOC", "I-ORG", "I-PER", "O")
    assert trained.get_pipe("concner").label_data == list(labels)


def test_scores_of_entities(trained):
    doc = trained(TEXT)
    spans = doc.spans["concner"]
    scores = spans.attrs["scores"]
    assert [(span.text, span.label_) for span in spans] == ENTITIES
    assert scores.shape == (2,)
    assert (scores > 0.5).all() and (scores <= 1).all()


@pytest.mark.parametrize("way", ["bytes", "disk", "pickle", "pipe bytes", "pipe disk"])
def test_round_trips(trained, tiny_config, tmp_path, way):
    expected = trained(TEXT)
    if way == "bytes":
        loaded = spacy.blank("xx")
        loaded.add_pipe("concner", config=tiny_config())
        loaded.from_bytes(trained.to_bytes())
    elif way == "disk":
        trained.to_disk(tmp_path)
        loaded = spacy.load(tmp_path)
    elif way == "pickle":
        loaded = pickle.loads(pickle.dumps(trained))
    else:
        loaded = spacy.blank("xx")
        pipe = loaded.add_pipe("concner", config=tiny_config())
        if way == "pipe bytes":
            pipe.from_bytes(trained.get_pipe("concner").to_bytes())
        else:
            trained.get_pipe("concner").to_disk(tmp_path / "pipe")
            pipe.from_disk(tmp_path / "pipe")
    doc = loaded(TEXT)
    assert entities(doc) == entities(expected) == ENTITIES
    assert loaded.get_pipe("concner").labels == trained.get_pipe("concner").labels
    np.testing.assert_array_equal(
        doc.spans["concner"].attrs["scores"], expected.spans["concner"].attrs["scores"]
    )


def test_pipe_gives_what_call_gives(trained):
    texts = [TEXT, "", "  ", "Paul Novak met Anna", "😀 é\u0301 שלום\u200f 東京", TEXT * 3]
    for doc, text in zip(trained.pipe(texts, batch_size=3), texts, strict=True):
        assert doc.to_bytes(exclude=["user_data"]) == trained(text).to_bytes(exclude=["user_data"])


def test_several_processes(trained):
    texts = [TEXT, "Paul Novak met Anna", "", "Nothing happened today ."] * 4
    one = [entities(doc) for doc in trained.pipe(texts)]
    two = [entities(doc) for doc in trained.pipe(texts, n_process=2, batch_size=2)]
    assert one == two
    assert one[0] == ENTITIES


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n\t", "a" * 3000, "😀\u200d👩", "שלום עולם", "東京都"]
)
def test_odd_documents(trained, text):
    doc = trained(text)
    assert len(doc.spans["concner"]) == len(doc.spans["concner"].attrs["scores"])
    assert doc.text == text


def test_white_space_neither_ends_nor_splits_an_entity(trained):
    words = ["\n", "Anna", "\n\n", "Berg", " ", "lives", "in", "\t", "Sofia", "\n"]
    doc = trained(Doc(trained.vocab, words=words, spaces=[False] * len(words)))
    for span in doc.spans["concner"]:
        assert not span[0].is_space and not span[-1].is_space
    scores = [np.full((len(doc), 7), -5.0, dtype="f4")]
    labels = trained.get_pipe("concner").labels
    tags = ["I-PER", "B-PER", "O", "I-PER", "B-LOC", "O", "O", "B-ORG", "B-LOC", "I-LOC"]
    for row, tag in enumerate(tags):
        scores[0][row, labels.index(tag)] = 5.0
    trained.get_pipe("concner").set_annotations(
        [trained.make_doc(""), doc], [scores[0][:0], *scores]
    )
    found = [(span.start, span.end, span.label_) for span in doc.spans["concner"]]
    assert found == [(1, 4, "PER"), (8, 9, "LOC")]


def test_very_long_document(trained):
    doc = trained(Doc(trained.vocab, words=SENTENCES[0][0] * 2000))
    assert len(doc) == 12000
    assert len(doc.ents) >= 3000


def test_entities_of_others_are_respected(trained, tiny_config):
    doc = trained.make_doc(TEXT)
    doc.set_ents([Span(doc, 1, 3, label="CUSTOM")], blocked=[doc[4:5]])
    trained.get_pipe("concner")(doc)
    assert entities(doc) == [("Berg lives", "CUSTOM")]
    assert doc[4].ent_iob == 3 and not doc[4].ent_type
    assert [span.text for span in doc.spans["concner"]] == ["Anna Berg", "Sofia"]


def test_overwrite(tiny_config, sentences):
    nlp = train_tiny(tiny_config(overwrite=True), sentences)
    doc = nlp.make_doc(TEXT)
    doc.set_ents([Span(doc, 1, 3, label="CUSTOM")])
    assert entities(nlp.get_pipe("concner")(doc)) == ENTITIES


def test_beside_entity_ruler_and_sentencizer(trained):
    trained.add_pipe("sentencizer", first=True)
    ruler = trained.add_pipe("entity_ruler", before="concner")
    ruler.add_patterns([{"label": "CITY", "pattern": "Sofia"}])
    doc = trained(TEXT)
    assert entities(doc) == [("Anna Berg", "PER"), ("Sofia", "CITY")]
    assert len(list(doc.sents)) == 1


def test_bitext_entities_do_not_cross_segments(trained, bitexts):
    doc = bitexts[0].copy()
    doc.spans["segments"] = [Span(doc, 0, 1, label="en"), Span(doc, 1, len(doc), label="bg")]
    trained.get_pipe("concner")(doc)
    for span in doc.spans["concner"]:
        assert not span.start < 1 < span.end


def test_sourcing(trained, tmp_path):
    other = spacy.blank("xx", vocab=trained.vocab)
    other.add_pipe("concner", source=trained, name="entities")
    assert entities(other(TEXT)) == ENTITIES
    trained.to_disk(tmp_path)
    config = Config(
        {
            "nlp": {"lang": "xx", "pipeline": ["concner"]},
            "components": {"concner": {"source": str(tmp_path)}},
        }
    )
    assert entities(load_model_from_config(config, auto_fill=True)(TEXT)) == ENTITIES


def test_labels_given_at_initialisation(tiny_config, sentences):
    nlp = spacy.blank("xx")
    pipe = nlp.add_pipe("concner", config=tiny_config())
    examples = [as_example(doc) for doc in sentences]
    pipe.initialize(lambda: examples, nlp=nlp, labels=["PER", "LOC", "ORG", "MISC"])
    assert len(pipe.labels) == 9
    assert "I-MISC" in pipe.labels
    with pytest.raises(ConcnerError, match="C015"):
        pipe.initialize(lambda: examples, nlp=nlp, labels=["PER", "B-LOC"])


def test_added_labels(tiny_config, sentences):
    nlp = spacy.blank("xx")
    pipe = nlp.add_pipe("concner", config=tiny_config())
    assert pipe.add_label("EVENT") == 1
    assert pipe.add_label("EVENT") == 0
    nlp.initialize(lambda: [as_example(doc) for doc in sentences])
    assert "B-EVENT" in pipe.labels and "B-PER" in pipe.labels
    with pytest.raises(ConcnerError, match="C006"):
        pipe.add_label("LATE")
    with pytest.raises(ValueError, match="E187"):
        pipe.add_label(3)


def test_initialising_again(trained, sentences):
    examples = [as_example(doc) for doc in sentences]
    trained.initialize(lambda: examples)
    assert entities(trained(TEXT)) != ENTITIES
    labels = trained.get_pipe("concner").labels
    with pytest.raises(ConcnerError, match="C009"):
        trained.get_pipe("concner").initialize(lambda: examples, labels=["OTHER"])
    assert trained.get_pipe("concner").labels == labels


def test_no_label_to_learn(tiny_config):
    nlp = spacy.blank("xx")
    nlp.add_pipe("concner", config=tiny_config())
    with pytest.raises(ConcnerError, match="C007"):
        nlp.initialize(lambda: [Example.from_dict(nlp.make_doc("a b"), {"entities": []})])


@pytest.mark.parametrize("labels", [[], ["PER"]])
def test_use_before_initialisation(sentences, labels):
    nlp = spacy.blank("xx")
    pipe = nlp.add_pipe("concner")
    for label in labels:
        pipe.add_label(label)
    with pytest.raises(ConcnerError, match="C008"):
        nlp("Anna")
    with pytest.raises(ConcnerError, match="C008"):
        nlp.update([as_example(sentences[0])])


@pytest.mark.parametrize("loss", [3, "entity", {"@losses": "CategoricalCrossentropy.v3"}])
def test_loss_that_is_none_of_ours(tiny_config, loss):
    with pytest.raises(ConcnerError, match=r"C011.*'mine'.*concner\.losses\.mine"):
        spacy.blank("xx").add_pipe("concner", config=tiny_config(losses={"mine": loss}))


def test_predictions_do_not_take_the_place_of_segments(tiny_config):
    with pytest.raises(ConcnerError, match=r"C012.*'segments'"):
        spacy.blank("xx").add_pipe("concner", config=tiny_config(spans_key="segments"))


def test_unknown_label_in_training(trained):
    words, tags = SENTENCES[2]
    doc = labelled_doc(trained.vocab, words, ["B-ALIEN", *tags[1:]])
    with pytest.raises(ConcnerError, match="C002.*B-ALIEN"):
        trained.update([as_example(doc)], sgd=False)


def test_update_without_tokens(trained):
    losses = trained.update([Example(trained.make_doc(""), trained.make_doc(""))], losses={})
    assert losses == {"concner": 0.0, "concner_entity": 0.0}


def test_learns_from_misaligned_tokens(tiny_config):
    nlp = spacy.blank("xx")
    nlp.add_pipe("concner", config=tiny_config())
    predicted = Doc(
        nlp.vocab, words=["Anna", "Ber", "g", "lives"], spaces=[True, False, True, False]
    )
    reference = Doc(nlp.vocab, words=["Anna", "Berg", "lives"], spaces=[True, True, False])
    reference.ents = [Span(reference, 0, 2, label="PER")]
    example = Example(predicted, reference)
    optimizer = nlp.initialize(lambda: [example])
    for _ in range(40):
        losses = nlp.update([example], sgd=optimizer, losses={})
    assert losses["concner"] < 0.5
    assert [span.end for span in nlp.get_pipe("concner")(predicted).ents] == [3]


@pytest.mark.parametrize("score", ["spans_f", "ents_f"])
def test_scorer_without_annotation(trained, score):
    example = Example(trained(TEXT), trained.make_doc(TEXT))
    scores = trained.get_pipe("concner").score([example])
    assert scores.get(score) is None


@pytest.mark.slow
@pytest.mark.parametrize("names", [("B-CELL", "CELL"), ("O", "I-O"), ("a / b", "T" * 200)])
def test_types_of_any_name(tiny_config, tmp_path, names):
    types = dict(zip(("PER", "LOC"), names, strict=True)) | {"ORG": "I-95", "": ""}
    vocab = spacy.blank("xx").vocab
    docs = []
    for words, tags in SENTENCES:
        doc = labelled_doc(vocab, words, tags)
        doc.set_ents([Span(doc, e.start, e.end, label=types[e.label_]) for e in doc.ents])
        docs.append(doc)
    contrast = {"@losses": "spacy-concner.LabelContrast.v1", "level": "type"}
    entity = {"@losses": "spacy-concner.EntityCrossEntropy.v1"}
    nlp = train_tiny(tiny_config(losses={"entity": entity, "contrast": contrast}), docs)
    nlp.to_disk(tmp_path)
    loaded = spacy.load(tmp_path)
    doc = loaded(TEXT)
    assert entities(doc) == [("Anna Berg", names[0]), ("Sofia", names[1])]
    assert all(ent._.concner_score > 0.5 for ent in doc.ents)
    scores = loaded.evaluate([as_example(doc) for doc in docs])
    assert scores["ents_f"] == 1.0 and set(scores["ents_per_type"]) == {*names, "I-95"}
    again = spacy.blank("xx")
    pipe = again.add_pipe("concner", config=tiny_config())
    examples = [as_example(doc) for doc in docs]
    pipe.initialize(lambda: examples, nlp=again, labels=loaded.get_pipe("concner").label_data)
    assert pipe.labels == loaded.get_pipe("concner").labels


def test_three_hundred_types(tiny_config):
    vocab = spacy.blank("xx").vocab
    docs = [labelled_doc(vocab, ["word", f"name{i}"], ["O", f"B-T{i}"]) for i in range(300)]
    nlp = train_tiny(tiny_config(), docs, steps=1)
    assert len(nlp.get_pipe("concner").labels) == 601
    begun = time.process_time()
    list(nlp.pipe(" ".join(["word"] * 50) for _ in range(100)))
    assert time.process_time() - begun < 20
