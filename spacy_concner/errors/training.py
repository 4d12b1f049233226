"""Messages about training."""


class TrainingErrors:
    """Errors of training."""

    C501 = (
        "Training cannot start from component '{name}' of {path}: {why}. Start from a pipeline "
        "with the same encoder and architecture, and no labels but those of the new one, or set "
        "start_from = null."
    )
    C502 = (
        "Nothing to freeze: no component of {pipes} holds a torch encoder with embeddings or "
        "numbered layers. Leave freeze_embeddings and frozen_layers out."
    )
    C504 = (
        "Training should start from {path}, but none of the components {names} is in the "
        "pipeline {pipes}. Name those to copy in [initialize.after_init] components."
    )
    C505 = (
        "keep_layers = {keep} does not fit the encoders of {pipes}, which have {depths} layers. "
        "Give a number of layers from 1 to that, or null to keep all."
    )
    C506 = (
        "frozen_layers = {layers} does not fit an encoder of {n_layers} layers: it is below 0 or "
        "leaves none to train. Set another number in [initialize.after_init], or freeze the whole "
        "encoder with spaCy's own frozen_components."
    )
