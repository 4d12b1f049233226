"""Leave out of a pipeline what only its training needs, in memory."""

from pathlib import Path
from typing import Any

import numpy as np
import srsly
from spacy.language import Language
from spacy.util import replace_model_node
from thinc.api import Model, noop

from ..encoding.compact.tokenizer import replacing
from ..pipelines import find_components
from ..tagging.labels import entity_type

STOCK_TOKENIZER = "spacy.Tokenizer.v1"
TOKENIZER = "spacy-concner.ReplacingTokenizer.v1"


def drop_training_parts(nlp: Language) -> None:
    """Leave out losses, heads, callbacks and paths, which need torch or files of the training.

    spaCy's own tokenizer learns to replace lone surrogates.

    nlp (Language): The trained pipeline, changed in place.
    """
    for name in find_components(nlp):
        pipe: Any = nlp.get_pipe(name)
        config = nlp._pipe_configs[name]
        pipe.losses = {}
        config["losses"] = {}
        if config["model"].get("projection_width"):
            config["model"]["projection_width"] = 0
            for head in ("token_projection", "segment_projection"):
                replace_model_node(pipe.model, pipe.model.get_ref(head), noop())
    if nlp.config["nlp"]["tokenizer"] == {"@tokenizers": STOCK_TOKENIZER}:
        nlp.tokenizer = replacing(nlp.tokenizer)  # type: ignore[arg-type]
        nlp.config["nlp"]["tokenizer"] = {"@tokenizers": TOKENIZER}
    for callback in ("before_init", "after_init"):
        nlp.config["initialize"][callback] = None
    # They name folders of one machine, some of them gone by now.
    nlp.config["paths"] = dict.fromkeys(nlp.config["paths"])


def forget_words(folder: Path, nlp: Language) -> None:
    """Leave out of a pipeline's folder the words of its training: a text brings its own.

    folder (Path): Where the pipeline was written.
    nlp (Language): The pipeline, whose labels stay.
    """
    labels = {label for labels in nlp.pipe_labels.values() for label in labels}
    tags = {tag for name in find_components(nlp) for tag in nlp.pipe_labels[name]}
    types = {entity_type(tag) for tag in tags} - {""}
    srsly.write_json(folder / "vocab" / "strings.json", sorted(labels | types))


def round_weights(nlp: Language) -> None:
    """Round all weights to 16 bits, kept in 32: a wheel of them is half as large.

    nlp (Language): The trained pipeline, changed in place.
    """
    for _, pipe in nlp.pipeline:
        model = getattr(pipe, "model", None)
        for node in model.walk() if isinstance(model, Model) else ():
            for param in node.param_names:
                if node.has_param(param):
                    weights = node.ops.to_numpy(node.get_param(param))
                    rounded = weights.astype("f2").astype("f4")
                    # Beyond what 16 bits can hold.
                    rounded = np.where(np.isfinite(rounded), rounded, weights)
                    node.set_param(param, node.ops.asarray(rounded))  # type: ignore[arg-type]
