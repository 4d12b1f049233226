"""`--code` for spaCy: the contrast compares the vectors of a lower layer of the encoder."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from spacy import registry
from spacy.language import Language
from spacy.tokens import Doc

from spacy_concner.encoding.loading import find_encoders
from spacy_concner.tagging.architecture import TaggerModel, TaggerOutput, apply_heads
from spacy_concner.tagging.architecture import forward as predict


@registry.callbacks("concner-bench.contrast_layer.v1")
def create_contrast_layer(layer: int) -> Callable[[Language, dict[str, Any]], None]:
    """Create a callback for `training.before_update`.

    While it trains, the encoder gives the vectors of that layer beside its last; the labels
    are read from the last, segments and tokens are contrasted by the layer's. What is stored
    and what predicts is the pipeline as ever.

    layer (int): Layers below the vectors: 0 for the embeddings, 12 for the last of twelve.
    """

    def contrast_layer(nlp: Language, args: dict[str, Any]) -> None:
        if args["step"] == 0:
            for encoder in find_encoders(nlp):
                encoder.model.forward = partial(_two_layers, encoder.model, layer)
            nlp.get_pipe("concner").model._func = _forward

    return contrast_layer


def _two_layers(encoder: Any, layer: int, *args: Any, **kwargs: Any) -> Any:
    import torch

    if not encoder.training:
        return type(encoder).forward(encoder, *args, **kwargs)
    output = type(encoder).forward(encoder, *args, **{**kwargs, "output_hidden_states": True})
    both = torch.cat([output.last_hidden_state, output.hidden_states[layer]], dim=-1)
    return type(output)(last_hidden_state=both)


def _forward(
    model: TaggerModel, docs: list[Doc], is_train: bool
) -> tuple[TaggerOutput, Callable[[TaggerOutput], list[Doc]]]:
    """Run the tagger on vectors of two layers side by side."""
    ops = model.ops
    lengths = ops.asarray1i([len(doc) for doc in docs])
    if not is_train or not sum(lengths):
        return predict(model, docs, is_train)
    vectors, backprop_tok2vec = model.get_ref("tok2vec")(docs, is_train)
    both = ops.flatten([v for v in vectors if v.shape[0]])
    last, lower = map(np.ascontiguousarray, np.split(both, 2, axis=1))
    output, backprop_heads = apply_heads(model, docs, last, lower, is_train)

    def backprop(d_output: TaggerOutput) -> list[Doc]:
        return backprop_tok2vec(ops.unflatten(np.hstack(backprop_heads(d_output)), lengths))

    return output, backprop
