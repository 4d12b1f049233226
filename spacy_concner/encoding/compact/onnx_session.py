"""Shipped weights in ONNX Runtime, which runs the kinds that CTranslate2 does not know."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from ...errors import ConcnerError, Errors
from .weights import CompactWeights

if TYPE_CHECKING:
    from .engine import EngineSettings

MODEL_FILE = "model.onnx"
DATA_FILE = "model.onnx.data"
PIECES, LENGTHS, VECTORS = "pieces", "lengths", "vectors"


def check_installed() -> None:
    """Check that ONNX Runtime is there, which only pipelines that were shipped for it need.

    RAISES (ConcnerError): C331 if it is not.
    """
    if find_spec("onnxruntime") is None:
        raise ConcnerError(Errors.C331)


class OnnxSession:
    """A model of ONNX Runtime that several threads can ask at once, each on its own."""

    def __init__(self, weights: CompactWeights, settings: "EngineSettings") -> None:
        """Load the model.

        weights (CompactWeights): What to run.
        settings (EngineSettings): How to run it.
        RAISES (ConcnerError): C331 without ONNX Runtime, C332 for a device or a compute type that
            it does not have, C324 if it cannot start.
        """
        check_installed()
        if settings.device == "cuda" or settings.compute_type != "default":
            values = {"device": settings.device, "compute_type": settings.compute_type}
            raise ConcnerError(Errors.C332.format(**values))
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # One batch a thread, as in CTranslate2: the caller's thread is the only one.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # Batches are of many shapes: the arena would keep the largest of each, and grow.
        options.enable_cpu_mem_arena = options.enable_mem_pattern = False
        # Warnings are about the graph, and say nothing to who reads texts.
        options.log_severity_level = 3
        if DATA_FILE in weights.files:
            data = weights.files[DATA_FILE]
            options.add_external_initializers_from_files_in_memory([DATA_FILE], [data], [len(data)])
        try:
            self._session = onnxruntime.InferenceSession(
                weights.files[MODEL_FILE], options, providers=["CPUExecutionProvider"]
            )
        # Its errors have no other class in common.
        except Exception as error:
            values = {"device": settings.device, "compute_type": settings.compute_type}
            raise ConcnerError(Errors.C324.format(**values, error=error)) from error

    def encode(self, pieces: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Encode sequences.

        pieces (ndarray): `(n_sequences, longest)` int32 word pieces.
        lengths (ndarray): `(n_sequences,)` int32 lengths.
        RETURNS (ndarray): `(n_sequences, longest, width)` float32 vectors.
        """
        return self._session.run([VECTORS], {PIECES: pieces, LENGTHS: lengths})[0]
