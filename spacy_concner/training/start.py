"""`spacy-concner.start_training.v1`: what a training starts from and what it leaves frozen."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.util import logger
from thinc.api import Model

from ..errors import ConcnerError, Errors

EMBEDDINGS = re.compile(r"(^|\.)embeddings\.")
LAYER = re.compile(r"(^|\.)layers?\.(\d+)\.")


def create_start_training(
    start_from: Path | str | None = None,
    components: Sequence[str] = ("transformer", "concner"),
    freeze_embeddings: bool = False,
    frozen_layers: int = 0,
) -> Callable[[Language], Language]:
    """Create a callback for `[initialize.after_init]`.

    The one switch between starting from the pretrained encoder (`start_from = null`) and
    from a trained pipeline, such as a student from its teacher (ConCNER). Freezing the
    embeddings and the bottom layers follows TSL (arXiv 2004.12440, section 4.1), and on a
    CPU saves the optimiser most of its work.

    start_from (Path): Pipeline folder or package whose weights are copied.
    components (Sequence[str]): Components to copy, those of them that the pipeline has.
    freeze_embeddings (bool): Whether the encoder's embeddings stay as they are.
    frozen_layers (int): How many of the encoder's bottom layers stay as they are.
    RETURNS (Callable[[Language], Language]): The callback.
    """

    def start_training(nlp: Language) -> Language:
        if start_from is not None:
            copy_weights(spacy.load(start_from), nlp, components)
        if freeze_embeddings or frozen_layers:
            freeze(nlp, freeze_embeddings, frozen_layers)
        return nlp

    return start_training


def copy_weights(source: Language, target: Language, components: Sequence[str]) -> None:
    """Copy the weights of components from one pipeline into another of the same shape.

    source (Language): Trained pipeline.
    target (Language): Initialised pipeline, changed in place.
    components (Sequence[str]): Names; those that the target lacks are passed over.
    RAISES (ConcnerError): C501 if the source lacks a component, or its labels or layers
        differ.
    """
    for name in components:
        if name not in target.pipe_names:
            continue
        if name not in source.pipe_names:
            raise ConcnerError(
                Errors.C501.format(
                    name=name, path=source.path, why=f"it has only {source.pipe_names}"
                )
            )
        ours: Any = target.get_pipe(name)
        theirs: Any = source.get_pipe(name)
        labels = getattr(ours, "labels", ()), getattr(theirs, "labels", ())
        if labels[0] != labels[1]:
            why = f"its labels are {list(labels[1])} instead of {list(labels[0])}"
            raise ConcnerError(Errors.C501.format(name=name, path=source.path, why=why))
        try:
            for part in _trained_parts(ours.model, theirs.model):
                part[0].from_bytes(part[1].to_bytes())
        except (ValueError, KeyError, AttributeError) as error:
            why = f"its layers differ ({error})"
            raise ConcnerError(Errors.C501.format(name=name, path=source.path, why=why)) from error
        logger.info("Weights of '%s' start from %s", name, source.path)


def _trained_parts(ours: Model, theirs: Model) -> list[tuple[Model, Model]]:
    """Pair the models to copy: of taggers all but the heads that only training uses."""
    parts = ("tok2vec", "output")
    if all(model.has_ref(part) for model in (ours, theirs) for part in parts):
        return [(ours.get_ref(part), theirs.get_ref(part)) for part in parts]
    return [(ours, theirs)]


def freeze(nlp: Language, embeddings: bool, layers: int) -> int:
    """Exclude parts of the pipeline's torch encoders from training.

    nlp (Language): The pipeline, changed in place.
    embeddings (bool): Whether to freeze all embedding weights.
    layers (int): How many encoder layers to freeze, from the bottom.
    RETURNS (int): Number of weights frozen.
    RAISES (ConcnerError): C502 if there is nothing to freeze.
    """
    n_frozen = 0
    n_total = 0
    for _, pipe in nlp.pipeline:
        model = getattr(pipe, "model", None)
        for node in model.walk() if model is not None and hasattr(model, "walk") else ():
            for shim in node.shims:
                module = getattr(shim, "_model", None)
                for name, weight in module.named_parameters() if module is not None else ():
                    n_total += weight.numel()
                    layer = LAYER.search(name)
                    is_low = layer is not None and int(layer.group(2)) < layers
                    if is_low or (embeddings and EMBEDDINGS.search(name)):
                        weight.requires_grad_(False)
                        n_frozen += weight.numel()
    if not n_frozen:
        raise ConcnerError(Errors.C502.format(pipes=nlp.pipe_names))
    logger.info("Frozen: %.1fM of %.1fM encoder weights", n_frozen / 1e6, n_total / 1e6)
    return n_frozen
