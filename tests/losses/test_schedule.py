import pickle

import pytest
from thinc.api import Config, registry

from spacy_concner.errors import ConcnerError
from spacy_concner.losses.label_contrast import LabelContrast
from spacy_concner.losses.schedule import ScheduledLoss, loss_weight


def test_weight_moves_in_straight_lines():
    loss = ScheduledLoss(LabelContrast(weight=0.5), [[10, 0.0], [20, 1.0], [40, 0.5]])
    found = [loss.weight_at(step) for step in (0, 10, 15, 20, 30, 40, 99)]
    assert found == pytest.approx([0, 0, 0.25, 0.5, 0.375, 0.25, 0.25])
    assert loss.weight == 0.5
    assert loss_weight(loss, 15) == 0.25
    assert loss_weight(LabelContrast(weight=0.5), 15) == 0.5


def test_the_loss_itself_stays_the_same(random_batch):
    batch = random_batch(1)
    loss = ScheduledLoss(LabelContrast(), [[0, 0.0]])
    assert loss(*batch) == LabelContrast()(*batch)
    assert pickle.loads(pickle.dumps(loss)) == loss


@pytest.mark.parametrize(
    "points", [[], [[0]], [[0, 1.0, 2.0]], [[5, 1.0], [5, 0.0]], [[0, -1.0]], [[0, float("nan")]]]
)
def test_bad_points(points):
    with pytest.raises(ConcnerError, match="C028"):
        ScheduledLoss(LabelContrast(), points)


def test_from_a_config():
    config = """
    [loss]
    @losses = "spacy-concner.ScheduledLoss.v1"
    points = [[0, 0.0], [200, 1.0]]

    [loss.loss]
    @losses = "spacy-concner.LabelContrast.v1"
    weight = 0.2
    """
    loss = registry.resolve(Config().from_str(config))["loss"]
    assert loss.weight_at(100) == pytest.approx(0.1)
