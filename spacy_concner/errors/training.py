"""Messages about training."""


class TrainingErrors:
    """Errors of training."""

    C053 = (
        "The checkpoint {path} is damaged or of another pipeline: {reason}. Remove the folder to "
        "train from the start, or put back a whole copy of it."
    )
    C054 = (
        "A training without a seed cannot go on from a checkpoint: its batches would be others. "
        "Set [training] seed to a number, or [training.before_update] path = null instead of "
        "{path}."
    )
    C055 = (
        "{path}, [training.before_update] path, is no folder of a checkpoint and is not replaced. "
        "Name a new or empty folder, or that of a checkpoint."
    )
    C056 = (
        "The state of this training cannot be kept in a checkpoint: {what}. Set "
        "[training.before_update] path = null."
    )
    C057 = (
        "Training cannot go on from the checkpoint {path}: up to step {step} the corpus gives "
        "other batches than before. With the same seed its reader, batcher and augmenter must give "
        "the same ones. Remove the folder to train from the start."
    )
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
