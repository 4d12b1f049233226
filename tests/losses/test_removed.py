"""Losses that are gone resolve from a config, and tell what to set when they should train."""

import pytest
from thinc.api import Config, registry

CONFIGS = {
    "schedule": """
    [loss]
    @losses = "spacy-concner.ScheduledLoss.v1"
    points = [[0, 0.0], [200, 1.0]]

    [loss.loss]
    @losses = "spacy-concner.LabelContrast.v1"
    weight = 0.2
    """,
    "queue": """
    [loss]
    @losses = "spacy-concner.QueuedLabelContrast.v1"
    size = 64

    [loss.loss]
    @losses = "spacy-concner.LabelContrast.v1"
    weight = 0.2
    balanced = false
    """,
    "balanced = true": """
    [loss]
    @losses = "spacy-concner.LabelContrast.v1"
    weight = 0.2
    balanced = true
    """,
}


@pytest.mark.parametrize("gone", CONFIGS)
def test_resolves_and_names_what_is_gone(gone):
    loss = registry.resolve(Config().from_str(CONFIGS[gone]))["loss"]
    assert loss.weight == 0.2
    assert gone in loss.gone
    assert "balanced = false" in loss.instead or "'loss'" in loss.instead


def test_label_contrast_as_configs_of_0_2_0_have_it_is_all_there():
    config = """
    [loss]
    @losses = "spacy-concner.LabelContrast.v1"
    balanced = false
    """
    assert not registry.resolve(Config().from_str(config))["loss"].gone
