"""Smaller students: encoder layers dropped before training."""

from typing import Any

from spacy.language import Language
from spacy.util import logger

from ..encoding.loading import find_encoders
from ..errors import ConcnerError, Errors


def drop_layers(nlp: Language, keep: int) -> None:
    """Drop layers of the pipeline's torch encoders, evenly from bottom to top.

    The first and the last layer stay, as in DistilBERT (arXiv 1910.01108): 6 of 12 are the
    layers 0, 2, 4, 7, 9 and 11.

    nlp (Language): The pipeline, changed in place.
    keep (int): Number of layers that stay.
    RAISES (ConcnerError): C505 if there is no encoder or one has fewer layers.
    """
    found = [encoder.model for encoder in find_encoders(nlp)]
    depths = [encoder.config.num_hidden_layers for encoder in found]
    if not depths or not 1 <= keep <= min(depths):
        raise ConcnerError(Errors.C505.format(keep=keep, pipes=nlp.pipe_names, depths=depths))
    for encoder in found:
        layers = _layers(encoder)
        depth = len(layers)
        kept = chosen_layers(depth, keep, period_of(encoder))
        for number in reversed(range(depth)):
            if number not in kept:
                del layers[number]
        encoder.config.num_hidden_layers = keep
        logger.info("Encoder layers kept: %s of %d", kept, depth)


def period_of(encoder: Any) -> int:
    """Give after how many layers an encoder's kinds of layers come again.

    encoder (transformers.PreTrainedModel): The encoder.
    RETURNS (int): 3 for most of ModernBERT's kind, of which every third layer sees the whole
        text and the others their neighbours; 1 where all layers are alike.
    """
    return getattr(encoder.config, "global_attn_every_n_layers", 1) or 1


def chosen_layers(depth: int, keep: int, period: int = 1) -> list[int]:
    """Choose layers evenly from the first to the last; a single one is the first.

    depth (int): Layers that there are.
    keep (int): Layers that stay.
    period (int): Layers that stay or go together, so that each has a place of its own kind: what
        a layer sees is told by its place when the pipeline is loaded.
    RETURNS (list[int]): Their numbers from 0.
    """
    blocks = -(-keep // period)
    there = max(blocks, depth // period)
    chosen = [round(place * (there - 1) / max(1, blocks - 1)) for place in range(blocks)]
    return [chosen[place // period] * period + place % period for place in range(keep)]


def _layers(encoder: Any) -> Any:
    """Give the list of an encoder's layers, which models call by different names."""
    from torch.nn import ModuleList

    depth = encoder.config.num_hidden_layers
    lists = [part for part in encoder.modules() if isinstance(part, ModuleList)]
    return next(part for part in lists if len(part) == depth)
