"""The bench's contrast by a lower layer of the encoder."""

import layers
import pytest

from spacy_concner.encoding.loading import find_encoders
from tests.sentences import as_example
from tests.training.test_start import make_nlp


@pytest.mark.slow
@pytest.mark.parametrize(("layer", "moved"), [(1, {0}), (2, {0, 1})])
def test_the_contrast_moves_only_what_is_below_its_layer(encoder_folder, bitexts, layer, moved):
    losses = {
        "entity": {"@losses": "spacy-concner.EntityCrossEntropy.v1", "weight": 0.0},
        "label_contrast": {"@losses": "spacy-concner.LabelContrast.v1", "weight": 1.0},
        "translation_contrast": {"@losses": "spacy-concner.TranslationContrast.v1", "weight": 1.0},
    }
    nlp = make_nlp(bitexts, encoder_folder, projection_width=8, losses=losses)
    layers.create_contrast_layer(layer)(nlp, {"step": 0})
    losses = {}
    nlp.update([as_example(doc) for doc in bitexts], sgd=False, losses=losses)
    assert losses["concner"] > 0
    encoder = find_encoders(nlp)[0].model
    numbers = {
        number
        for number, part in enumerate(encoder.encoder.layer)
        for weight in part.parameters()
        if weight.grad.any()
    }
    assert numbers == moved
    # What predicts is the pipeline as ever.
    assert len(nlp("Anna Berg lives in Sofia .")) == 6
