"""The component on a transformer: shared, its own, frozen, sourced and shipped."""

import math

import numpy as np
import pytest
import spacy
import torch
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import load_model_from_config
from thinc.api import Config

from spacy_concner.corpora.segments import make_bitext
from spacy_concner.errors import ConcnerError
from tests.sentences import SENTENCES, as_example, labelled_doc
from tests.tiny_pipelines import LISTENER, build_tiny_config, transformer_model

pytestmark = pytest.mark.slow


TEXT = "Anna Berg lives in Sofia ."
ENTITIES = [("Anna Berg", "PER"), ("Sofia", "LOC")]
TEXTS = [TEXT, "", " \n", "Paul Novak met Anna", "Nothing happened today ."]
OWN = {"@architectures": "spacy-transformers.Tok2VecTransformer.v3"}
NER = {
    "model": {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 16,
        "maxout_pieces": 2,
        "use_upper": False,
        "tok2vec": LISTENER,
    }
}


def entities(doc: Doc) -> list[tuple[str, str]]:
    return [(span.text, span.label_) for span in doc.ents]


def fit(nlp: Language, examples: list[Example], steps: int, annotating=()) -> list[dict]:
    """Train for some steps and give the losses of each."""
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.005
    return [
        nlp.update(examples, sgd=optimizer, losses={}, annotates=annotating) for _ in range(steps)
    ]


def shared(encoder, **settings) -> Language:
    """Make a pipeline whose component listens to a transformer."""
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("xx")
    nlp.add_pipe("transformer", config={"model": transformer_model(encoder)})
    nlp.add_pipe("concner", config=build_tiny_config(tok2vec=LISTENER, **settings))
    return nlp


@pytest.fixture(scope="module")
def shared_folder(encoder_folder, tmp_path_factory):
    """A pipeline on a shared transformer that has learned the sentences."""
    nlp = shared(encoder_folder)
    vocab = nlp.vocab
    fit(nlp, [as_example(labelled_doc(vocab, *pair)) for pair in SENTENCES], 40)
    folder = tmp_path_factory.mktemp("shared")
    nlp.to_disk(folder)
    return folder


@pytest.fixture
def nlp(shared_folder):
    return spacy.load(shared_folder)


def test_learns_through_the_listener(nlp):
    for words, tags in SENTENCES:
        doc = nlp(" ".join(words))
        assert entities(doc) == entities(labelled_doc(nlp.vocab, words, tags))
        assert len(doc.spans["concner"].attrs["scores"]) == len(doc.ents)


def test_loading_gives_the_same_predictions(nlp, tmp_path):
    nlp.to_disk(tmp_path)
    again, copy = spacy.load(tmp_path), spacy.blank("xx").from_config(nlp.config)
    copy.from_bytes(nlp.to_bytes())
    for text in TEXTS:
        doc = nlp(text)
        for other in (again, copy):
            assert entities(other(text)) == entities(doc)
            found = other(text).spans["concner"].attrs["scores"]
            np.testing.assert_array_equal(found, doc.spans["concner"].attrs["scores"])


def test_beside_stock_components_on_one_transformer(encoder_folder, sentences):
    nlp = shared(encoder_folder)
    nlp.add_pipe("ner", config=NER)
    nlp.add_pipe("sentencizer", first=True)
    ruler = nlp.add_pipe("entity_ruler", before="concner")
    losses = fit(nlp, [as_example(doc) for doc in sentences], 30)
    ruler.add_patterns([{"label": "CITY", "pattern": "Sofia"}])
    for name in ("concner", "ner", "transformer"):
        assert 0 < losses[-1][name] < losses[0][name]
    doc = nlp(TEXT)
    assert entities(doc) == [("Anna Berg", "PER"), ("Sofia", "CITY")]
    assert [(span.text, span.label_) for span in doc.spans["concner"]] == ENTITIES
    assert len(list(doc.sents)) == 1
    assert len(nlp.get_pipe("transformer").listeners) == 2
    # The stock recogniser has learned on the same transformer.
    with nlp.select_pipes(disable=["concner", "entity_ruler"]):
        assert entities(nlp(TEXT)) == ENTITIES


