"""The least probability of an entity: what `spacy find-threshold` turns.

The component applies `cfg["threshold"]`. Beside it stands the threshold that its config gave,
so that a pipeline loaded with another one in its config takes that, though what is stored wins
over the config of a pipeline otherwise.
"""

from typing import Any

from ..errors import ConcnerError, Errors


def make_threshold(threshold: float, name: str) -> dict[str, float]:
    """Give what a component's `cfg` holds of its threshold.

    threshold (float): Least probability of an entity.
    name (str): Name of the component, for messages.
    RETURNS (dict[str, float]): The threshold as it is applied and as it was configured.
    RAISES (ConcnerError): C013 if it is no probability.
    """
    if not 0 <= threshold <= 1:
        raise ConcnerError(Errors.C013.format(name=name, threshold=threshold))
    return {"threshold": threshold, "configured_threshold": threshold}


def keep_threshold(cfg: dict[str, Any], configured: float) -> None:
    """Let a threshold that is set anew in the config win over the one that was stored.

    cfg (dict): Settings of the component as they were stored, changed in place.
    configured (float): Threshold of the config that the component was made with.
    """
    if configured != cfg["configured_threshold"]:
        cfg["threshold"] = cfg["configured_threshold"] = configured
