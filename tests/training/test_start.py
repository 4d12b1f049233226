import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.training.initialize import init_nlp
from spacy.training.loop import train as train_loop

from spacy_concner.errors import ConcnerError
from spacy_concner.training.start import copy_weights, freeze
from tests.sentences import as_example, labelled_doc, write_corpus
from tests.tiny_pipelines import (
    LISTENER,
    TINY_TOK2VEC,
    build_tiny_config,
    make_bert,
    train_tiny,
    training_config,
    transformer_model,
)

pytestmark = pytest.mark.slow


def callback(**settings):
    """Make the callback as a config does."""
    return spacy.registry.get("callbacks", "spacy-concner.start_training.v1")(**settings)


def make_nlp(sentences, encoder=None, seed: int = 0, **settings) -> Language:
    """Make an initialised pipeline, with a transformer if there is an encoder."""
    spacy.util.fix_random_seed(seed)
    nlp = spacy.blank("xx")
    if encoder is not None:
        model = transformer_model(encoder, **settings.pop("transformer", {}))
        nlp.add_pipe("transformer", config={"model": model})
        settings["tok2vec"] = LISTENER
    nlp.add_pipe("concner", config=build_tiny_config(**settings))
    nlp.initialize(lambda: [as_example(doc) for doc in sentences])
    return nlp


def weights(nlp: Language, name: str) -> dict[str, np.ndarray]:
    """Copy all weights of a component."""
    found = {}
    for i, node in enumerate(nlp.get_pipe(name).model.walk()):
        for key in node.param_names:
            if node.has_param(key):
                found[f"{i} {node.name} {key}"] = node.get_param(key).copy()
        for shim in node.shims:
            for key, value in shim._model.state_dict().items():
                found[key] = value.detach().numpy().copy()
    return found


def changed(before: dict, after: dict) -> set[str]:
    assert before.keys() == after.keys()
    return {key for key in before if not np.array_equal(before[key], after[key])}


def update(nlp: Language, sentences, steps: int = 2) -> None:
    examples = [as_example(doc) for doc in sentences]
    optimizer = nlp.create_optimizer()
    optimizer.L2 = 0.01
    for _ in range(steps):
        nlp.update(examples, sgd=optimizer)


def test_start_from_a_trained_pipeline(trained_folder, sentences):
    nlp = make_nlp(sentences, seed=1)
    source = spacy.load(trained_folder)
    assert changed(weights(nlp, "concner"), weights(source, "concner"))
    assert callback(start_from=trained_folder)(nlp) is nlp
    assert not changed(weights(nlp, "concner"), weights(source, "concner"))
    text = "Anna Berg lives in Sofia ."
    assert (
        [e.text for e in nlp(text).ents]
        == [e.text for e in source(text).ents]
        == [
            "Anna Berg",
            "Sofia",
        ]
    )
    update(nlp, sentences)
    assert changed(weights(nlp, "concner"), weights(source, "concner"))


def test_start_from_copies_the_transformer(encoder_folder, sentences, tmp_path):
    teacher = make_nlp(sentences, encoder_folder, seed=1)
    update(teacher, sentences)
    teacher.to_disk(tmp_path)
    nlp = make_nlp(
        sentences, encoder_folder, transformer={"transformer_config": {"hidden_dropout_prob": 0.3}}
    )
    assert len(changed(weights(nlp, "transformer"), weights(teacher, "transformer"))) > 10
    callback(start_from=tmp_path)(nlp)
    for name in ("transformer", "concner"):
        assert not changed(weights(nlp, name), weights(teacher, name))
    # The settings of the encoder stay those of the student.
    encoder = nlp.get_pipe("transformer").model.transformer
    assert encoder.config.hidden_dropout_prob == 0.3
    update(nlp, sentences)
    assert changed(weights(nlp, "transformer"), weights(teacher, "transformer"))
    reference = spacy.load(tmp_path)
    assert not changed(weights(reference, "transformer"), weights(teacher, "transformer"))


def test_only_the_named_components(encoder_folder, sentences, tmp_path):
    teacher = make_nlp(sentences, encoder_folder, seed=1)
    update(teacher, sentences)
    teacher.to_disk(tmp_path)
    nlp = make_nlp(sentences, encoder_folder)
    before = weights(nlp, "concner")
    callback(start_from=tmp_path, components=["transformer"])(nlp)
    assert not changed(weights(nlp, "transformer"), weights(teacher, "transformer"))
    assert not changed(weights(nlp, "concner"), before)


def test_heads_of_training_alone_may_differ(sentences, tmp_path):
    teacher = make_nlp(sentences, projection_width=8)
    update(teacher, sentences, steps=20)
    student = make_nlp(sentences, seed=1)
    copy_weights(teacher, student, ["concner"])
    for doc in sentences:
        scores = [nlp.get_pipe("concner").predict([doc])[0] for nlp in (teacher, student)]
        np.testing.assert_allclose(scores[0], scores[1], rtol=1e-5)


