"""Checks of the settings that losses have in common."""

import math

from ..errors import ConcnerError, Errors


def check_weight(weight: float) -> None:
    """Check the weight of a loss.

    weight (float): Factor of the loss in the total.
    RAISES (ConcnerError): C020 if the weight is negative or not a finite number.
    """
    if not 0 <= weight < math.inf:
        raise ConcnerError(Errors.C020.format(weight=weight))


def check_temperature(temperature: float) -> None:
    """Check a softmax temperature.

    temperature (float): Divisor of the scores before softmax.
    RAISES (ConcnerError): C021 if the temperature is not a finite number above zero.
    """
    if not 0 < temperature < math.inf:
        raise ConcnerError(Errors.C021.format(temperature=temperature))
