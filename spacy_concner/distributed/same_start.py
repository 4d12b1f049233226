"""All ranks start from one pipeline: that of rank 0."""

from collections.abc import Collection, Sequence

from spacy.language import Language

from ..collectives import collect, spread
from ..errors import ConcnerError, Errors
from ..training.weights import list_weights

# Names and shapes of weights.
Shapes = Sequence[tuple[str, tuple[int, ...]]]


def spread_weights(nlp: Language, frozen: Collection[str]) -> None:
    """Give all ranks the weights of rank 0.

    nlp (Language): The pipeline, changed in place.
    frozen (Collection[str]): Names of components that are not trained.
    RAISES (ConcnerError): C665 if the weights of a rank are others.
    """
    weights = list_weights(nlp, frozen)
    shapes = collect([(weight.key, weight.read().shape) for weight in weights])
    for rank, other in enumerate(shapes):
        difference = find_difference(shapes[0], other)
        if difference:
            raise ConcnerError(Errors.C665.format(rank=rank, difference=difference))
    for weight in weights:
        weight.write(spread(weight.read()))


def find_difference(ours: Shapes, theirs: Shapes) -> str:
    """Tell what the weights of two pipelines differ in.

    ours (Sequence[tuple[str, tuple[int, ...]]]): Names and shapes of the one's.
    theirs (Sequence[tuple[str, tuple[int, ...]]]): Those of the other's.
    RETURNS (str): The first difference, empty if there is none.
    """
    for (name, shape), (other_name, other_shape) in zip(ours, theirs, strict=False):
        if name != other_name:
            return f"one has the weight {name}, the other {other_name} in its place"
        if shape != other_shape:
            return f"the weight {name} has shape {shape} and {other_shape}"
    if len(ours) != len(theirs):
        return f"one has {len(ours)} weights, the other {len(theirs)}"
    return ""