def test_null_changes_nothing(sentences):
    nlp = make_nlp(sentences)
    before = weights(nlp, "concner")
    assert callback()(nlp) is nlp
    assert callback(start_from=None, components=["no such"], frozen_layers=0)(nlp) is nlp
    assert not changed(weights(nlp, "concner"), before)


@pytest.mark.parametrize(
    "settings, kept",
    [
        ({"freeze_embeddings": True}, ("embeddings.",)),
        ({"frozen_layers": 1}, ("encoder.layer.0.",)),
        ({"freeze_embeddings": True, "frozen_layers": 1}, ("embeddings.", "encoder.layer.0.")),
    ],
)
def test_what_is_frozen_stays_and_the_rest_learns(encoder_folder, sentences, settings, kept):
    nlp = make_nlp(sentences, encoder_folder)
    callback(**settings)(nlp)
    before = {name: weights(nlp, name) for name in nlp.pipe_names}
    update(nlp, sentences)
    moved = changed(before["transformer"], weights(nlp, "transformer"))
    learning = {
        key
        for key in before["transformer"]
        if key.startswith(("embeddings.", "encoder."))
        and not key.startswith(kept)
        # BERT's keys gain nothing from a bias, and positions and types may be unused.
        and "key.bias" not in key
        and "position_ids" not in key
    }
    assert not [key for key in moved if key.startswith(kept)]
    assert moved >= learning and len(learning) >= 15
    assert changed(before["concner"], weights(nlp, "concner"))


def test_number_of_frozen_weights(encoder_folder, sentences):
    nlp = make_nlp(sentences, encoder_folder)
    values = weights(nlp, "transformer")
    sizes = {
        kept: sum(value.size for key, value in values.items() if key.startswith(kept))
        for kept in ("embeddings.", "encoder.layer.0.")
    }
    assert freeze(nlp, embeddings=False, layers=1) == sizes["encoder.layer.0."]
    assert freeze(nlp, embeddings=True, layers=1) == sum(sizes.values())


def test_encoder_of_the_component_itself_is_frozen(encoder_folder, sentences):
    tok2vec = {
        **transformer_model(encoder_folder),
        "@architectures": "spacy-transformers.Tok2VecTransformer.v3",
        "pooling": {"@layers": "reduce_mean.v1"},
        "grad_factor": 1.0,
    }
    nlp = make_nlp(sentences, tok2vec=tok2vec)
    callback(freeze_embeddings=True)(nlp)
    before = weights(nlp, "concner")
    update(nlp, sentences)
    moved = changed(before, weights(nlp, "concner"))
    assert not [key for key in moved if key.startswith("embeddings.")]
    assert [key for key in moved if key.startswith("encoder.layer.0.")]


def test_nothing_to_freeze(sentences):
    nlp = make_nlp(sentences)
    for settings in ({"freeze_embeddings": True}, {"frozen_layers": 2}):
        with pytest.raises(ConcnerError, match=r"C502.*concner"):
            callback(**settings)(nlp)


@pytest.mark.parametrize("path", ["missing", "empty"])
def test_source_that_cannot_be_loaded(sentences, tmp_path, path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConcnerError, match=rf"C515.*start_from \S*{path}"):
        callback(start_from=tmp_path / path)(make_nlp(sentences))


def test_source_without_the_component(sentences, tmp_path):
    plain = spacy.blank("xx")
    plain.add_pipe("sentencizer")
    plain.to_disk(tmp_path)
    with pytest.raises(ConcnerError, match=r"C501.*'concner'.*sentencizer"):
        callback(start_from=tmp_path)(make_nlp(sentences))


def test_none_of_the_components(trained_folder, sentences):
    with pytest.raises(ConcnerError, match=r"C504.*components ner is.*pipeline concner\."):
        callback(start_from=trained_folder, components=["ner"])(make_nlp(sentences))


def test_component_without_weights():
    nlp = spacy.blank("xx")
    nlp.add_pipe("sentencizer")
    with pytest.raises(ConcnerError, match="C501.*no weights"):
        copy_weights(nlp, nlp, ["sentencizer"])


def test_labels_that_would_be_lost(sentences, tmp_path):
    doc = labelled_doc(sentences[0].vocab, ["Ruritania"], ["B-LAND"])
    make_nlp([*sentences, doc]).to_disk(tmp_path)
    for others in (sentences, [*sentences, labelled_doc(doc.vocab, ["Monday"], ["B-DAY"])]):
        with pytest.raises(ConcnerError, match=r"C501.*labels.*B-LAND"):
            callback(start_from=tmp_path)(make_nlp(others))