@pytest.mark.parametrize("order", [["transformer", "ner", "concner"], ["transformer", "concner"]])
def test_gradient_reaches_the_transformer_wherever_the_listener_stands(
    encoder_folder, sentences, order
):
    nlp = shared(encoder_folder)
    if "ner" in order:
        nlp.add_pipe("ner", config=NER, after="transformer")
    examples = [as_example(doc) for doc in sentences]
    nlp.initialize(lambda: examples)
    nlp.update(examples, sgd=False)
    module = nlp.get_pipe("transformer").model.transformer
    gradients = [p.grad for name, p in module.named_parameters() if "encoder.layer.0" in name]
    assert sum(float(g.abs().sum()) for g in gradients if g is not None) > 0
    assert nlp.pipe_names == order


@pytest.mark.parametrize("projection_width", [0, 16])
def test_bitexts_teach_the_translation_contrast(encoder_folder, bitexts, projection_width):
    losses = {
        "entity": {"@losses": "spacy-concner.EntityCrossEntropy.v1"},
        "tcl": {"@losses": "spacy-concner.TranslationContrast.v1", "weight": 1.0},
        "lcl": {"@losses": "spacy-concner.LabelContrast.v1"},
    }
    nlp = shared(encoder_folder, losses=losses, projection_width=projection_width)
    history = fit(nlp, [as_example(doc) for doc in bitexts], 25)
    values = [step["concner_tcl"] for step in history]
    assert all(math.isfinite(value) for step in history for value in step.values())
    assert values[-1] < values[0] / 2
    assert history[-1]["concner_entity"] < history[0]["concner_entity"]


def test_the_encoder_sees_segments_apart(nlp):
    one = labelled_doc(nlp.vocab, ["Anna", "Berg"], None)
    vectors = []
    for words in (["lives"], ["in", "Sofia"]):
        doc = make_bitext([one, labelled_doc(nlp.vocab, words, None)], ["en", "bg"], nlp.vocab)
        nlp.get_pipe("transformer")(doc)
        vectors.append(nlp.get_pipe("concner").predict([doc])[0][:2])
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-4)


def test_own_copy_of_a_transformer(encoder_folder, sentences, tmp_path):
    tok2vec = {
        **transformer_model(encoder_folder),
        **OWN,
        "pooling": {"@layers": "reduce_mean.v1"},
        "grad_factor": 1.0,
    }
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("xx")
    nlp.add_pipe("concner", config=build_tiny_config(tok2vec=tok2vec))
    fit(nlp, [as_example(doc) for doc in sentences], 40)
    assert entities(nlp(TEXT)) == ENTITIES
    nlp.to_disk(tmp_path)
    assert entities(spacy.load(tmp_path)(TEXT)) == ENTITIES


def test_replace_listeners(nlp, sentences, tmp_path):
    expected = nlp(TEXT).spans["concner"].attrs["scores"]
    nlp.replace_listeners("transformer", "concner", ["model.tok2vec"])
    nlp.remove_pipe("transformer")
    nlp.to_disk(tmp_path)
    for alone in (nlp, spacy.load(tmp_path)):
        doc = alone(TEXT)
        assert entities(doc) == ENTITIES
        np.testing.assert_allclose(doc.spans["concner"].attrs["scores"], expected, atol=1e-5)
    examples = [as_example(doc) for doc in sentences]
    assert math.isfinite(nlp.update(examples, sgd=nlp.create_optimizer())["concner"])


def test_sourcing_transformer_and_component(nlp, shared_folder, sentences):
    target = spacy.blank("xx", vocab=nlp.vocab)
    target.add_pipe("sentencizer")
    for name in ("transformer", "concner"):
        target.add_pipe(name, source=nlp)
    assert entities(target(TEXT)) == ENTITIES
    config = spacy.blank("xx").config
    config["nlp"]["pipeline"] = ["transformer", "concner", "ner"]
    config["components"] = {
        "transformer": {"source": str(shared_folder)},
        "concner": {"source": str(shared_folder)},
        "ner": {"factory": "ner", **NER},
    }
    built = spacy.util.load_model_from_config(config, auto_fill=True)
    examples = [as_example(doc) for doc in sentences]
    with built.select_pipes(disable=["transformer", "concner"]):
        built.initialize(lambda: examples)
    assert entities(built.get_pipe("concner")(built.get_pipe("transformer")(built.make_doc(TEXT))))
    optimizer = built.resume_training()
    losses = built.update(examples, sgd=optimizer, losses={})
    assert losses["concner"] > 0 and losses["ner"] > 0


