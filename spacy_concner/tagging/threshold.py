"""The least probability of an entity, for all types or one a type.

The component applies `cfg["threshold"]`: a number, as `spacy find-threshold` turns it, or numbers
by type. Beside it stands the threshold that its config gave, so that a pipeline loaded with
another one in its config takes that, though what is stored wins over the config of a pipeline
otherwise.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

from ..errors import ConcnerError, Errors
from .labels import entity_type

# In thresholds by type, all that are not named; without it they have none.
ALL_TYPES = "*"

Threshold: TypeAlias = float | dict[str, float]


def make_threshold(threshold: Threshold, name: str) -> dict[str, Threshold]:
    """Give what a component's `cfg` holds of its threshold.

    threshold (float | dict[str, float]): Least probability of an entity, or one by type.
    name (str): Name of the component, for messages.
    RETURNS (dict[str, Threshold]): The threshold as it is applied and as it was configured.
    RAISES (ConcnerError): C013 if one is no probability.
    """
    for value in threshold.values() if isinstance(threshold, dict) else [threshold]:
        if not isinstance(value, int | float) or not 0 <= value <= 1:
            raise ConcnerError(Errors.C013.format(name=name, threshold=value))
    return {"threshold": threshold, "configured_threshold": threshold}


def keep_threshold(cfg: dict[str, Any], configured: Threshold) -> None:
    """Let a threshold that is set anew in the config win over the one that was stored.

    cfg (dict): Settings of the component as they were stored, changed in place.
    configured (float | dict[str, float]): Threshold of the config that it was made with.
    """
    if configured != cfg["configured_threshold"]:
        cfg["threshold"] = cfg["configured_threshold"] = configured


def forget_calibration(cfg: dict[str, Any]) -> None:
    """Take out what was fitted to the weights: the calibration, and the thresholds found with it.

    cfg (dict): Settings of the component, changed in place.
    """
    if (cfg["calibration"] or {}).get("thresholds"):
        cfg["threshold"] = cfg["configured_threshold"]
    cfg["calibration"] = None


def by_type(threshold: Threshold, labels: Sequence[str], name: str) -> dict[str, float]:
    """Give the threshold of each entity type.

    threshold (float | dict[str, float]): As in the `cfg` of the component.
    labels (Sequence[str]): Its BIO tags.
    name (str): Its name, for messages.
    RETURNS (dict[str, float]): Least probability of an entity, by type.
    RAISES (ConcnerError): C019 for types that it does not find.
    """
    types = sorted({entity_type(label) for label in labels} - {""})
    if not isinstance(threshold, dict):
        return dict.fromkeys(types, threshold)
    if unknown := sorted(set(threshold) - {*types, ALL_TYPES}):
        raise ConcnerError(Errors.C019.format(name=name, unknown=unknown, known=types))
    return {label: threshold.get(label, threshold.get(ALL_TYPES, 0.0)) for label in types}
