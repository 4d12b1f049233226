"""A Hugging Face model of any kind into the files of ONNX Runtime."""

import copy
import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from importlib.util import find_spec
from typing import Any

from ...errors import ConcnerError, Errors
from ...files import scratch_folder
from .onnx_session import DATA_FILE, LENGTHS, MODEL_FILE, PIECES, VECTORS

PRECISIONS = ("int8", "float32")
PACKAGES = ("onnx", "onnxscript", "onnxruntime")
# A message of protobuf holds no more than 2 GB; weights beyond that stand in a file beside it.
MOST_BYTES = 1_900_000_000


def check_can_convert(precision: str) -> None:
    """Check that what the conversion needs is there, before any work.

    precision (str): Of the weights.
    RAISES (ConcnerError): C333 without the packages, C334 for float16.
    """
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise ConcnerError(Errors.C333.format(missing=", ".join(missing)))
    if precision not in PRECISIONS:
        raise ConcnerError(Errors.C334.format(found=precision, known=PRECISIONS))


def export_model(model: Any) -> Any:
    """Export a model, for batches of any size and sequences of any length.

    The graph takes pieces and lengths and makes the mask itself.

    model (transformers.PreTrainedModel): The model without heads.
    RETURNS (onnx.ModelProto): The model in float32, all its weights in it.
    RAISES (ConcnerError): C335 if torch cannot export it.
    """
    import torch

    class Vectors(torch.nn.Module):
        def __init__(self, encoder: Any) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, pieces: Any, lengths: Any) -> Any:
            places = torch.arange(pieces.shape[1], device=pieces.device)
            mask = (places[None] < lengths[:, None]).long()
            # Ids are passed on their own: not every kind has token types.
            output = self.encoder(input_ids=pieces.long(), attention_mask=mask, return_dict=False)
            return output[0]

    if any(p.dtype != torch.float32 or p.device.type != "cpu" for p in model.parameters()):
        model = copy.deepcopy(model).cpu().float()
    model.eval()
    any_size = torch.export.Dim.AUTO
    # Sizes of 0 and 1 would be taken for constants.
    pieces = torch.ones((3, 11), dtype=torch.int32)
    lengths = torch.tensor([11, 7, 4], dtype=torch.int32)
    try:
        with _quiet(), torch.no_grad():
            program = torch.onnx.export(
                Vectors(model),
                (pieces, lengths),
                dynamo=True,
                dynamic_shapes={PIECES: {0: any_size, 1: any_size}, LENGTHS: {0: any_size}},
                input_names=[PIECES, LENGTHS],
                output_names=[VECTORS],
                verbose=False,
            )
    # Export, translation and optimisation each raise kinds of their own.
    except Exception as error:
        values = {"model": type(model).__name__, "reason": _first_cause(error)}
        raise ConcnerError(Errors.C335.format(**values)) from error
    assert program is not None
    return _without_traces(program.model_proto)


def to_files(proto: Any) -> dict[str, bytes]:
    """Write a model.

    proto (onnx.ModelProto): The model; weights that are too large for one file are moved out.
    RETURNS (dict[str, bytes]): Content by file name.
    """
    import onnx

    if sum(len(tensor.raw_data) for tensor in proto.graph.initializer) < MOST_BYTES:
        return {MODEL_FILE: proto.SerializeToString()}
    with scratch_folder() as folder:
        onnx.save_model(
            proto, str(folder / MODEL_FILE), save_as_external_data=True, location=DATA_FILE
        )
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def _without_traces(proto: Any) -> Any:
    """Leave out the lines of source, with the paths of this machine, that each node came from."""
    for graph in (proto.graph, *proto.functions):
        for node in graph.node:
            node.ClearField("metadata_props")
            node.ClearField("doc_string")
        graph.ClearField("value_info")
        graph.ClearField("metadata_props")
    proto.ClearField("metadata_props")
    proto.ClearField("doc_string")
    return proto


@contextmanager
def _quiet() -> Iterator[None]:
    """Let the exporter tell nothing of its steps, nor of packages that it could use."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
    finally:
        logging.disable(before)


def _first_cause(error: BaseException) -> str:
    """Give the first line of what an error came from: the exporter's own tell of its steps."""
    while error.__cause__ is not None:
        error = error.__cause__
    return (str(error).strip() or repr(error)).splitlines()[0].rstrip(".")
