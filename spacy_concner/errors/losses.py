"""Messages about the losses."""


class LossesErrors:
    """Errors of the losses."""

    C020 = (
        "The weight of a loss is {weight}, expected a finite number of at least 0. Use 0 to "
        "switch a loss off."
    )
    C021 = (
        "The temperature of a loss is {temperature}, expected a finite number above 0. Contrasts "
        "commonly take 0.05 to 0.5, distillation 1 to 4."
    )
    C022 = (
        "The loss of the distillation is {loss!r}, expected 'mse' (squared distance of the "
        "probabilities) or 'kl' (their divergence)."
    )
    C023 = (
        "The temperature of the distillation is {temperature}, but its loss 'mse' has none. Set "
        "temperature to 1.0, or loss to 'kl'."
    )
    C024 = (
        "label_smoothing is {value}, expected a number from 0 up to but not including 1. Use 0 "
        "to switch it off."
    )
    C025 = (
        "The level of the label contrast is {level!r}, expected 'tag' (B-PER and I-PER are two "
        "classes) or 'type' (they are one)."
    )
    C026 = (
        "outside is {outside}, expected a finite number of at least 0. Use 1 for as many O tokens "
        "as tokens in entities, 0 for none."
    )
    C027 = (
        "The positives of the label contrast are {positives!r}, expected 'all' (tokens of the "
        "same class) or 'other_language' (those of them in another language)."
    )
