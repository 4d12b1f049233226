"""Shipped pipelines predict what the student does, and the report says how far not."""

import numpy as np
import pytest
import spacy
import srsly
from spacy.tokens import Doc

from spacy_concner.errors import ConcnerError
from spacy_concner.shipping.ship import RECORD_FILE, ship
from spacy_concner.teaching.teacher_cache import predict_probabilities
from tests.sentences import SENTENCES, as_example, labelled_doc
from tests.shipping.students import TAGGER, train
from tests.tiny_pipelines import build_tiny_config, transformer_model

pytestmark = pytest.mark.slow


TEXTS = ["Anna Berg lives in Sofia.", "", "\n ", "Paul Novak met Anna 👩", "Nothing happened."]


def read(nlp, texts=TEXTS, **settings):
    """Give entities and tags of texts."""
    return [
        ([(e.text, e.label_) for e in doc.ents], [token.tag_ for token in doc])
        for doc in nlp.pipe(texts, **settings)
    ]


@pytest.fixture(scope="module")
def shipped(student, corpus, tmp_path_factory):
    """A student in compact form, and the report."""
    folder = tmp_path_factory.mktemp("shipped") / "bg"
    return folder, ship(student, folder, ["bg", "en"], test=corpus)


def test_predicts_what_the_student_does(student, shipped):
    folder, report = shipped
    before, after = spacy.load(student), spacy.load(folder)
    assert read(after) == read(before)
    assert read(before)[0][0] == [("Anna Berg", "PER"), ("Sofia", "LOC")]
    assert after.pipe_names == ["sentencizer", "concner"]
    assert [len(list(doc.sents)) for doc in after.pipe(TEXTS)] == [
        len(list(doc.sents)) for doc in before.pipe(TEXTS)
    ]
    for pair in zip(before.pipe(TEXTS), after.pipe(TEXTS), strict=True):
        scores = [doc.spans["concner"].attrs["scores"] for doc in pair]
        np.testing.assert_allclose(*scores, atol=0.05)
    assert report.f1_before == report.f1_after == 1.0
    assert report.f1_change_low == report.f1_change_high == 0
    assert 0 < report.mean_score_difference <= report.score_difference
    assert report.changed == 0 and report.sentences == 16
    assert 0 < report.score_difference < 0.1
    assert report.words_before > 0 and report.words_after > 0
    assert 0 < report.bytes_after < report.bytes_before


def test_what_is_written(shipped):
    folder, report = shipped
    assert srsly.read_json(folder / RECORD_FILE)["pieces"] == report.pieces
    nlp = spacy.load(folder)
    assert nlp.meta["name"] == "concner_bg"
    assert nlp.batch_size >= 256
    config = nlp.config["components"]["concner"]
    assert config["losses"] == {} and config["model"]["projection_width"] == 0
    assert config["model"]["tok2vec"]["@architectures"] == "spacy-concner.CompactEncoder.v1"
    assert "transformer" not in (folder / "config.cfg").read_text().lower()


def test_loading_with_other_settings(shipped):
    settings = {"window": 16, "overlap": 4, "threads": 1, "compute_type": "float32"}
    config = {f"components.concner.model.tok2vec.{k}": v for k, v in settings.items()}
    nlp = spacy.load(shipped[0], config=config)
    assert read(nlp) == read(spacy.load(shipped[0]))
    text = " ".join("Anna Berg lives in Sofia ." for _ in range(30))
    assert len(nlp(text).ents) == 60


def test_lone_surrogates(shipped):
    nlp = spacy.load(shipped[0])
    doc = nlp("Anna Berg lives in Sofia \ud83d")
    assert doc.text == "Anna Berg lives in Sofia \ufffd"
    assert [span.text for span in doc.ents][:2] == ["Anna Berg", "Sofia"]


def test_several_processes(shipped):
    nlp = spacy.load(shipped[0])
    one = read(nlp, TEXTS * 3)
    assert read(nlp, TEXTS * 3, n_process=2, batch_size=4) == one


