"""What calibration has learned, applied to label scores and entity probabilities (pure).

It never changes which entities are found: the most probable sequence is that of the scores
as the model gave them, and only the probability of its entities is mapped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

# Keeps logarithms of sure entities finite.
SMALLEST = 1e-7


@dataclass(frozen=True)
class Calibration:
    """Maps of label scores and of entity probabilities.

    scale: what each label's score is multiplied by: `1 / temperature` for all of them, or
        one number a label (vector scaling); empty leaves scores as they are.
    bias: what is then added to each label's score; empty adds nothing.
    entity: a, b and c of beta calibration (Kull et al. 2017): an entity of probability p
        gets sigmoid(a·ln p − b·ln(1 − p) + c), which rises with p as a and b are not
        negative; (1, 1, 0) leaves p as it is.
    offsets: what is added to c for entities of a type; types without one add nothing.
    knots: pairs of probability before and after, both rising: a line between neighbours is
        what follows the beta map (isotonic regression); empty leaves its probability.
    """

    scale: tuple[float, ...] = ()
    bias: tuple[float, ...] = ()
    entity: tuple[float, float, float] = (1.0, 1.0, 0.0)
    offsets: Mapping[str, float] = field(default_factory=dict)
    knots: tuple[tuple[float, float], ...] = ()

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> "Calibration":
        """Read what a component has stored; the identity if it has stored nothing."""
        if not stored:
            return cls()
        a, b, c = stored["entity"]
        return cls(
            tuple(stored["scale"]),
            tuple(stored["bias"]),
            (a, b, c),
            dict(stored.get("offsets", {})),
            tuple((before, after) for before, after in stored.get("knots", ())),
        )

    def to_dict(self) -> dict[str, Any]:
        """Give what a component stores."""
        return {
            "scale": list(self.scale),
            "bias": list(self.bias),
            "entity": list(self.entity),
            "offsets": dict(self.offsets),
            "knots": [list(knot) for knot in self.knots],
        }

    @property
    def maps_entities(self) -> bool:
        """Whether probabilities of entities have a map of their own."""
        return self.entity != (1.0, 1.0, 0.0) or bool(self.offsets) or bool(self.knots)

    def map_logits(self, logits: np.ndarray) -> np.ndarray:
        """Map label scores.

        logits (ndarray): `(n_tokens, n_labels)` scores before softmax.
        RETURNS (ndarray): The same shape.
        """
        if self.scale:
            logits = logits * np.asarray(self.scale, dtype="f8")
        if self.bias:
            logits = logits + np.asarray(self.bias, dtype="f8")
        return logits

    def map_entities(
        self, probabilities: Sequence[float] | np.ndarray, types: Sequence[str] = ()
    ) -> np.ndarray:
        """Map probabilities of entities.

        probabilities (Sequence[float]): Between 0 and 1.
        types (Sequence[str]): Type of each entity; none are taken for one without an offset.
        RETURNS (ndarray): Float64 between 0 and 1; of a type in the same order of size.
        """
        found = np.asarray(probabilities, dtype="f8")
        if not self.maps_entities:
            return found
        offsets = np.array([self.offsets.get(label, 0.0) for label in types]) if types else 0.0
        found = beta_map(found, self.entity, offsets)
        if self.knots:
            before, after = np.array(self.knots).T
            found = np.interp(found, before, after)
        return found


def beta_map(
    probabilities: np.ndarray, parameters: Sequence[float], offsets: np.ndarray | float = 0.0
) -> np.ndarray:
    """Map probabilities by beta calibration.

    probabilities (ndarray): Between 0 and 1.
    parameters (Sequence[float]): a, b and c of `Calibration.entity`.
    offsets (ndarray): What is added to c for each.
    RETURNS (ndarray): Float64 between 0 and 1.
    """
    a, b, c = parameters
    p = np.clip(probabilities, SMALLEST, 1 - SMALLEST)
    return 1 / (1 + np.exp(-(a * np.log(p) - b * np.log1p(-p) + c + offsets)))
