import random

import numpy as np
import torch

from spacy_concner.training.random_states import DrawnBatches, gather_states, restore_states


def draw() -> list:
    numbers = [random.random(), random.gauss(0, 1), *np.random.normal(size=3)]
    return [*numbers, *torch.rand(2).tolist(), random.getrandbits(40)]


def test_states_go_on():
    # Of normal numbers two are drawn at a time, and one is kept.
    for _ in range(2):
        random.gauss(0, 1), np.random.normal()
        states = gather_states()
        expected = draw()
        assert draw() != expected
        restore_states(states)
        assert draw() == expected


def run(drawn: DrawnBatches, updates: bool) -> list[int]:
    """Draw batches of which every third is drawn at random; give them."""
    batches = []
    for step in range(10):
        batches.append(random.randrange(1000) if step % 3 == 2 else step)
        if updates:
            drawn.note_batch(step)
            random.random(), np.random.random()
            drawn.end_step()
        else:
            drawn.replay(step + 1)
    return batches


def test_batches_without_updates():
    random.seed(1)
    drawn = DrawnBatches()
    expected = run(drawn, updates=True)
    assert [*drawn.before] == [2, 5, 8]
    # Numpy's are not drawn from, so nothing of them is kept.
    assert {name for states in drawn.before.values() for name in states} == {"python"}
    random.seed(1)
    assert run(drawn, updates=False) == expected


def test_nothing_is_kept_if_updates_draw_nothing():
    drawn = DrawnBatches()
    for step in range(5):
        random.shuffle([1, 2, 3])
        drawn.note_batch(step)
        np.random.random()
        drawn.end_step()
    assert not drawn.before
