"""Training in bfloat16 on a CPU that has instructions for it: a quarter to a half faster."""

import os
from typing import Any

from spacy.language import Language
from spacy.util import logger

from ..encoding.loading import find_encoders

# What torch calls the instructions with which bfloat16 is faster than float32.
INSTRUCTIONS = ("avx512_bf16", "amx_bf16")
# What torch keeps for each shape of batch that it has multiplied, a thousand of them by default:
# hardly two batches are alike, and each step would take five megabytes for ever.
KEPT_SHAPES = ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY")
N_KEPT = "16"


class Bfloat16Linear:
    """The forward pass of a linear layer, multiplied in bfloat16 where the layer is on a CPU.

    Weights, their gradients and what comes out stay float32, as in mixed precision on a GPU
    (arXiv 1710.03740); bfloat16 has float32's range and needs no scaling of the loss. Linear
    layers alone, for attention over short sentences is slower in bfloat16 than in float32.
    """

    def __init__(self, layer: Any) -> None:
        """Take a layer.

        layer (torch.nn.Linear): The layer.
        """
        self.layer = layer

    def __call__(self, vectors: Any) -> Any:
        """Run the layer.

        vectors (torch.Tensor): `(…, n_in)` float32.
        RETURNS (torch.Tensor): `(…, n_out)` float32.
        """
        import torch

        forward = type(self.layer).forward
        is_on_cpu = vectors.device.type == "cpu"
        with torch.autocast("cpu", torch.bfloat16, enabled=is_on_cpu):
            return forward(self.layer, vectors).float()


def has_bfloat16() -> bool:
    """Tell whether the CPU has instructions for bfloat16, as far as this torch can tell."""
    import torch

    capabilities: Any = getattr(torch.cpu, "get_capabilities", dict)()
    return any(capabilities.get(name) for name in INSTRUCTIONS)


def keep_few_shapes() -> None:
    """Let torch keep little of the batches that it has multiplied, unless the user says otherwise.

    To be called before it multiplies for the first time, when it reads this.
    """
    for name in KEPT_SHAPES:
        os.environ.setdefault(name, N_KEPT)


def use_bfloat16(nlp: Language) -> int:
    """Let the linear layers of the pipeline's torch encoders multiply in bfloat16 on a CPU.

    It lasts until the pipeline is loaded anew; what it stores is float32.

    nlp (Language): The pipeline, changed in place.
    RETURNS (int): Number of layers.
    """
    from torch.nn import Linear

    layers = [
        part
        for encoder in find_encoders(nlp)
        for part in encoder.model.modules()
        if isinstance(part, Linear)
    ]
    for layer in layers:
        layer.forward = Bfloat16Linear(layer)  # type: ignore[method-assign, assignment]
    if layers:
        logger.info("The encoder trains in bfloat16")
    return len(layers)