def test_new_labels_stand_beside_those_of_the_source(trained_folder, sentences):
    # B-LAND and I-LAND stand between the labels that there were.
    doc = labelled_doc(sentences[0].vocab, ["Ruritania"], ["B-LAND"])
    nlp = make_nlp([*sentences, doc], seed=1)
    before = nlp.get_pipe("concner").model.get_ref("output_layer").get_param("W").copy()
    callback(start_from=trained_folder)(nlp)
    source = spacy.load(trained_folder)
    ours, theirs = (each.get_pipe("concner") for each in (nlp, source))
    assert set(ours.labels) - set(theirs.labels) == {"B-LAND", "I-LAND"}
    docs = [spacy.tokens.Doc(nlp.vocab, words=[token.text for token in one]) for one in sentences]
    columns = [ours.labels.index(label) for label in theirs.labels]
    for found, expected in zip(ours.predict(docs), theirs.predict(docs), strict=True):
        np.testing.assert_allclose(found[:, columns], expected, atol=1e-5)
    rows = ours.model.get_ref("output_layer").get_param("W")
    new = [ours.labels.index(label) for label in ("B-LAND", "I-LAND")]
    assert (rows[new] == before[new]).all()
    update(nlp, [*sentences, doc], steps=1)


def test_other_layers(trained_folder, sentences):
    nlp = make_nlp(sentences, tok2vec={**TINY_TOK2VEC, "width": 16})
    before = weights(nlp, "concner")
    with pytest.raises(ConcnerError, match=r"C501.*layers differ"):
        callback(start_from=trained_folder)(nlp)
    assert not changed(weights(nlp, "concner"), before)


def test_other_kind_of_encoder(trained_folder, encoder_folder, sentences, tmp_path):
    nlp = make_nlp(sentences, encoder_folder)
    with pytest.raises(ConcnerError, match=r"C501.*'transformer'"):
        callback(start_from=trained_folder)(nlp)
    with pytest.raises(ConcnerError, match=r"C501.*'concner'.*layers differ"):
        callback(start_from=trained_folder, components=["concner"])(nlp)


@pytest.mark.parametrize("change", [{"intermediate_size": 64}, {"num_hidden_layers": 1}])
def test_encoder_of_another_shape(encoder_folder, sentences, tmp_path, change):
    make_nlp(sentences, make_bert(tmp_path / "encoder", **change)).to_disk(tmp_path / "source")
    nlp = make_nlp(sentences, encoder_folder)
    before = weights(nlp, "transformer")
    with pytest.raises(ConcnerError, match=r"C501.*'transformer'.*encoder\.layer"):
        callback(start_from=tmp_path / "source")(nlp)
    assert not changed(weights(nlp, "transformer"), before)


def test_encoder_with_another_tokenizer(encoder_folder, sentences, tmp_path):
    source = make_nlp(sentences, encoder_folder)
    for shim in [
        shim for node in source.get_pipe("transformer").model.walk() for shim in node.shims
    ]:
        tokenizer = shim._hfmodel.tokenizer
        swapped = tokenizer.backend_tokenizer.to_str().replace('"Anna"', '"Otto"')
        tokenizer._tokenizer = type(tokenizer._tokenizer).from_str(swapped)
    source.to_disk(tmp_path)
    with pytest.raises(ConcnerError, match=r"C501.*tokenizer differs"):
        callback(start_from=tmp_path)(make_nlp(sentences, encoder_folder))


def test_as_spacy_train_uses_it(encoder_folder, bitexts, sentences, tmp_path):
    teacher = make_nlp(sentences, encoder_folder, seed=1)
    update(teacher, sentences)
    teacher.to_disk(tmp_path / "teacher")
    path = write_corpus(bitexts, tmp_path / "train.spacy")
    config = training_config(make_nlp(sentences, encoder_folder), path, path)
    config["initialize"]["after_init"] = {
        "@callbacks": "spacy-concner.start_training.v1",
        "start_from": str(tmp_path / "teacher"),
        "freeze_embeddings": True,
    }
    config["initialize"]["components"] = {
        "concner": {"labels": list(teacher.get_pipe("concner").labels)}
    }
    nlp = init_nlp(config)
    for name in nlp.pipe_names:
        assert not changed(weights(nlp, name), weights(teacher, name))
    (tmp_path / "student").mkdir()
    train_loop(nlp, output_path=tmp_path / "student")
    student = spacy.load(tmp_path / "student" / "model-last")
    moved = changed(weights(teacher, "transformer"), weights(student, "transformer"))
    assert [key for key in moved if key.startswith("encoder.layer.0.")]
    assert not [key for key in moved if key.startswith("embeddings.")]


def test_a_teacher_starts_where_another_ended(sentences, tmp_path):
    train_tiny(build_tiny_config(), sentences, steps=3).to_disk(tmp_path)
    nlp = make_nlp(sentences)
    callback(start_from=str(tmp_path))(nlp)
    assert not changed(weights(nlp, "concner"), weights(spacy.load(tmp_path), "concner"))


def test_all_layers_frozen(encoder_folder, sentences):
    nlp = spacy.blank("xx")
    nlp.add_pipe("transformer", config={"model": transformer_model(encoder_folder)})
    nlp.add_pipe("concner", config={"model": {"tok2vec": LISTENER}})
    nlp.initialize(lambda: [as_example(doc) for doc in sentences])
    for wrong in (2, -1):
        with pytest.raises(ConcnerError, match=rf"C506.*frozen_layers = {wrong}.*2 layers"):
            callback(frozen_layers=wrong)(nlp)
    assert callback(frozen_layers=1)(nlp) is nlp
