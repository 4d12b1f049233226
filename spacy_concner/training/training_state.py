"""What a training has learned so far, in files: weights, and the state of thinc's optimiser.

The files are numpy's `.npz`: no pickle, written array by array, with a checksum of each.
"""

import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from thinc.api import Optimizer

from ..errors import ConcnerError, Errors
from .weights import Weight

# Of an optimiser, by weight: means of the gradients and of their squares, and of the weight.
MEANS = ("mom1", "mom2", "averages")


def write_arrays(path: Path, arrays: Iterable[tuple[str, np.ndarray]]) -> None:
    """Write arrays one after the other, so that no more than one is held beside their sources.

    path (Path): The `.npz` file.
    arrays (Iterable[tuple[str, np.ndarray]]): Names and arrays.
    """
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays:
            with archive.open(f"{name}.npy", "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, array, allow_pickle=False)


def read_arrays(path: Path) -> Mapping[str, np.ndarray]:
    """Open a file of arrays, each of which is read when it is asked for.

    path (Path): The `.npz` file.
    RETURNS (Mapping[str, np.ndarray]): The arrays by name.
    """
    return np.load(path, allow_pickle=False)


def check_arrays(path: Path) -> None:
    """Check that a file of arrays is as it was written.

    path (Path): The `.npz` file.
    RAISES (zipfile.BadZipFile): If it is not.
    """
    with zipfile.ZipFile(path) as archive:
        if broken := archive.testzip():
            raise zipfile.BadZipFile(f"{path.name} is damaged at {broken}")


def write_weights(path: Path, weights: Iterable[Weight]) -> None:
    """Write weights.

    path (Path): The file.
    weights (Iterable[Weight]): The weights.
    """
    write_arrays(path, ((weight.key, weight.read()) for weight in weights))


def restore_weights(path: Path, weights: Sequence[Weight]) -> None:
    """Put weights back in their places: modules, hooks and frozen layers stay.

    path (Path): The file.
    weights (Sequence[Weight]): The weights.
    RAISES (ValueError): If the file holds others.
    """
    arrays = read_arrays(path)
    strange = {*arrays} ^ {weight.key for weight in weights}
    if strange:
        raise ValueError(f"{min(strange)} is in one of pipeline and {path.name} alone")
    for weight in weights:
        values = arrays[weight.key]
        if values.shape != weight.read().shape:
            raise ValueError(f"{weight.key} has another shape")
        weight.write(values)


def write_means(path: Path, optimizer: Optimizer, weights: Iterable[Weight]) -> None:
    """Write the running means of an optimiser.

    path (Path): The file.
    optimizer (Optimizer): The optimiser.
    weights (Iterable[Weight]): All weights that it changes.
    """

    def means() -> Iterator[tuple[str, np.ndarray]]:
        for weight in weights:
            for kind in MEANS:
                values = (getattr(optimizer, kind) or {}).get(weight.optimiser_key)
                if values is not None:
                    yield f"{kind}/{weight.key}", weight.ops.to_numpy(values)

    write_arrays(path, means())


def describe_optimiser(optimizer: Optimizer, weights: Iterable[Weight]) -> dict[str, Any]:
    """Give what JSON can hold of an optimiser's state; its schedules go with the steps.

    optimizer (Optimizer): The optimiser.
    weights (Iterable[Weight]): All weights that it changes.
    RETURNS (dict[str, Any]): The number of updates by weight, and what RAdam keeps.
    RAISES (ConcnerError): C056 if it changes other weights.
    """
    keys = {weight.optimiser_key: weight.key for weight in weights}
    strange = [key for key in optimizer.nr_update if key not in keys]
    if strange:
        what = f"the optimiser changes {len(strange)} weights outside of the components' models"
        raise ConcnerError(Errors.C056.format(what=what))
    counts = {keys[key]: number for key, number in optimizer.nr_update.items()}
    return {"updates": counts, "radam": optimizer._radam_buffer}


def restore_optimiser(
    path: Path, described: Mapping[str, Any], optimizer: Optimizer, weights: Sequence[Weight]
) -> None:
    """Put the state of an optimiser back.

    path (Path): What `write_means` wrote.
    described (Mapping[str, Any]): What `describe_optimiser` gave.
    optimizer (Optimizer): A new optimiser of the same settings, its schedules as far advanced.
    weights (Sequence[Weight]): All weights that it changes.
    RAISES (KeyError): If the state is of other weights.
    """
    places = {weight.key: weight for weight in weights}
    for name, values in read_arrays(path).items():
        kind, _, key = name.partition("/")
        weight = places[key]
        getattr(optimizer, kind)[weight.optimiser_key] = weight.ops.asarray(values)
    for key, number in described["updates"].items():
        weight = places[key]
        optimizer.nr_update[weight.optimiser_key] = number
        # The optimiser sees a weight that once had a gradient in each step from there on.
        weight.clear_gradient()
    optimizer._radam_buffer = [list(entry) for entry in described["radam"]]
