"""The gradients of all ranks, added up before the optimiser takes a step."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import torch
from spacy.language import Language
from thinc.api import Model

from ..collectives import find_most, sum_up, wait_for
from ..errors import Errors
from ..tagging.divergence import Diverged
from ..training.weights import NodeWeight, Weight, list_weights

MB = 2**20


class GradientSum:
    """Adds up the gradients that the ranks have found for the weights of a pipeline.

    All ranks do it in the order of the weights in the pipeline. They first tell each other which
    weights have a gradient anywhere: a rank that has none for such a weight, for want of labels or
    bitexts in its batch, brings zeros, and a weight without any stays as it is, as it would in
    one process. Small gradients travel together in buckets, large ones alone and where they lie.
    """

    def __init__(self, nlp: Language, frozen: Collection[str], bucket_mb: float) -> None:
        """Take the weights of a pipeline.

        nlp (Language): The pipeline.
        frozen (Collection[str]): Names of components that are not trained.
        bucket_mb (float): Megabytes that go together.
        """
        self.weights = [weight for weight in list_weights(nlp, frozen) if _is_trained(weight)]
        self.scalers = dict(_find_scalers(nlp, frozen))
        self.bucket_bytes = bucket_mb * MB

    def __call__(self, step: int) -> None:
        """Add up the gradients of all ranks, in place.

        step (int): Number of the step, for messages.
        RAISES (Diverged): C668 if a sum is not a number, before any weight changes.
        RAISES (RankEnded): C660 if another rank has ended.
        """
        n = len(self.weights)
        there = [weight.gradient() is not None for weight in self.weights]
        overflows = [bool(scaler.found_inf) for scaler in self.scalers.values()]
        most = find_most([*map(int, there), *map(int, overflows)])
        left_out = set()
        for (shim, scaler), overflow in zip(self.scalers.items(), most[n:], strict=True):
            if overflow:
                # Half precision was too small for the gradient of a rank: none takes the step.
                scaler._found_inf = True
                left_out.add(shim)
        used = [
            weight
            for weight, is_used in zip(self.weights, most[:n], strict=True)
            if is_used and weight.optimiser_key[0] not in left_out
        ]
        for weight in used:
            weight.clear_gradient()
        self._sum(used, step)

    def _sum(self, weights: Sequence[Weight], step: int) -> None:
        """Send buckets off, each while the one before is on its way."""
        under_way: tuple[Any, torch.Tensor, list[Weight]] | None = None
        for bucket in self._buckets(weights):
            tensors = [weight.gradient() for weight in bucket]
            alone = len(tensors) == 1 and tensors[0].is_contiguous()
            flat = tensors[0].view(-1) if alone else torch.cat([t.reshape(-1) for t in tensors])
            work = sum_up(flat, wait=False)
            if under_way is not None:
                _take(*under_way, step)
            under_way = work, flat, bucket
        if under_way is not None:
            _take(*under_way, step)

    def _buckets(self, weights: Sequence[Weight]) -> Iterator[list[Weight]]:
        bucket: list[Weight] = []
        kind, size = None, 0
        for weight in weights:
            gradient = weight.gradient()
            n_bytes = gradient.numel() * gradient.element_size()
            own_kind = gradient.device, gradient.dtype
            if bucket and (own_kind != kind or size + n_bytes > self.bucket_bytes):
                yield bucket
                bucket, size = [], 0
            bucket.append(weight)
            kind, size = own_kind, size + n_bytes
        if bucket:
            yield bucket


def _take(work: Any, flat: torch.Tensor, bucket: Sequence[Weight], step: int) -> None:
    """Put a sum into its places."""
    wait_for(work)
    start = 0
    for weight in bucket:
        gradient = weight.gradient()
        part = flat[start : start + gradient.numel()]
        start += gradient.numel()
        if not bool(torch.isfinite(part).all()):
            raise Diverged(Errors.C668.format(weight=weight.key, step=step))
        if part.data_ptr() != gradient.data_ptr():
            gradient.copy_(part.view_as(gradient))


def _is_trained(weight: Weight) -> bool:
    return isinstance(weight, NodeWeight) or weight.parameter is not None


def _find_scalers(nlp: Language, frozen: Collection[str]) -> Iterator[tuple[int, Any]]:
    """Find what scales gradients of half precision, by the number of its shim."""
    for name, pipe in nlp.pipeline:
        model = getattr(pipe, "model", None)
        for node in model.walk() if isinstance(model, Model) and name not in frozen else ():
            for shim in node.shims:
                scaler = getattr(shim, "_grad_scaler", None)
                if getattr(scaler, "_enabled", False):
                    yield shim.id, scaler
