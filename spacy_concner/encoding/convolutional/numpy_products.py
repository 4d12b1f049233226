"""thinc's operations on a CPU, with the matrix products of numpy.

thinc multiplies by BLIS, numpy by what its build brings: OpenBLAS in the wheels of Linux and
Windows, Accelerate on a Mac. Where the processor has wide vectors these are two to three times as
fast, and a convolutional network is made of products.
"""

import numpy as np
from thinc.api import Model, NumpyOps


class NumpyProducts(NumpyOps):
    """Operations of thinc, of which products are numpy's."""

    def gemm(
        self,
        x: np.ndarray,
        y: np.ndarray,
        out: np.ndarray | None = None,
        trans1: bool = False,
        trans2: bool = False,
    ) -> np.ndarray:
        """Multiply matrices.

        x, y (ndarray): `(n, k)` and `(k, m)` float32.
        out (ndarray): `(n, m)` to write to; a new one without.
        trans1, trans2 (bool): Take x or y transposed.
        RETURNS (ndarray): `(n, m)` float32.
        """
        left, right = x.T if trans1 else x, y.T if trans2 else y
        return np.dot(left, right, out=out)


def use_numpy_products(model: Model) -> Model:
    """Let a model multiply by numpy, unless it was made for a GPU or has Apple's operations.

    model (Model): The model, changed in place.
    RETURNS (Model): The model.
    """
    for node in model.walk():
        if type(node.ops) is NumpyOps:
            node.ops = NumpyProducts()
    return model
