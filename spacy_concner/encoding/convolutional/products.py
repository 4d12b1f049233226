"""The matrix products of a network on a CPU.

thinc multiplies by BLIS unless told to leave it to numpy, which has what its build brings: OpenBLAS
in the wheels of Linux and Windows. Where the processor has wide vectors this is two to three times
as fast, and a convolutional network is made of products.
"""

from thinc.api import Model, NumpyOps


def use_numpy_products(model: Model) -> Model:
    """Let a model multiply by numpy, unless it was made for a GPU or has Apple's operations.

    model (Model): The model, changed in place.
    RETURNS (Model): The model.
    """
    for node in model.walk():
        if type(node.ops) is NumpyOps:
            node.ops = NumpyOps(use_blis=False)
    return model