@pytest.fixture
def one_thread():
    """Forked processes wait forever for threads of torch that only their parent has."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


def test_several_processes(nlp, one_thread):
    one = [entities(doc) for doc in nlp.pipe(TEXTS * 2)]
    two = [entities(doc) for doc in nlp.pipe(TEXTS * 2, n_process=2, batch_size=3)]
    assert one == two
    assert one[0] == ENTITIES


def test_odd_documents(nlp):
    texts = ["", " ", "\n\n\t", "😀\u200d👩", "שלום עולם", "東京都", "x" * 3000, f"{TEXT} " * 400]
    for doc, text in zip(nlp.pipe(texts, batch_size=3), texts, strict=True):
        assert doc.text == text
        assert len(doc.spans["concner"]) == len(doc.spans["concner"].attrs["scores"])
        alone = nlp(text)
        assert entities(alone) == entities(doc)
        assert np.isfinite(doc.spans["concner"].attrs["scores"]).all()
    found = [text for text, _ in entities(doc)]
    assert found.count("Anna Berg") >= 390 and found.count("Sofia") >= 390
    assert list(nlp.pipe([])) == []


def test_empty_and_white_space_docs_in_training(encoder_folder, sentences):
    nlp = shared(encoder_folder)
    odd = [Doc(nlp.vocab), Doc(nlp.vocab, words=["\n"]), Doc(nlp.vocab, words=["x" * 600] * 40)]
    examples = [as_example(doc) for doc in [*odd, *sentences]]
    losses = fit(nlp, examples, 3)
    assert all(math.isfinite(step["concner"]) for step in losses)
    assert nlp.update(examples[:1], sgd=False, losses={})["concner"] == 0


@pytest.mark.parametrize("annotating", [["transformer"], []])
def test_frozen_transformer(nlp, sentences, annotating):
    examples = [as_example(doc) for doc in sentences]
    module = nlp.get_pipe("transformer").model.transformer
    before = {name: value.clone() for name, value in module.state_dict().items()}
    head = nlp.get_pipe("concner").model.get_ref("output_layer").get_param("W").copy()
    settings = {"exclude": ["transformer"], "annotates": annotating, "sgd": nlp.create_optimizer()}
    if not annotating:
        # spaCy's own message for a frozen transformer that leaves no vectors in the docs.
        with pytest.raises(ValueError, match="E203"):
            nlp.update(examples, **settings)
        return
    for _ in range(3):
        assert nlp.update(examples, losses={}, **settings)["concner"] > 0
    after = module.state_dict()
    assert all(bool((before[name] == after[name]).all()) for name in before)
    found = nlp.get_pipe("concner").model.get_ref("output_layer").get_param("W")
    assert not np.array_equal(found, head)


@pytest.mark.parametrize("way", ["disabled", "excluded", "sourced", "assembled"])
def test_without_its_encoder_nothing_is_found_silently(shared_folder, way):
    if way == "disabled":
        nlp = spacy.load(shared_folder, disable=["transformer"])
    elif way == "excluded":
        nlp = spacy.load(shared_folder, exclude=["transformer"])
    elif way == "sourced":
        nlp = spacy.blank("xx")
        nlp.add_pipe("concner", source=spacy.load(shared_folder))
    else:
        config = {
            "nlp": {"lang": "xx", "pipeline": ["concner"]},
            "components": {"concner": {"source": str(shared_folder)}},
        }
        nlp = load_model_from_config(Config(config), auto_fill=True)
    with pytest.raises(ConcnerError, match=r"C016.*'concner'.*'transformer'.*'Anna Berg lives"):
        nlp(TEXT)
    with pytest.raises(ConcnerError, match="C016"):
        list(nlp.pipe(["", TEXT]))
    assert not nlp("").ents


def test_with_its_encoder_disabled_in_a_block(nlp):
    with nlp.select_pipes(disable=["transformer"]), pytest.raises(ConcnerError, match="C016"):
        nlp(TEXT)
    assert entities(nlp(TEXT)) == ENTITIES


def test_without_a_shared_tok2vec():
    nlp = spacy.blank("xx")
    nlp.add_pipe("tok2vec")
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "*"}
    nlp.add_pipe("concner", config=build_tiny_config(tok2vec=listener))
    fit(nlp, [as_example(labelled_doc(nlp.vocab, *pair)) for pair in SENTENCES], 2)
    nlp(TEXT)
    with (
        nlp.select_pipes(disable=["tok2vec"]),
        pytest.raises(ConcnerError, match="C016.*'tok2vec'"),
    ):
        nlp(TEXT)
