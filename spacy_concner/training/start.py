"""`spacy-concner.start_training.v1`: what a training starts from and what it leaves frozen."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from spacy.language import Language
from spacy.util import logger
from thinc.api import Model

from ..encoding.loading import encoders_of, find_encoders
from ..errors import ConcnerError, Errors
from ..pipelines import load_pipeline
from .bfloat16 import has_bfloat16, keep_few_shapes, use_bfloat16
from .layers import drop_layers

EMBEDDINGS = re.compile(r"(^|\.)embeddings\.")
# The layer of a tagger that has a row for each label.
SCORES = "output_layer"
LAYER = re.compile(r"(^|\.)layers?\.(\d+)\.")


def create_start_training(
    start_from: Path | str | None = None,
    components: Sequence[str] = ("transformer", "concner"),
    freeze_embeddings: bool = False,
    frozen_layers: int = 0,
    keep_layers: int | None = None,
    bfloat16: Literal["auto"] | bool = False,
) -> Callable[[Language], Language]:
    """Create a callback for `[initialize.after_init]`.

    The one switch between starting from the pretrained encoder (`start_from = null`) and
    from a trained pipeline, such as a student from its teacher (ConCNER). Freezing the
    embeddings and the bottom layers follows TSL (arXiv 2004.12440, section 4.1), and on a
    CPU saves the optimiser most of its work.

    start_from (Path): Pipeline folder or package whose weights are copied; it may lack some of
        the labels.
    components (Sequence[str]): Components to copy, those of them that the pipeline has.
    freeze_embeddings (bool): Whether the encoder's embeddings stay as they are.
    frozen_layers (int): How many of the encoder's bottom layers stay as they are.
    keep_layers (int): How many of the encoder's layers there are from here on, for a smaller
        and faster student: chosen evenly after the weights are copied; all if None.
    bfloat16 (bool | "auto"): Whether the encoder multiplies in bfloat16 while it trains on a
        CPU; "auto" where the CPU has instructions for it. Weights stay float32. On a GPU that
        is the transformer's `mixed_precision`.
    RETURNS (Callable[[Language], Language]): The callback.
    """

    # Here, for the callback itself comes after the encoder has run.
    if bfloat16:
        keep_few_shapes()

    def start_training(nlp: Language) -> Language:
        source = None if start_from is None else load_pipeline(start_from, "start_from")
        if keep_layers is not None and source is not None and _has_depth(source, keep_layers):
            # The source is small already: the pipeline becomes like it first.
            drop_layers(nlp, keep_layers)
        if source is not None:
            copy_weights(source, nlp, components)
        if keep_layers is not None:
            drop_layers(nlp, keep_layers)
        if freeze_embeddings or frozen_layers:
            freeze(nlp, freeze_embeddings, frozen_layers)
        if bfloat16 is True or (bfloat16 == "auto" and has_bfloat16()):
            use_bfloat16(nlp)
        return nlp

    return start_training


def _has_depth(nlp: Language, depth: int) -> bool:
    depths = [encoder.model.config.num_hidden_layers for encoder in find_encoders(nlp)]
    return bool(depths) and set(depths) == {depth}


def copy_weights(source: Language, target: Language, components: Sequence[str]) -> None:
    """Copy the weights of components from one pipeline into another of the same shape.

    A target may have labels that the source lacks: these are left as initialised.

    source (Language): Trained pipeline.
    target (Language): Initialised pipeline, changed in place; its settings stay.
    components (Sequence[str]): Names; those that the target lacks are passed over.
    RAISES (ConcnerError): C501 if the source lacks a component, or its labels, layers or
        tokenizer differ, C504 if the target has none of the components.
    """
    names = [name for name in components if name in target.pipe_names]
    if not names:
        raise ConcnerError(
            Errors.C504.format(path=source.path, names=list(components), pipes=target.pipe_names)
        )
    for name in names:
        if name not in source.pipe_names:
            raise ConcnerError(
                Errors.C501.format(
                    name=name, path=source.path, why=f"it has only {source.pipe_names}"
                )
            )
        why = _difference(target.get_pipe(name), source.get_pipe(name))
        if why is not None:
            raise ConcnerError(Errors.C501.format(name=name, path=source.path, why=why))
    for name in names:
        pipes: list[Any] = [target.get_pipe(name), source.get_pipe(name)]
        places = _new_places(*pipes)
        if places is not None:
            ours, theirs = (pipe.model.get_ref(SCORES) for pipe in pipes)
            _copy_rows(ours, theirs, places)
            new = sorted(set(pipes[0].labels) - set(pipes[1].labels))
            logger.info("Labels of '%s' that %s lacks: %s", name, source.path, ", ".join(new))
        _copy_model(pipes[0].model, pipes[1].model, None if places is None else SCORES)
        logger.info("Weights of '%s' start from %s", name, source.path)


def _difference(ours: Any, theirs: Any) -> str | None:
    """Tell why the weights of a component do not fit another, None if they do."""
    labels = [list(getattr(pipe, "labels", ())) for pipe in (ours, theirs)]
    places = _new_places(ours, theirs)
    if labels[0] != labels[1] and places is None:
        return f"its labels are {labels[1]} instead of {labels[0]}"
    if not all(isinstance(getattr(pipe, "model", None), Model) for pipe in (ours, theirs)):
        return "it has no weights"
    shapes = [_shapes(pipe.model, None if places is None else SCORES) for pipe in (ours, theirs)]
    for key in [*shapes[0], *shapes[1]]:
        found = [part.get(key) for part in shapes]
        if found[0] != found[1]:
            return f"its layers differ ({key} has shape {found[1]} instead of {found[0]})"
    if _vocabularies(ours.model) != _vocabularies(theirs.model):
        return "its tokenizer differs"
    return None


def _new_places(ours: Any, theirs: Any) -> list[int] | None:
    """Tell at which rows of a tagger's scores another's labels stand, None if they are the same.

    None, too, if one of them is no tagger, or the other has labels that ours lacks.
    """
    labels = [list(getattr(pipe, "labels", ())) for pipe in (ours, theirs)]
    models = [getattr(pipe, "model", None) for pipe in (ours, theirs)]
    taggers = all(isinstance(model, Model) and model.has_ref(SCORES) for model in models)
    if not taggers or not set(labels[1]) < set(labels[0]):
        return None
    return [labels[0].index(label) for label in labels[1]]


def _copy_rows(ours: Model, theirs: Model, places: Sequence[int]) -> None:
    """Copy the rows of the labels in common: each has its row in every weight."""
    for name in ours.param_names:
        weights: Any = ours.get_param(name).copy()
        weights[list(places)] = ours.ops.asarray(theirs.get_param(name))
        ours.set_param(name, weights)


def _nodes(model: Model, without: str | None = None) -> list[Model]:
    """List the layers to copy: of taggers all but the heads that only training uses."""
    parts = ("tok2vec", "output")
    if not all(model.has_ref(part) for part in parts):
        return list(model.walk())
    left = None if without is None else model.get_ref(without)
    found = [node for part in parts for node in model.get_ref(part).walk()]
    return [node for node in found if node is not left]


def _shapes(model: Model, without: str | None = None) -> dict[str, tuple[int, ...]]:
    """Give the shapes of all weights by layer and name."""
    shapes: dict[str, tuple[int, ...]] = {}
    for i, node in enumerate(_nodes(model, without)):
        for name in node.param_names:
            if node.has_param(name):
                shapes[f"{node.name} {i} {name}"] = tuple(node.get_param(name).shape)
        for module in _modules(node):
            for name, weight in module.state_dict().items():
                shapes[f"{node.name} {i} {name}"] = tuple(weight.shape)
    return shapes


def _vocabularies(model: Model) -> list[dict[str, int]]:
    """Give the vocabularies of the tokenizers that encoders of Hugging Face bring along."""
    return [encoder.tokenizer.get_vocab() for encoder in encoders_of(model)]


def _copy_model(ours: Model, theirs: Model, without: str | None = None) -> None:
    # Weight by weight: a model's bytes would also bring the settings of the encoder.
    for node, other in zip(_nodes(ours, without), _nodes(theirs, without), strict=True):
        for name in node.param_names:
            if other.has_param(name):
                weights: Any = node.ops.asarray(other.get_param(name))
                node.set_param(name, weights.copy())
        for module, source in zip(_modules(node), _modules(other), strict=True):
            module.load_state_dict(source.state_dict())


def _modules(node: Model) -> list[Any]:
    """Give the torch modules that a node wraps."""
    modules = [getattr(shim, "_model", None) for shim in node.shims]
    return [module for module in modules if hasattr(module, "state_dict")]


def freeze(nlp: Language, embeddings: bool, layers: int) -> int:
    """Exclude parts of the pipeline's torch encoders from training.

    nlp (Language): The pipeline, changed in place.
    embeddings (bool): Whether to freeze all embedding weights.
    layers (int): How many encoder layers to freeze, from the bottom.
    RETURNS (int): Number of weights frozen.
    RAISES (ConcnerError): C502 if there is nothing to freeze, C506 if the number is below 0 or
        no layer would be left to train.
    """
    n_frozen = 0
    n_total = 0
    n_layers = 0
    models = [getattr(pipe, "model", None) for _, pipe in nlp.pipeline]
    for model in models:
        for node in model.walk() if isinstance(model, Model) else ():
            for module in _modules(node):
                for name, weight in module.named_parameters():
                    n_total += weight.numel()
                    layer = LAYER.search(name)
                    n_layers = max(n_layers, int(layer.group(2)) + 1) if layer else n_layers
                    is_low = layer is not None and int(layer.group(2)) < layers
                    if is_low or (embeddings and EMBEDDINGS.search(name)):
                        weight.requires_grad_(False)
                        n_frozen += weight.numel()
    if not n_frozen and layers >= 0:
        raise ConcnerError(Errors.C502.format(pipes=nlp.pipe_names))
    if layers and not 0 <= layers < n_layers:
        raise ConcnerError(Errors.C506.format(layers=layers, n_layers=n_layers))
    logger.info("Frozen: %.1fM of %.1fM encoder weights", n_frozen / 1e6, n_total / 1e6)
    return n_frozen
