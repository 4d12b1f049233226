"""A float32 graph of ONNX into one with 8-bit weights.

ONNX Runtime's own dynamic quantisation takes one scale for all activations of a batch, so that a
single large value costs every token its precision. Here, as in CTranslate2, each row of the
activations has a scale, and each column of the weights: with activations A and weights W

    A @ W ≈ ((A / a + 128) @ W / w - 128) · a · w     a of each row of A, w of each column of W

where the product in brackets is one of whole numbers. `bench/engines.py` compares the two.
"""

import copy
from typing import Any

import numpy as np

# 7 bits: on CPUs without VNNI sums of two products of 8 bits overflow, and are cut off in silence.
MOST_WEIGHT = 63
MOST_ACTIVATION = 127
ZERO = 128
# Smaller tables take next to no room.
LEAST_ROWS = 256


def quantize(proto: Any) -> Any:
    """Round the weights of matrix products and the tables of embeddings to 8 bits.

    proto (onnx.ModelProto): The model in float32; it stays as it is.
    RETURNS (onnx.ModelProto): The model in 8 bits.
    """
    proto = copy.deepcopy(proto)
    rounding = Rounding(proto.graph)
    for node in list(proto.graph.node):
        rounding.add(node)
    rounding.finish()
    return proto


class Rounding:
    """A graph that is written anew, node by node."""

    def __init__(self, graph: Any) -> None:
        """Look at what is in a graph.

        graph (onnx.GraphProto): The graph, changed by `finish`.
        """
        self.graph = graph
        self.weights = {tensor.name: tensor for tensor in graph.initializer}
        # What no text changes is computed once, when the model is loaded: it stays exact.
        self.fixed = set(self.weights)
        self.nodes: list[Any] = []
        self.rounded: set[str] = set()
        self.add_constant("8bit.axis", np.array([-1], dtype="i8"))
        self.add_constant("8bit.least", np.array(1e-12, dtype="f4"))
        self.add_constant("8bit.most", np.array(MOST_ACTIVATION, dtype="f4"))
        # Half of one more, for numbers are cut off behind the point.
        self.add_constant("8bit.shift", np.array(ZERO + 0.5, dtype="f4"))
        self.add_constant("8bit.zero", np.array(ZERO, dtype="u1"))

    def add(self, node: Any) -> None:
        """Add a node, or those that do the same with rounded weights.

        node (onnx.NodeProto): A node of the graph, all before it already added.
        """
        if node.op_type == "MatMul" and node.input[0] not in self.fixed and self._is_matrix(node):
            self._add_product(node)
        elif node.op_type == "Gather" and self._is_table(node):
            self._add_lookup(node)
        else:
            self.nodes.append(node)
        if all(name in self.fixed for name in node.input if name):
            self.fixed.update(node.output)

    def finish(self) -> None:
        """Put the new nodes into the graph, and leave out weights that none of them takes."""
        used = {name for node in self.nodes for name in node.input}
        used.update(output.name for output in self.graph.output)
        kept = [tensor for tensor in self.graph.initializer if tensor.name in used]
        del self.graph.initializer[:]
        self.graph.initializer.extend(kept)
        del self.graph.node[:]
        self.graph.node.extend(self.nodes)

    def add_constant(self, name: str, values: np.ndarray) -> None:
        """Add a weight of the graph."""
        from onnx import numpy_helper

        self.graph.initializer.append(numpy_helper.from_array(values, name))

    def _is_matrix(self, node: Any) -> bool:
        tensor = self.weights.get(node.input[1])
        return tensor is not None and len(tensor.dims) == 2

    def _is_table(self, node: Any) -> bool:
        tensor = self.weights.get(node.input[0])
        axis = next((part.i for part in node.attribute if part.name == "axis"), 0)
        return (
            tensor is not None
            and len(tensor.dims) == 2
            and tensor.dims[0] >= LEAST_ROWS
            and tensor.data_type == 1
            and axis == 0
        )

    def _values(self, name: str) -> np.ndarray:
        from onnx import numpy_helper

        return numpy_helper.to_array(self.weights[name])

    def _add(self, kind: str, inputs: list[str], output: str, **settings: Any) -> None:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, [output], **settings))

    def _add_product(self, node: Any) -> None:
        from onnx import TensorProto

        activations, weights = node.input
        output = node.output[0]
        numbers, most = f"{activations}.8bit", f"{activations}.8bit.most"
        if activations not in self.rounded:
            self.rounded.add(activations)
            self._add("ReduceMax", [activations, "8bit.axis"], f"{numbers}.high", keepdims=1)
            self._add("ReduceMin", [activations, "8bit.axis"], f"{numbers}.low", keepdims=1)
            self._add("Neg", [f"{numbers}.low"], f"{numbers}.lowest")
            self._add("Max", [f"{numbers}.high", f"{numbers}.lowest", "8bit.least"], most)
            self._add("Div", ["8bit.most", most], f"{numbers}.scale")
            self._add("Mul", [activations, f"{numbers}.scale"], f"{numbers}.scaled")
            self._add("Add", [f"{numbers}.scaled", "8bit.shift"], f"{numbers}.shifted")
            self._add("Cast", [f"{numbers}.shifted"], numbers, to=TensorProto.UINT8)
        if f"{weights}.8bit" not in self.rounded:
            self.rounded.add(f"{weights}.8bit")
            rounded, scales = round_rows(self._values(weights).T, MOST_WEIGHT)
            self.add_constant(f"{weights}.8bit", np.ascontiguousarray(rounded.T))
            self.add_constant(f"{weights}.8bit.scale", scales[:, 0] / MOST_ACTIVATION)
        self._add(
            "MatMulInteger", [numbers, f"{weights}.8bit", "8bit.zero"], f"{output}.8bit.whole"
        )
        self._add("Cast", [f"{output}.8bit.whole"], f"{output}.8bit.float", to=TensorProto.FLOAT)
        self._add("Mul", [f"{output}.8bit.float", f"{weights}.8bit.scale"], f"{output}.8bit.part")
        self._add("Mul", [f"{output}.8bit.part", most], output)

    def _add_lookup(self, node: Any) -> None:
        from onnx import TensorProto

        table, ids = node.input
        output = node.output[0]
        if f"{table}.8bit" not in self.rounded:
            self.rounded.add(f"{table}.8bit")
            rounded, scales = round_rows(self._values(table), 127)
            self.add_constant(f"{table}.8bit", rounded)
            self.add_constant(f"{table}.8bit.scale", scales)
        self._add("Gather", [f"{table}.8bit", ids], f"{output}.8bit", axis=0)
        self._add("Gather", [f"{table}.8bit.scale", ids], f"{output}.8bit.scale", axis=0)
        self._add("Cast", [f"{output}.8bit"], f"{output}.8bit.float", to=TensorProto.FLOAT)
        self._add("Mul", [f"{output}.8bit.float", f"{output}.8bit.scale"], output)


def round_rows(weights: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Round a matrix to whole numbers with a scale for each row.

    weights (ndarray): `(n_rows, n_columns)` float32.
    most (int): Largest whole number.
    RETURNS (tuple[ndarray, ndarray]): `(n_rows, n_columns)` int8 and `(n_rows, 1)` float32
        scales; their product is about the matrix.
    """
    scales = np.abs(weights).max(axis=1, keepdims=True) / most
    scales[scales == 0] = 1
    return np.rint(weights / scales).astype("i1"), scales.astype("f4")
