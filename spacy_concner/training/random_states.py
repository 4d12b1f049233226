"""The states of random numbers: gathered, put back, and kept for the drawing of batches."""

import random
import sys
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

States: TypeAlias = dict[str, np.ndarray]

# What the shuffling and augmenting of a corpus may draw from.
OF_BATCHES = ("python", "numpy")


def gather_states(names: tuple[str, ...] | None = None) -> States:
    """Give the states of the random numbers of Python, numpy and torch.

    names (tuple[str, ...]): Those of "python" and "numpy" that are asked for; all that there are
        without.
    RETURNS (dict[str, np.ndarray]): The states by name.
    """
    states: States = {}
    _, numbers, spare = random.getstate()
    states["python"] = np.array([*numbers, np.nan if spare is None else spare], dtype=np.float64)
    _, keys, *rest = np.random.get_state(legacy=True)
    states["numpy"] = np.concatenate([keys, rest], dtype=np.float64)
    torch = sys.modules.get("torch")
    if names is None and torch is not None:
        states["torch"] = torch.get_rng_state().numpy()
        if torch.cuda.is_available():
            for number, state in enumerate(torch.cuda.get_rng_state_all()):
                states[f"cuda{number}"] = state.numpy()
    return states


def restore_states(states: Mapping[str, np.ndarray]) -> None:
    """Put back states that `gather_states` has given; those of GPUs that are gone are left out.

    states (Mapping[str, np.ndarray]): The states by name.
    """
    torch: Any = sys.modules.get("torch")
    for name, state in states.items():
        if name == "python":
            *numbers, spare = state.tolist()
            random.setstate((3, tuple(map(int, numbers)), None if np.isnan(spare) else spare))
        elif name == "numpy":
            keys, (place, has_spare, spare) = state[:-3].astype(np.uint32), state[-3:].tolist()
            np.random.set_state(("MT19937", keys, int(place), int(has_spare), spare))
        elif name == "torch":
            torch.set_rng_state(torch.from_numpy(state))
        elif torch.cuda.is_available():
            number = int(name.removeprefix("cuda"))
            if number < torch.cuda.device_count():
                torch.cuda.set_rng_state(torch.from_numpy(state), number)


class DrawnBatches:
    """Keeps what is needed to draw the batches of a training again without its updates.

    Where updates draw random numbers, too, as those of spaCy's `ner` do, batches drawn without
    them would be others. For each batch whose drawing needs random numbers that updates have
    changed, the states before it are kept: one an epoch where a corpus is only shuffled.
    """

    def __init__(self) -> None:
        """Begin with the first batch."""
        # The states before the batches of these steps were drawn.
        self.before: dict[int, States] = {}
        # As they are, and as they would be without any update.
        self._after = self._without = gather_states(OF_BATCHES)

    def end_step(self) -> None:
        """Note that an update or evaluation has ended."""
        self._after = gather_states(OF_BATCHES)

    def note_batch(self, step: int) -> None:
        """Note that the batch of a step has been drawn."""
        now = gather_states(OF_BATCHES)
        for name in OF_BATCHES:
            if _is_same(now[name], self._after[name]):
                continue
            if not _is_same(self._after[name], self._without[name]):
                self.before.setdefault(step, {})[name] = self._after[name]
            self._without = {**self._without, name: now[name]}

    def replay(self, step: int) -> None:
        """Put back the states before the batch of a step is drawn, if they were kept."""
        restore_states(self.before.get(step, {}))

    def go_on(self, states: Mapping[str, np.ndarray]) -> None:
        """Put back all states, where the updates begin again.

        states (Mapping[str, np.ndarray]): What `gather_states` gave there.
        """
        self._without = gather_states(OF_BATCHES)
        restore_states(states)
        self.end_step()


def _is_same(one: np.ndarray, other: np.ndarray) -> bool:
    return np.array_equal(one, other, equal_nan=True)
