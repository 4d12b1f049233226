"""The similarity evaluator: trained by `spacy train`, kept, and taught from."""

import pickle
import random

import numpy as np
import pytest
import spacy
from spacy.cli.train import train
from spacy.tokens import Doc
from spacy.training import Example

from spacy_concner.corpora.segments import token_tag
from spacy_concner.corpora.soft_labels import set_soft_labels
from spacy_concner.errors import ConcnerError
from spacy_concner.tagging.similarity_evaluator import SimilarityEvaluator
from spacy_concner.teaching.similarity_vectors import load_evaluator, predict_vectors
from tests.sentences import SENTENCES, as_example, labelled_doc, write_corpus
from tests.tiny_pipelines import LISTENER, TINY_TOK2VEC, training_config, transformer_model

pytestmark = pytest.mark.slow


LABELS = ["B-LOC", "B-PER", "I-LOC", "I-PER", "O"]
TEXT = "Anna Berg lives in Sofia ."


def settings(width: int = 16, tok2vec=TINY_TOK2VEC, **changes) -> dict:
    model = {"@architectures": "spacy-concner.TokenVectors.v1", "width": width, "tok2vec": tok2vec}
    return {"model": model, **changes}


def toy_docs(n_docs: int, seed: int) -> list[Doc]:
    """Make sentences of new words whose endings tell the labels."""
    chance = random.Random(seed)
    vocab = spacy.blank("xx").vocab
    docs = []
    for _ in range(n_docs):
        words, tags = [], []
        for _ in range(4):
            kind = chance.choice(["PER", "LOC", "O", "O"])
            ending = {"PER": ("ova", "sky"), "LOC": ("ton", "urg"), "O": ("ing", "ely")}[kind]
            for i in range(2):
                stem = "".join(chance.choices("bcdfgklmnprst", k=4))
                words.append(stem + ending[i])
                tags.append("O" if kind == "O" else "BI"[i] + f"-{kind}")
        docs.append(labelled_doc(vocab, words, tags))
    return docs


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An evaluator of the toy, trained by `spacy train`."""
    root = tmp_path_factory.mktemp("evaluator")
    paths = [
        write_corpus(toy_docs(n_docs, seed), root / f"{seed}.spacy")
        for seed, n_docs in enumerate((80, 30))
    ]
    nlp = spacy.blank("xx")
    nlp.add_pipe("concner_evaluator", config=settings())
    config = training_config(
        nlp, *paths, max_steps=40, eval_frequency=40, score_weights={"sim_acc": 1.0}
    )
    config["training"]["optimizer"] = {"@optimizers": "Adam.v1", "learn_rate": 0.01}
    config.to_disk(root / "config.cfg")
    train(root / "config.cfg", root / "output")
    return root / "output" / "model-last"


@pytest.fixture
def nlp(folder):
    return spacy.load(folder)


def test_separates_labels_of_words_it_has_not_seen(nlp, folder):
    docs = toy_docs(40, seed=7)
    scores = nlp.evaluate([as_example(doc) for doc in docs])
    assert scores["sim_acc"] >= 0.9
    assert scores["sim_auc"] >= 0.95
    assert nlp.meta["performance"]["sim_acc"] >= 0.9


# spaCy warns of similarities that do not come from word vectors.
@pytest.mark.filterwarnings("ignore:.*W007")
def test_similarity_of_tokens_is_the_evaluators(nlp):
    doc = nlp(Doc(nlp.vocab, words=["bcdkova", "lmnpsky", "grstova", "lmngely", "bdfgton"]))
    assert doc[0].similarity(doc[2]) > 0.5 > doc[0].similarity(doc[3])
    assert doc.tensor.shape == (5, 16) and doc.tensor.dtype == np.float32


def test_student_learns_the_toy_from_perfect_teachers(nlp):
    def softly(seed: int) -> list[Example]:
        docs = toy_docs(40, seed)
        raw = [Doc(doc.vocab, words=[token.text for token in doc]) for doc in docs]
        for doc, gold, vectors in zip(raw, docs, predict_vectors(nlp, raw), strict=True):
            columns = [LABELS.index(token_tag(token)) for token in gold]
            set_soft_labels(doc, LABELS, np.eye(len(LABELS))[columns], vectors)
        return [as_example(doc) for doc in raw]

    spacy.util.fix_random_seed(0)
    student = spacy.blank("xx")
    tagger = {"@architectures": "spacy-concner.TokenTagger.v1", "tok2vec": TINY_TOK2VEC}
    loss = {"@losses": "spacy-concner.SimilarityDistillation.v1"}
    student.add_pipe("concner", config={"model": tagger, "losses": {"similarity": loss}})
    examples = softly(3)
    optimizer = student.initialize(lambda: examples)
    optimizer.learn_rate = 0.01
    for _ in range(60):
        student.update(examples, sgd=optimizer)
    held_out = toy_docs(30, seed=5)
    assert student.evaluate([as_example(doc) for doc in held_out])["ents_f"] > 0.95


def test_student_without_any_vectors(sentences):
    student = spacy.blank("xx")
    loss = {"@losses": "spacy-concner.SimilarityDistillation.v1"}
    examples = [as_example(doc) for doc in sentences]
    pipe = student.add_pipe("concner", config={"losses": {"sim": loss}})
    with pytest.raises(ConcnerError, match=r"C043.*'sim'.*'concner'.*none of the 4.*label"):
        pipe.initialize(lambda: examples)


@pytest.mark.parametrize("way", ["bytes", "disk", "pickle", "pipe bytes", "pipe disk"])
def test_round_trips(nlp, tmp_path, way):
    if way == "bytes":
        loaded = spacy.blank("xx")
        loaded.add_pipe("concner_evaluator", config=settings())
        loaded.from_bytes(nlp.to_bytes())
    elif way == "disk":
        nlp.to_disk(tmp_path)
        loaded = spacy.load(tmp_path)
    elif way == "pickle":
        loaded = pickle.loads(pickle.dumps(nlp))
    else:
        loaded = spacy.blank("xx")
        pipe = loaded.add_pipe("concner_evaluator", config=settings())
        if way == "pipe bytes":
            pipe.from_bytes(nlp.get_pipe("concner_evaluator").to_bytes())
        else:
            nlp.get_pipe("concner_evaluator").to_disk(tmp_path / "pipe")
            pipe.from_disk(tmp_path / "pipe")
    np.testing.assert_array_equal(loaded(TEXT).tensor, nlp(TEXT).tensor)
    assert loaded.get_pipe("concner_evaluator").cfg == nlp.get_pipe("concner_evaluator").cfg


def test_pipe_gives_what_call_gives(nlp):
    texts = [TEXT, "", "  ", "Paul Novak met Anna", "😀 é\u0301 שלום\u200f 東京", TEXT * 3]
    for doc, text in zip(nlp.pipe(texts, batch_size=3), texts, strict=True):
        np.testing.assert_allclose(doc.tensor, nlp(text).tensor, atol=1e-5)
        assert len(doc.tensor) == len(doc)


@pytest.mark.parametrize("width", [0, 8])
def test_on_a_shared_transformer(encoder_folder, sentences, width):
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("xx")
    nlp.add_pipe("transformer", config={"model": transformer_model(encoder_folder)})
    nlp.add_pipe("concner_evaluator", config=settings(width, LISTENER))
    empty = Example(nlp.make_doc(""), nlp.make_doc(""))
    examples = [empty, *map(as_example, sentences)]
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.005
    losses = [nlp.update(examples, sgd=optimizer)["concner_evaluator"] for _ in range(30)]
    assert losses[-1] < losses[0] - 0.1
    loaded = spacy.blank("xx").from_config(nlp.config).from_bytes(nlp.to_bytes())
    np.testing.assert_array_equal(loaded(TEXT).tensor, nlp(TEXT).tensor)
    found = predict_vectors(nlp, [nlp.make_doc(TEXT), nlp.make_doc("")])
    assert [vectors.shape for vectors in found] == [(6, width or 32), (0, width or 32)]


def test_gradient_is_that_of_finite_differences(sentences):
    nlp = spacy.blank("xx")
    pipe = nlp.add_pipe("concner_evaluator", config=settings())
    examples = [as_example(doc) for doc in sentences]
    vectors = np.random.default_rng(0).standard_normal((20, 3)).astype("f4")
    _, gradient = pipe.get_loss(examples, vectors)
    for row, column in [(0, 0), (4, 1), (19, 2)]:
        ends = []
        for step in (1e-2, -1e-2):
            moved = vectors.copy()
            moved[row, column] += step
            ends.append(pipe.get_loss(examples, moved)[0])
        assert gradient[row, column] == pytest.approx((ends[0] - ends[1]) / 2e-2, abs=1e-4)


def test_training_is_repeatable(sentences):
    def losses() -> list[float]:
        spacy.util.fix_random_seed(0)
        nlp = spacy.blank("xx")
        nlp.add_pipe("concner_evaluator", config=settings(max_pairs=10))
        examples = [as_example(doc) for doc in sentences]
        optimizer = nlp.initialize(lambda: examples)
        return [nlp.update(examples, sgd=optimizer)["concner_evaluator"] for _ in range(4)]

    assert losses() == losses()


def test_batches_without_pairs_teach_nothing(nlp, sentences):
    bare = as_example(labelled_doc(nlp.vocab, SENTENCES[0][0], None))
    empty = Example(nlp.make_doc(""), nlp.make_doc(""))
    assert nlp.update([bare, empty], sgd=False)["concner_evaluator"] == 0
    assert nlp.update([empty], sgd=False)["concner_evaluator"] == 0


def test_nothing_to_tell_apart():
    nlp = spacy.blank("xx")
    pipe = nlp.add_pipe("concner_evaluator", config=settings())
    example = as_example(labelled_doc(nlp.vocab, ["a", "b"], ["O", "O"]))
    with pytest.raises(ConcnerError, match=r"C041.*1 documents hold only O\."):
        pipe.initialize(lambda: [example])


def test_use_before_initialisation(sentences):
    nlp = spacy.blank("xx")
    nlp.add_pipe("concner_evaluator", config=settings())
    with pytest.raises(ConcnerError, match="C008"):
        nlp("Anna")
    with pytest.raises(ConcnerError, match="C008"):
        nlp.update([as_example(sentences[0])])


@pytest.mark.parametrize(
    "changes, code",
    [({"max_pairs": 1}, "C040.*max_pairs"), ({"seed": -1}, "C040.*seed"), ({"width": -1}, "C040")],
)
def test_bad_settings(changes, code):
    with pytest.raises(ConcnerError, match=code):
        spacy.blank("xx").add_pipe("concner_evaluator", config=settings(**changes))


def test_bad_level(nlp):
    with pytest.raises(ConcnerError, match="C042.*word"):
        SimilarityEvaluator(nlp.vocab, nlp.get_pipe("concner_evaluator").model, level="word")


def test_load_evaluator(folder, trained_folder, tmp_path):
    assert load_evaluator(folder).pipe_names == ["concner_evaluator"]
    with pytest.raises(ConcnerError, match="C510.*concner"):
        load_evaluator(trained_folder)
    with pytest.raises(ConcnerError, match="C515.*Evaluator"):
        load_evaluator(tmp_path)
