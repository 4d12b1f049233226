"""The weights of a pipeline, each with a name that is the same in every process."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from spacy.language import Language
from thinc.api import Model, xp2torch

# By what thinc's optimisers know a weight: the number of its node or shim in this process.
OptimiserKey: TypeAlias = tuple[int, str]


@dataclass(frozen=True)
class NodeWeight:
    """A weight that thinc holds.

    key: Its name in every process.
    node: The layer that it belongs to.
    name: What the layer calls it.
    """

    key: str
    node: Model
    name: str

    @property
    def ops(self) -> Any:
        """What computes with it."""
        return self.node.ops

    @property
    def optimiser_key(self) -> OptimiserKey:
        """By what the optimiser knows it."""
        return self.node.id, self.name

    def read(self) -> np.ndarray:
        """Give its values."""
        return self.ops.to_numpy(self.node.get_param(self.name))

    def write(self, values: np.ndarray) -> None:
        """Put values in their place."""
        self.node.set_param(self.name, self.ops.asarray(values))

    def gradient(self) -> Any:
        """Give its gradient as a torch tensor of the same memory, None if it has none."""
        return xp2torch(self.node.get_grad(self.name)) if self.node.has_grad(self.name) else None

    def clear_gradient(self) -> None:
        """Give it a gradient of zeros, as a step leaves behind, if it has none."""
        if not self.node.has_grad(self.name):
            self.node.set_grad(self.name, self.ops.xp.zeros_like(self.node.get_param(self.name)))


@dataclass(frozen=True)
class TorchWeight:
    """A tensor that torch holds: a weight, or what a module or a scaler of gradients notes.

    key: Its name in every process.
    ops: What thinc computes with beside the module.
    tensor: Its values, which stay where they are.
    parameter: The weight; None for a tensor that no optimiser changes.
    optimiser_key: By what an optimiser would know it.
    """

    key: str
    ops: Any
    tensor: Any
    parameter: Any
    optimiser_key: OptimiserKey

    def read(self) -> np.ndarray:
        """Give its values."""
        import torch

        values = self.tensor.detach().cpu()
        return (values.float() if values.dtype == torch.bfloat16 else values).numpy()

    def write(self, values: np.ndarray) -> None:
        """Put values in their place."""
        import torch

        with torch.no_grad():
            self.tensor.copy_(torch.from_numpy(values))

    def gradient(self) -> Any:
        """Give its gradient, None if it has none."""
        return self.parameter.grad

    def clear_gradient(self) -> None:
        """Give it a gradient of zeros, as a step leaves behind, if it has none."""
        import torch

        if self.parameter is not None and self.parameter.grad is None:
            self.parameter.grad = torch.zeros_like(self.parameter)


Weight: TypeAlias = NodeWeight | TorchWeight


def list_weights(nlp: Language, frozen: Collection[str] = ()) -> list[Weight]:
    """List what training changes in the models of a pipeline.

    Weights that are frozen are left out: they are what the training has started from.

    nlp (Language): The pipeline.
    frozen (Collection[str]): Names of components that are not trained.
    RETURNS (list[Weight]): The weights, each once.
    """
    found: list[Weight] = []
    seen: set[int] = set()
    for component, pipe in nlp.pipeline:
        model = getattr(pipe, "model", None)
        if component in frozen or not isinstance(model, Model):
            continue
        for number, node in enumerate(model.walk()):
            if node.id in seen:
                continue
            seen.add(node.id)
            place = f"{component}/{number}"
            for name in node.param_names:
                if node.has_param(name):
                    found.append(NodeWeight(f"{place}/{name}", node, name))
            for shim_number, shim in enumerate(node.shims):
                found += _list_tensors(f"{place}/shim{shim_number}", node, shim)
    return found


def _list_tensors(place: str, node: Model, shim: Any) -> Iterator[TorchWeight]:
    module: Any = getattr(shim, "_model", None)
    if not hasattr(module, "state_dict"):
        return
    parameters = dict(module.named_parameters())
    # Two names of one tensor are one weight.
    seen: set[tuple[int, tuple[int, ...]]] = set()
    for name, tensor in module.state_dict().items():
        parameter = parameters.get(name)
        same = (tensor.data_ptr(), tuple(tensor.shape))
        if (parameter is not None and not parameter.requires_grad) or same in seen:
            continue
        if tensor.numel():
            seen.add(same)
        # Of two names the optimiser knows the first.
        yield TorchWeight(f"{place}/{name}", node.ops, tensor, parameter, (shim.id, name))
    scaler = getattr(shim, "_grad_scaler", None)
    for name in ("_scale", "_growth_tracker") if getattr(scaler, "_enabled", False) else ():
        tensor, key = getattr(scaler, name), (shim.id, f"grad_scaler/{name}")
        yield TorchWeight(f"{place}/{key[1]}", node.ops, tensor, None, key)
