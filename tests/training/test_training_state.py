import numpy as np
import pytest
import spacy
from thinc.api import Adam

from spacy_concner.training.training_state import (
    check_arrays,
    describe_optimiser,
    restore_optimiser,
    restore_weights,
    write_means,
    write_weights,
)
from spacy_concner.training.weights import list_weights
from tests.sentences import as_example
from tests.tiny_pipelines import LISTENER, build_tiny_config, transformer_model


def make_nlp(sentences, encoder=None):
    nlp = spacy.blank("xx")
    if encoder is not None:
        nlp.add_pipe("transformer", config={"model": transformer_model(encoder)})
    tok2vec = {} if encoder is None else {"tok2vec": LISTENER}
    nlp.add_pipe("concner", config=build_tiny_config(**tok2vec))
    nlp.initialize(lambda: [as_example(doc) for doc in sentences])
    return nlp


def write(folder, nlp, optimizer) -> dict:
    write_weights(folder / "weights.npz", list_weights(nlp))
    write_means(folder / "means.npz", optimizer, list_weights(nlp))
    return describe_optimiser(optimizer, list_weights(nlp))


def step(nlp, optimizer) -> None:
    for _, pipe in nlp.pipeline:
        pipe.finish_update(optimizer)


def read(nlp) -> dict:
    return {weight.key: weight.read().copy() for weight in list_weights(nlp)}


@pytest.mark.parametrize("has_encoder", [False, True])
def test_a_step_without_gradients_is_the_same(sentences, encoder_folder, tmp_path, has_encoder):
    """Where a weight once had a gradient, its means move it in each step from there on."""
    nlp = make_nlp(sentences, encoder_folder if has_encoder else None)
    optimizer = Adam(0.01, L2=0.1)
    nlp.update([as_example(doc) for doc in sentences], sgd=False)
    step(nlp, optimizer)
    described = write(tmp_path, nlp, optimizer)
    other, anew = make_nlp(sentences, encoder_folder if has_encoder else None), Adam(0.01, L2=0.1)
    restore_weights(tmp_path / "weights.npz", list_weights(other))
    restore_optimiser(tmp_path / "means.npz", described, anew, list_weights(other))
    before = read(nlp)
    np.testing.assert_equal(read(other), before)
    step(nlp, optimizer)
    step(other, anew)
    after = read(nlp)
    np.testing.assert_equal(read(other), after)
    moved = {key for key in after if not np.array_equal(after[key], before[key])}
    assert {key.partition("/")[0] for key in moved} == {*nlp.pipe_names}


def test_modules_stay(sentences, encoder_folder, tmp_path):
    nlp = make_nlp(sentences, encoder_folder)
    (module,) = {
        shim._model for node in nlp.get_pipe("transformer").model.walk() for shim in node.shims
    }
    parameters = dict(module.named_parameters())
    write_weights(tmp_path / "weights.npz", list_weights(nlp))
    values = {name: value.detach().clone() for name, value in parameters.items()}
    for value in parameters.values():
        value.data += 1
    restore_weights(tmp_path / "weights.npz", list_weights(nlp))
    for name, value in module.named_parameters():
        assert value is parameters[name] and (value == values[name]).all()


def test_weights_of_another_pipeline(sentences, tmp_path):
    nlp = make_nlp(sentences)
    write_weights(tmp_path / "weights.npz", list_weights(nlp))
    check_arrays(tmp_path / "weights.npz")
    nlp.add_pipe("concner", name="second", config=build_tiny_config())
    nlp.get_pipe("second").initialize(lambda: [as_example(doc) for doc in sentences], nlp=nlp)
    with pytest.raises(ValueError, match="second/"):
        restore_weights(tmp_path / "weights.npz", list_weights(nlp))