def test_saving_and_bytes(shipped, tmp_path):
    nlp = spacy.load(shipped[0])
    expected = read(nlp)
    nlp.to_disk(tmp_path)
    copy = spacy.blank("xx").from_config(nlp.config)
    copy.from_bytes(nlp.to_bytes())
    assert read(spacy.load(tmp_path)) == read(copy) == expected


def test_shared_with_a_stock_tagger(student_with_tagger, corpus, tmp_path):
    report = ship(student_with_tagger, tmp_path / "bg", ["bg"], test=corpus)
    before, after = spacy.load(student_with_tagger), spacy.load(tmp_path / "bg")
    assert after.pipe_names == ["sentencizer", "tok2vec", "concner", "tagger"]
    assert read(after) == read(before)
    assert report.changed == 0
    assert len(after.get_pipe("tok2vec").listeners) == 2


def test_shared_of_a_transformer_of_its_own(student, corpus, tmp_path):
    nlp = spacy.load(student)
    nlp.replace_listeners("transformer", "concner", ["model.tok2vec"])
    nlp.remove_pipe("transformer")
    nlp.to_disk(tmp_path / "own")
    report = ship(tmp_path / "own", tmp_path / "bg", ["bg"], test=corpus, shared=True)
    after = spacy.load(tmp_path / "bg")
    assert after.pipe_names == ["sentencizer", "tok2vec", "concner"]
    assert len(after.get_pipe("tok2vec").listeners) == 1
    assert report.changed == 0
    assert read(after) == read(spacy.load(tmp_path / "bg"))


def test_docs_come_in_batches_that_sort_well(shipped):
    assert spacy.load(shipped[0]).batch_size >= 256


@pytest.mark.parametrize("frozen", [True, False])
def test_a_tagger_learns_on_a_shipped_encoder(student, tmp_path, frozen):
    ship(student, tmp_path / "bg", ["bg"], shared=True)
    nlp = spacy.load(tmp_path / "bg")
    assert nlp.pipe_names == ["sentencizer", "tok2vec", "concner"]
    expected = read(nlp)
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": 32, "upstream": "tok2vec"}
    nlp.add_pipe("tagger", config={"model": {**TAGGER["model"], "tok2vec": listener}})
    docs = [labelled_doc(nlp.vocab, *pair) for pair in SENTENCES]
    for doc in docs:
        for token in doc:
            token.tag_ = str(len(token))
    examples = [as_example(doc) for doc in docs]
    with nlp.select_pipes(enable=["tok2vec", "tagger"]):
        nlp.get_pipe("tagger").initialize(lambda: examples, nlp=nlp)
        nlp._link_components()
        optimizer = nlp.resume_training()
        optimizer.learn_rate = 0.05
        settings = {"exclude": ["tok2vec"]} if frozen else {}
        for _ in range(30):
            nlp.update(examples, sgd=optimizer, annotates=["tok2vec"], **settings)
    tags = [[token.tag_ for token in nlp(" ".join(words))] for words, _ in SENTENCES]
    assert tags == [[str(len(word)) for word in words] for words, _ in SENTENCES]
    assert [entities for entities, _ in read(nlp)] == [entities for entities, _ in expected]
    nlp.to_disk(tmp_path / "more")
    assert read(spacy.load(tmp_path / "more")) == read(nlp)


def test_a_transformer_of_its_own(encoder_folder, corpus, tmp_path):
    tok2vec = {
        **transformer_model(encoder_folder),
        "@architectures": "spacy-transformers.Tok2VecTransformer.v3",
        "pooling": {"@layers": "reduce_mean.v1"},
        "grad_factor": 1.0,
    }
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("xx")
    nlp.add_pipe("concner", config=build_tiny_config(tok2vec=tok2vec))
    train(nlp).to_disk(tmp_path / "student")
    report = ship(tmp_path / "student", tmp_path / "bg", ["bg"], test=corpus)
    assert report.f1_after == 1.0 and report.changed == 0
    assert read(spacy.load(tmp_path / "bg")) == read(nlp)


