"""Checks of the settings that losses have in common."""

import math


def check_weight(weight: float) -> None:
    """Check the weight of a loss.

    weight (float): Factor of the loss in the total.
    RAISES (ValueError): If the weight is negative or not a finite number.
    """
    if not 0 <= weight < math.inf:
        raise ValueError(
            f"The weight of a loss is {weight}, expected a finite number of at least 0. "
            "Use 0 to switch a loss off."
        )


def check_temperature(temperature: float) -> None:
    """Check a softmax temperature.

    temperature (float): Divisor of the scores before softmax.
    RAISES (ValueError): If the temperature is not a finite number above zero.
    """
    if not 0 < temperature < math.inf:
        raise ValueError(
            f"The temperature of a loss is {temperature}, expected a finite number above 0. "
            "Contrasts commonly take 0.05 to 0.5, distillation 1 to 4."
        )