def test_cut_vocabulary(student, corpus, tmp_path):
    full = ship(student, tmp_path / "bg", ["bg"], keep_from=[corpus], keep_top=30, limit=6)
    assert full.sentences == 6 and full.f1_before is None and full.f1_change is None
    cut = ship(student, tmp_path / "bg", ["bg"], keep_from=[corpus], force=True)
    assert cut.pieces[0] < full.pieces[0]
    assert cut.bytes_after < full.bytes_after
    assert read(spacy.load(tmp_path / "bg"))[0] == read(spacy.load(student))[0]


def test_teachers_can_be_shipped(student, shipped):
    teachers = [spacy.load(student), spacy.load(shipped[0])]
    docs = [Doc(teachers[0].vocab, words=words) for words, _ in SENTENCES]
    found = [predict_probabilities(teacher, docs) for teacher in teachers]
    for before, after in zip(*found, strict=True):
        np.testing.assert_allclose(before, after, atol=0.1)
        np.testing.assert_allclose(after.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("precision", ["float16", "float32"])
def test_weights_of_other_precision(student, corpus, tmp_path, precision):
    report = ship(student, tmp_path / "bg", ["bg"], test=corpus, precision=precision)
    assert report.score_difference < (1e-2 if precision == "float16" else 1e-4)


def test_nothing_to_ship(trained_folder, student, shipped, tmp_path):
    with pytest.raises(ConcnerError, match=r"C540.*components concner has"):
        ship(trained_folder, tmp_path / "bg", ["bg"])
    with pytest.raises(ConcnerError, match="C540"):
        ship(shipped[0], tmp_path / "bg", ["bg"])
    assert not (tmp_path / "bg").exists()
    with pytest.raises(ConcnerError, match="C515.*Student"):
        ship(tmp_path / "missing", tmp_path / "bg", ["bg"])
    with pytest.raises(ConcnerError, match="C545.*--lang"):
        ship(student, tmp_path / "bg", [])
    for languages in (["b-g"], ["bulgarian"], ["xyzzy"], ["bg", ""]):
        with pytest.raises(ConcnerError, match="C216"):
            ship(student, tmp_path / "bg", languages)
    with pytest.raises(ConcnerError, match="C546.*int4.*one of int8, float16, float32 for"):
        ship(student, tmp_path / "bg", ["bg"], precision="int4")


def test_output_that_would_destroy_something(student, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "note.txt").write_text("mine")
    inside_a_file = tmp_path / "full" / "note.txt" / "bg"
    refused = {
        student: "C407.*PIPELINE",
        student / "shipped": "C407",
        tmp_path / "full": "C408",
        tmp_path / "full" / "note.txt": "C129",
        inside_a_file: "C129",
    }
    for output, code in refused.items():
        with pytest.raises(ConcnerError, match=code):
            ship(student, output, ["bg"], force=True)
    assert (tmp_path / "full" / "note.txt").read_text() == "mine"


def test_only_what_was_shipped_is_replaced_and_by_force(student, shipped, corpus):
    folder, _ = shipped
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    with pytest.raises(ConcnerError, match="C128.*--force"):
        ship(student, folder, ["bg"])
    with pytest.raises(ConcnerError, match="C407.*--test"):
        ship(student, corpus, ["bg"], test=corpus, force=True)
    assert before == {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_pooling_that_is_not_the_mean(encoder_folder, tmp_path):
    from tests.tiny_pipelines import LISTENER

    nlp = spacy.blank("xx")
    nlp.add_pipe("transformer", config={"model": transformer_model(encoder_folder)})
    listener = {**LISTENER, "pooling": {"@layers": "reduce_max.v1"}}
    nlp.add_pipe("concner", config=build_tiny_config(tok2vec=listener))
    train(nlp, 1).to_disk(tmp_path / "student")
    with pytest.raises(ConcnerError, match=r"C541.*'concner'.*reduce_max"):
        ship(tmp_path / "student", tmp_path / "bg", ["bg"])
